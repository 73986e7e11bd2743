import type { WireBlock } from "#domain/telemetry-wire.ts";
import { inChunks } from "../store/chunks.ts";
import { takeNumbers } from "../store/counters.ts";
import type { Writing } from "../store/open-store.ts";
import type { CurveKey } from "../store/telemetry-tables.ts";
import { columnsOf, rollUpIn } from "./columns.ts";
import { curveOf, curveText } from "./curve.ts";
import { foldDays } from "./fold-days.ts";
import { positionsToText, textToPositions, type MinutePositions } from "./minutes-changed.ts";
import { mergeMinutes, minutesToText, sumOf, textToMinutes, type Minutes } from "./minutes.ts";
import { mergeRollUps, minutesOf, type RollUp } from "./roll-up.ts";

const hourLengthMs = 3_600_000;
const minuteLengthMs = 60_000;

export interface Hour {
  readonly curve: CurveKey;
  readonly hourMs: number;
  minutes: Minutes;
}

/** Adds the readings of blocks, each new, to what is known of their hours and days. */
export const foldIn = async (
  tx: Writing,
  gateway: string,
  blocks: readonly WireBlock[],
): Promise<void> => {
  const news = hoursIn(gateway, blocks);
  const known = await readHours(tx, gateway, news);
  const firstChange = await takeNumbers(tx, "telemetry", news.length);
  const hours = news.map(({ curve, hourMs, minutes }, index) => {
    const changed = firstChange + index;
    const before = known.get(hourText(curve, hourMs));
    const more = sumOf(minutes);
    return {
      ...curve,
      hour_ms: hourMs,
      ...columnsOf(before === undefined ? more : mergeRollUps(before.all, more)),
      // Minutes that were too old to keep stay away: half of them would look like a gap.
      minutes:
        before !== undefined && before.minutes === undefined
          ? null
          : minutesToText(mergeMinutes(before?.minutes ?? new Map(), minutes), hourMs),
      changed,
      minutes_changed: positionsToText(
        untouched.map((none, minute) =>
          minutes.has(hourMs + minute * minuteLengthMs)
            ? changed
            : (before?.positions[minute] ?? none),
        ),
      ),
    };
  });
  for (const chunk of inChunks(hours)) {
    await tx
      .insertInto("telemetry_hours")
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns(["gateway", "detector", "gas", "mark", "hour_ms"]).doUpdateSet((eb) => ({
          readings: eb.ref("excluded.readings"),
          lowest: eb.ref("excluded.lowest"),
          highest: eb.ref("excluded.highest"),
          total: eb.ref("excluded.total"),
          first_ms: eb.ref("excluded.first_ms"),
          last_ms: eb.ref("excluded.last_ms"),
          qualities: eb.ref("excluded.qualities"),
          minutes: eb.ref("excluded.minutes"),
          changed: eb.ref("excluded.changed"),
          minutes_changed: eb.ref("excluded.minutes_changed"),
        })),
      )
      .execute();
  }
  await foldDays(tx, gateway, news);
};

const untouched: MinutePositions = Array.from({ length: 60 }, () => 0);

const hourText = (curve: CurveKey, hourMs: number): string => `${curveText(curve)}\n${hourMs}`;

const hoursIn = (gateway: string, blocks: readonly WireBlock[]): readonly Hour[] => {
  const hours = new Map<string, Hour>();
  for (const block of blocks) {
    const curve = curveOf(gateway, block);
    const byHour = Map.groupBy(
      minutesOf(block),
      ([atMs]) => Math.floor(atMs / hourLengthMs) * hourLengthMs,
    );
    for (const [hourMs, minutes] of byHour) {
      const key = hourText(curve, hourMs);
      const known = hours.get(key);
      if (known === undefined) hours.set(key, { curve, hourMs, minutes: new Map(minutes) });
      else known.minutes = mergeMinutes(known.minutes, new Map(minutes));
    }
  }
  return [...hours.values()];
};

interface KnownHour {
  readonly all: RollUp;
  readonly minutes: Minutes | undefined;
  readonly positions: MinutePositions;
}

const readHours = async (tx: Writing, gateway: string, hours: readonly Hour[]) => {
  const known = new Map<string, KnownHour>();
  const byHour = Map.groupBy(hours, ({ hourMs }) => hourMs);
  for (const [hourMs, ofHour] of byHour) {
    for (const chunk of inChunks([...new Set(ofHour.map(({ curve }) => curve.detector))])) {
      const rows = await tx
        .selectFrom("telemetry_hours")
        .selectAll()
        .where("gateway", "=", gateway)
        .where("detector", "in", chunk)
        .where("hour_ms", "=", hourMs)
        .execute();
      for (const row of rows) {
        const minutes = row.minutes === null ? undefined : textToMinutes(row.minutes, hourMs);
        const positions = textToPositions(row.minutes_changed, row.changed);
        known.set(hourText(row, hourMs), { all: rollUpIn(row), minutes, positions });
      }
    }
  }
  return known;
};
