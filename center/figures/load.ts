import { figureLimits, type DeskLoad } from "#domain/figures.ts";
import { isWithin } from "#domain/rights.ts";
import type { Reading } from "../store/open-store.ts";
import { inScope } from "../rights/scoped.ts";
import type { AlarmFact } from "./alarm-facts.ts";
import type { Scope } from "./case-facts.ts";
import { shareOf } from "./percentile.ts";

const intervalMs = figureLimits.loadIntervalMs.value;

/**
 * Alarms per desk and 10 minutes. A desk is a community's duty seat; what lies in no community (a
 * gateway nobody has placed) is the desk of that larger area. Drills are not counted.
 */
export const createLoad = (desks: readonly string[], { period }: Scope, nowMs: number) => {
  const perInterval = new Map<string, Map<number, number>>(desks.map((desk) => [desk, new Map()]));
  const begunMs = Math.min(nowMs, period.untilMs) - period.fromMs;
  const intervals = Math.max(0, Math.ceil(begunMs / intervalMs));

  return {
    add: ({ area, shownAtMs }: AlarmFact): void => {
      const desk = desks.find((path) => isWithin(area, path)) ?? area;
      const counts = perInterval.get(desk) ?? new Map<number, number>();
      perInterval.set(desk, counts);
      const interval = Math.floor((shownAtMs - period.fromMs) / intervalMs);
      counts.set(interval, (counts.get(interval) ?? 0) + 1);
    },
    load: (): readonly DeskLoad[] =>
      [...perInterval]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([desk, counts]) => loadOf(desk, [...counts.values()], intervals)),
  };
};

const loadOf = (desk: string, counts: readonly number[], intervals: number): DeskLoad => {
  const alarms = counts.reduce((sum, count) => sum + count, 0);
  const floodIntervals = counts.filter((count) => count > figureLimits.floodAlarms.value).length;
  return {
    desk,
    alarms,
    intervals,
    averagePerInterval: shareOf(alarms, intervals),
    peakPerInterval: intervals === 0 ? null : counts.reduce((a, b) => Math.max(a, b), 0),
    floodIntervals,
    floodShare: shareOf(floodIntervals, intervals),
  };
};

/** Paths of the communities in scope: a desk without an alarm is there, with 0. */
export const desksOf = async (
  db: Reading,
  { areas, within }: Scope,
): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom("areas")
    .select("path")
    .where("kind", "=", "community")
    .where("retired_at_ms", "is", null)
    .where(inScope("areas.path", areas))
    .where(inScope("areas.path", within))
    .execute();
  return rows.map(({ path }) => path);
};
