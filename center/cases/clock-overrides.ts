/**
 * What a street does faster or slower than the plans of `clock-plans.ts`: rows, set by its
 * administrators within bounds, and read with every batch of cases.
 */
import { inScope } from "../rights/scoped.ts";
import type { Reading, Writing } from "../store/open-store.ts";
import { caseRows, priorityOf } from "./case-rows.ts";
import { clockNames } from "./clock-plans.ts";
import { inChunks } from "../store/chunks.ts";
import { planOf, stepDueAt } from "./running-clocks.ts";
import { boundsOf, type ClockOverride } from "./street-plans.ts";

/** All of them: a handful of rows for a street. Such as are out of bounds by now count as the bound. */
export const readOverrides = async (db: Reading): Promise<readonly ClockOverride[]> => {
  const rows = await db
    .selectFrom("clock_overrides")
    .select(["area", "priority", "clock", "within_ms"])
    .execute();
  return rows.flatMap(({ area, priority: level, clock: name, within_ms: ms }) => {
    const priority = priorityOf(level);
    const clock = clockNames.find((known) => known === name);
    const bounds = clock && boundsOf(priority, clock);
    if (clock === undefined || bounds === undefined) return [];
    const withinMs = Math.min(Math.max(ms, bounds.minMs), bounds.maxMs);
    return [{ area, priority, clock, withinMs }];
  });
};

/**
 * Sets one time of an area, or with `withinMs: null` goes back to what holds above it; answers what
 * stood before. Clocks that run are due by the new time, those of long ago at once.
 */
export const setOverride = async (
  tx: Writing,
  wish: Omit<ClockOverride, "withinMs"> & {
    readonly withinMs: number | null;
    readonly by: string;
    readonly nowMs: number;
  },
): Promise<number | undefined> => {
  const { area, priority, clock, withinMs } = wish;
  const before = await tx
    .deleteFrom("clock_overrides")
    .where("area", "=", area)
    .where("priority", "=", priority)
    .where("clock", "=", clock)
    .returning("within_ms")
    .executeTakeFirst();
  if (withinMs !== null) {
    const set = { set_by: wish.by, set_at_ms: Math.floor(wish.nowMs) };
    await tx
      .insertInto("clock_overrides")
      .values({ area, priority, clock, within_ms: withinMs, ...set })
      .execute();
  }
  await moveRunning(tx, wish);
  return before?.within_ms;
};

const moveRunning = async (
  tx: Writing,
  { area, priority, clock }: Omit<ClockOverride, "withinMs">,
): Promise<void> => {
  const overrides = await readOverrides(tx);
  const timers = await tx
    .selectFrom("timers")
    .innerJoin("cases", "cases.id", "timers.case_id")
    .selectAll("timers")
    .where("timers.clock", "=", clock)
    .where("cases.plan", "=", priority)
    .where(inScope("cases.area_path", [area]))
    .execute();
  for (const chunk of inChunks(timers)) {
    const rows = await caseRows(
      tx,
      chunk.map((timer) => timer.case_id),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const timer of chunk) {
      const row = byId.get(timer.case_id);
      const plan = row && planOf(row, clock, overrides);
      // One that repeats already goes on repeating.
      const dueMs = plan && stepDueAt(plan, timer.base_at_ms, timer.step);
      if (dueMs === undefined) continue;
      await tx
        .updateTable("timers")
        .set({ due_at_ms: dueMs })
        .where("case_id", "=", timer.case_id)
        .where("clock", "=", clock)
        .execute();
    }
  }
};
