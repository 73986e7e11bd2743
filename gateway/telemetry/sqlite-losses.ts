import type { Database } from "better-sqlite3";
import type { TelemetryLoss } from "#domain/telemetry.ts";
import { addUp, lossKey, totalsOf } from "./losses.ts";
import type { Lost } from "./store.ts";

/** What was lost, a row for each day and reason, and how much of it the center knows. */
export const openLosses = (db: Database) => {
  const columns = "reason, day_ms AS dayMs, from_ms AS fromMs, to_ms AS toMs, readings";
  const save = db.prepare(
    `INSERT INTO loss (reason, day_ms, from_ms, to_ms, readings) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (reason, day_ms) DO UPDATE SET
       from_ms = excluded.from_ms, to_ms = excluded.to_ms, readings = excluded.readings`,
  );
  const find = db.prepare<[string, number], TelemetryLoss>(
    `SELECT ${columns} FROM loss WHERE reason = ? AND day_ms = ?`,
  );
  const untold = db.prepare<[], TelemetryLoss>(
    `SELECT ${columns} FROM loss WHERE told < readings ORDER BY day_ms LIMIT 100`,
  );
  const newest = db.prepare<[number], TelemetryLoss>(
    `SELECT ${columns} FROM loss ORDER BY day_ms DESC, reason LIMIT ?`,
  );
  const totals = db.prepare<[], Pick<TelemetryLoss, "reason" | "readings">>(
    "SELECT reason, sum(readings) AS readings FROM loss GROUP BY reason",
  );
  const tell = db.prepare(
    "UPDATE loss SET told = max(told, ?) WHERE reason = ? AND day_ms = ? AND told < ?",
  );
  return {
    add: (lost: readonly Lost[]): void => {
      if (lost.length === 0) return;
      const fresh = addUp(new Map(), lost);
      const known = [...fresh.values()].flatMap(
        ({ reason, dayMs }) => find.get(reason, dayMs) ?? [],
      );
      const before = new Map(known.map((one) => [lossKey(one), one]));
      for (const one of addUp(before, lost).values()) {
        save.run(one.reason, one.dayMs, one.fromMs, one.toMs, one.readings);
      }
    },
    untold: () => untold.all(),
    totals: () => totalsOf(totals.all()),
    newest: (limit: number) => newest.all(limit),
    told: (losses: readonly TelemetryLoss[]): void => {
      for (const { reason, dayMs, readings } of losses) tell.run(readings, reason, dayMs, readings);
    },
  };
};
