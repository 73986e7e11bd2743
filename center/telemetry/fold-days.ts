import { chengduDay } from "#domain/telemetry.ts";
import { inChunks } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import type { CurveKey, RollUpColumns } from "../store/telemetry-tables.ts";
import { columnsOf, rollUpIn } from "./columns.ts";
import { curveText } from "./curve.ts";
import { sumOf, type Minutes } from "./minutes.ts";
import { mergeRollUps, type RollUp } from "./roll-up.ts";

export interface FreshHour {
  readonly curve: CurveKey;
  readonly hourMs: number;
  readonly minutes: Minutes;
}

/** Adds fresh readings to their days (Chengdu). */
export const foldDays = async (
  tx: Writing,
  gateway: string,
  hours: readonly FreshHour[],
): Promise<void> => {
  const byDay = Map.groupBy(hours, ({ hourMs }) => chengduDay(hourMs));
  for (const [dayMs, ofDay] of byDay) {
    const byCurve = Map.groupBy(ofDay, ({ curve }) => curveText(curve));
    const known = new Map<string, RollUp>();
    for (const chunk of inChunks([...new Set(ofDay.map(({ curve }) => curve.detector))])) {
      const rows = await tx
        .selectFrom("telemetry_days")
        .selectAll()
        .where("gateway", "=", gateway)
        .where("detector", "in", chunk)
        .where("day_ms", "=", dayMs)
        .execute();
      for (const row of rows) known.set(curveText(row), rollUpIn(row));
    }
    const rows = [...byCurve].flatMap(([key, ofCurve]) => {
      const [first] = ofCurve;
      if (first === undefined) return [];
      const parts = ofCurve.map(({ minutes }) => sumOf(minutes));
      const before = known.get(key);
      const all = [...(before === undefined ? [] : [before]), ...parts].reduce(mergeRollUps);
      return [{ ...first.curve, day_ms: dayMs, ...columnsOf(all) }];
    });
    await saveDays(tx, rows);
  }
};

const saveDays = async (
  tx: Writing,
  rows: readonly (CurveKey & RollUpColumns & { readonly day_ms: number })[],
): Promise<void> => {
  for (const chunk of inChunks(rows)) {
    await tx
      .insertInto("telemetry_days")
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns(["gateway", "detector", "gas", "mark", "day_ms"]).doUpdateSet((eb) => ({
          readings: eb.ref("excluded.readings"),
          lowest: eb.ref("excluded.lowest"),
          highest: eb.ref("excluded.highest"),
          total: eb.ref("excluded.total"),
          first_ms: eb.ref("excluded.first_ms"),
          last_ms: eb.ref("excluded.last_ms"),
          qualities: eb.ref("excluded.qualities"),
        })),
      )
      .execute();
  }
};
