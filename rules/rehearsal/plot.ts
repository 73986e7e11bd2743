import type { Gas } from "#domain/gas.ts";
import { clock } from "./timetable.ts";
import type { Point, Rehearsal } from "./rehearse.ts";

const width = 960;
const panel = { left: 64, right: 24, top: 48, height: 260, gap: 56, doseHeight: 110 };
const ink = "#1b1f24";
const colours = { level: "#175cd3", limit: "#a61b12", dose: "#9e165f", mark: "#6b7683" } as const;

/**
 * A picture of the rehearsal: the level with its thresholds, the CO dose below it, and a mark with
 * priority at every event. Every peak stays visible, and where no value came the line breaks.
 * Meaning is never in colour alone: lines are dashed differently and named.
 */
export const plotSvg = (rehearsal: Rehearsal, title: string): string => {
  // Of several gases the one that alarms.
  const told = rehearsal.events.find((event) => event.priority === 1 && event.gas !== undefined);
  const gas = told?.gas ?? rehearsal.levels[0]?.gas ?? "co";
  const hasDose = rehearsal.dose.length > 0;
  const height =
    panel.top + panel.height + panel.gap + (hasDose ? panel.doseHeight + panel.gap : 0);
  const limits = limitsOf(rehearsal, gas);
  const mine = rehearsal.levels.filter((one) => one.gas === gas);
  const most = mine.reduce((a, one) => Math.max(a, one.value ?? 0), limits[0]?.value ?? 1) * 1.1;
  const x = scale(rehearsal.fromMs, rehearsal.toMs, panel.left, width - panel.right);
  const y = scale(0, most, panel.top + panel.height, panel.top);
  const unit = gas === "co" ? "ppm" : "%LEL";
  const parts = [
    text(panel.left, 24, `${title} — ${rehearsal.rules.limits.id}`, ink, 16),
    axes(x, y, rehearsal, most, unit),
    ...limits
      .filter((limit) => limit.value <= most)
      .map((limit) => rule(y(limit.value), limit.name, colours.limit, "6 3")),
    path(mine, x, y, colours.level),
    ...marks(rehearsal, x),
    ...(hasDose ? dosePanel(rehearsal, x) : []),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}" font-family="sans-serif">\n<rect width="100%" height="100%" fill="#ffffff"/>\n${parts.join("\n")}\n</svg>\n`;
};

type Scale = (value: number) => number;

const scale =
  (fromA: number, fromB: number, toA: number, toB: number): Scale =>
  (value) =>
    round(toA + ((value - fromA) * (toB - toA)) / (fromB - fromA || 1));

const round = (value: number): number => Math.round(value * 10) / 10;

const escape = (value: string): string =>
  value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

const text = (x: number, y: number, value: string, fill: string, size = 11): string =>
  `<text x="${x}" y="${y}" fill="${fill}" font-size="${size}">${escape(value)}</text>`;

const rule = (y: number, name: string, colour: string, dash: string): string =>
  `<line x1="${panel.left}" x2="${width - panel.right}" y1="${y}" y2="${y}" stroke="${colour}" stroke-dasharray="${dash}"/>${text(panel.left + 4, y - 4, name, colour)}`;

const limitsOf = (
  { rules }: Rehearsal,
  gas: Gas,
): readonly { readonly value: number; readonly name: string }[] => {
  const { gas: combustible, co } = rules.limits;
  if (gas !== "co") {
    return [
      { value: combustible.low.raiseAt.value, name: `low ${combustible.low.raiseAt.value} %LEL` },
      {
        value: combustible.high.raiseAt.value,
        name: `high ${combustible.high.raiseAt.value} %LEL`,
      },
    ];
  }
  const bands = co.bands.points.slice(0, 3).map((one) => ({
    value: one.ppm,
    name: `${one.ppm} ppm: ${round(one.alarmAfter / 60_000)} min`,
  }));
  const setPoint = co.setPoint?.raiseAt.value;
  return setPoint === undefined
    ? bands
    : bands.concat({ value: setPoint, name: `set point ${setPoint} ppm` });
};

const axes = (x: Scale, y: Scale, rehearsal: Rehearsal, most: number, unit: string): string => {
  const { fromMs, toMs } = rehearsal;
  const steps = [0, 0.25, 0.5, 0.75, 1];
  const bottom = panel.top + panel.height;
  const alongTime = steps.map((share) => {
    const at = fromMs + (toMs - fromMs) * share;
    return text(x(at) - 20, bottom + 16, clock(at - fromMs), ink);
  });
  const alongLevel = steps.map((share) =>
    text(8, y(most * share) + 4, String(round(most * share)), ink),
  );
  return [
    `<path d="M${panel.left} ${panel.top}V${bottom}H${width - panel.right}" fill="none" stroke="${ink}"/>`,
    text(8, panel.top - 10, unit, ink),
    ...alongTime,
    ...alongLevel,
  ].join("");
};

/** Lowest and highest value of every pixel column: a peak of one sample stays. */
const path = (points: readonly Point[], x: Scale, y: Scale, colour: string): string => {
  let d = "";
  let column = Number.NaN;
  let low = 0;
  let high = 0;
  let open = false;
  const flush = (): void => {
    if (Number.isNaN(column)) return;
    d += `${open ? "L" : "M"}${column} ${y(low)}${low === high ? "" : `L${column} ${y(high)}`}`;
    open = true;
  };
  for (const { atMs, value } of points) {
    if (value === undefined) {
      flush();
      column = Number.NaN;
      open = false;
      continue;
    }
    const at = Math.round(x(atMs));
    if (at === column) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      continue;
    }
    flush();
    column = at;
    low = value;
    high = value;
  }
  flush();
  return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
};

const marks = ({ events }: Rehearsal, x: Scale): readonly string[] =>
  events.map((event, index) => {
    const at = x(event.at.monoMs);
    const row = panel.top + 12 + (index % 6) * 14;
    const sign = event.kind === "returned" ? "○" : event.priority === 1 ? "■" : "▲";
    return `<line x1="${at}" x2="${at}" y1="${panel.top}" y2="${panel.top + panel.height}" stroke="${colours.mark}" stroke-dasharray="2 3"/>${text(at + 3, row, `${sign} ${event.kind} ${event.rule}`, ink)}`;
  });

const dosePanel = ({ dose, rules }: Rehearsal, x: Scale): readonly string[] => {
  const limit = rules.limits.co.dose.limit.value;
  const most = dose.reduce<number>((a, one) => Math.max(a, one.percent), limit) * 1.1;
  const top = panel.top + panel.height + panel.gap;
  const y = scale(0, most, top + panel.doseHeight, top);
  const points = dose.map(({ atMs, percent }): Point => ({ atMs, gas: "co", value: percent }));
  return [
    `<path d="M${panel.left} ${top}V${top + panel.doseHeight}H${width - panel.right}" fill="none" stroke="${ink}"/>`,
    text(8, top - 6, "% COHb", ink),
    rule(y(limit), `${limit} % COHb`, colours.limit, "6 3"),
    path(points, x, y, colours.dose),
  ];
};
