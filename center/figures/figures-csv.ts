import { stringify } from "csv-stringify/sync";
import { conclusions, type Conclusion } from "#domain/case.ts";
import type { DeskLoad, Figures, Response, Spread } from "#domain/figures.ts";

type Cell = string | number | null;
/** Name, value, unit, and of how many; an empty value is "no data". */
type Figure = readonly [name: string, value: Cell, unit: string, n: Cell];

/**
 * The figures as a table for a spreadsheet, one figure a line. With a byte order mark, so that
 * Excel shows the Chinese; names that begin like a formula are made harmless.
 */
export const figuresToCsv = (figures: Figures): string =>
  stringify([headings, ...linesOf(figures)], { bom: true, escape_formulas: true });

const headings = ["类别 group", "对象 of", "指标 figure", "数值 value", "单位 unit", "样本数 n"];

const linesOf = (figures: Figures): readonly (readonly Cell[])[] => {
  const whole = `${figures.from} – ${figures.to}`;
  const under = (group: string, of: string, lines: readonly Figure[]) =>
    lines.map((line) => [group, of, ...line]);
  return [
    ...under("统计期 period", whole, [
      ["区域 area", figures.area ?? "", "", null],
      ["数据截止 as of", figures.asOfMs, "epoch ms", null],
    ]),
    ...under("合计 total", whole, responseLines(figures.total)),
    ...figures.byDay.flatMap(({ day, response }) => under("日 day", day, responseLines(response))),
    ...figures.byArea.flatMap(({ area, response }) =>
      under("区域 area", area, responseLines(response)),
    ),
    ...figures.byPriority.flatMap(({ priority, response }) =>
      under("级别 priority", `P${priority}`, responseLines(response)),
    ),
    ...figures.bySource.flatMap(({ source, response }) =>
      under("来源 source", source, responseLines(response)),
    ),
    ...figures.load.flatMap((load) => under("席位负荷 desk load", load.desk, loadLines(load))),
    ...noiseLines(figures),
    ...under("演练 drills", whole, [
      ["演练数 drills", figures.drills.cases, "件 cases", null],
      ...spanLines(figures.drills),
    ]),
  ];
};

const responseLines = (response: Response): readonly Figure[] => {
  const { sign, signInTime, conclusions: found, recurrence } = response;
  const concluded = (name: string, part: { count: number; share: number | null }): Figure => [
    name,
    part.share,
    "比例 share",
    found.n,
  ];
  return [
    ["事件 cases", response.cases, "件 cases", null],
    ["未办结 open", response.open, "件 cases", response.cases],
    ["作废 void", response.voided, "件 cases", null],
    ["未签收 unsigned", sign.unsigned, "条 alarms", null],
    ["签收时间为估计 time of signature estimated", sign.estimated, "条 alarms", sign.n],
    ["P1 签收及时率 P1 signed in time", signInTime.share, "比例 share", signInTime.n],
    ["P1 尚在时限内 P1 still within the limit", signInTime.pending, "条 alarms", null],
    ...spanLines(response),
    concluded("真警率 real alarms", found.true),
    concluded("误报率 false alarms", found.false),
    concluded("其他 other", found.other),
    concluded("原因不明 unknown", found.unknown),
    ...Object.entries(found.byCode).map(([code, times]): Figure => [
      nameOfCode(code),
      times,
      "件 cases",
      found.n,
    ]),
    ["复发率 recurrence within 7 days", recurrence.share, "比例 share", recurrence.n],
  ];
};

const spanLines = (
  spans: Readonly<Record<"sign" | "dispatch" | "arrive" | "handle" | "close", Spread>>,
): readonly Figure[] => [
  ...spreadLines("签收时长 time to sign", spans.sign),
  ...spreadLines("派遣时长 time to dispatch", spans.dispatch),
  ...spreadLines("到场时长 time to arrive", spans.arrive),
  ...spreadLines("处置时长 time to handle", spans.handle),
  ...spreadLines("办结时长 time to close", spans.close),
];

const spreadLines = (name: string, { n, p50Ms, p90Ms, maxMs }: Spread): readonly Figure[] => [
  [`${name} p50`, secondsOf(p50Ms), "秒 s", n],
  [`${name} p90`, secondsOf(p90Ms), "秒 s", n],
  [`${name} max`, secondsOf(maxMs), "秒 s", n],
];

const secondsOf = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

const isCode = (text: string): text is Conclusion => text in conclusions;

const nameOfCode = (code: string): string =>
  isCode(code) ? `${code} ${conclusions[code].zh} ${conclusions[code].en}` : code;

const loadLines = (load: DeskLoad): readonly Figure[] => [
  ["报警 alarms", load.alarms, "条 alarms", null],
  ["每 10 分钟平均 average per 10 min", load.averagePerInterval, "条 alarms", load.intervals],
  ["每 10 分钟最多 peak per 10 min", load.peakPerInterval, "条 alarms", load.intervals],
  ["报警潮时间占比 time in flood", load.floodShare, "比例 share", load.intervals],
];

const noiseLines = ({ noisiest, flapping, standing }: Figures): readonly (readonly Cell[])[] => [
  [
    "最吵十个 noisiest ten",
    "合计 total",
    "占全部报警 of all alarms",
    noisiest.share,
    "比例 share",
    noisiest.n,
  ],
  ...noisiest.detectors.flatMap((one) => [
    ["最吵十个 noisiest ten", nameOf(one), "报警 alarms", one.alarms, "条 alarms", noisiest.n],
    [
      "最吵十个 noisiest ten",
      nameOf(one),
      "占全部报警 of all alarms",
      one.share,
      "比例 share",
      noisiest.n,
    ],
  ]),
  ["抖动 flapping", "合计 total", "数量 count", flapping.count, "条 alarms", null],
  ...flapping.alarms.map((one) => [
    "抖动 flapping",
    `${nameOf(one)} ${one.alarmClass}`,
    "10 分钟内最多 most within 10 min",
    one.most,
    "条 alarms",
    null,
  ]),
  ["长时报警 standing", "合计 total", "数量 count", standing.count, "条 alarms", null],
  ...standing.alarms.map((one) => [
    "长时报警 standing",
    `${nameOf(one)} ${one.alarmClass}`,
    "始于 since",
    one.sinceMs,
    "epoch ms",
    null,
  ]),
];

const nameOf = (one: { gateway: string; detector: string; place: string }): string =>
  `${one.place} · ${one.gateway}/${one.detector}`;
