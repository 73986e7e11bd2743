import { inLists } from "../store/chunks.ts";
import { insertRows } from "../store/insert-rows.ts";
import type { Writing } from "../store/open-store.ts";
import type { CaseRow, TimerRow } from "../store/case-tables.ts";
import { readOverrides } from "./clock-overrides.ts";
import type { ClockOverride } from "./street-plans.ts";
import { planOf, runningClocks, stepDueAt } from "./running-clocks.ts";

/**
 * Makes the timers of these cases what their state says: starts, restarts and stops clocks. One
 * that runs on from the same moment keeps the step it has reached, unless the case was less urgent
 * before (`plansBefore`, by case): a step of the slow plan may be hours away, and none of the fast one was taken.
 */
export const syncTimers = async (
  tx: Writing,
  rows: readonly CaseRow[],
  plansBefore: ReadonlyMap<string, number> = new Map(),
): Promise<void> => {
  if (rows.length === 0) return;
  const overrides = await readOverrides(tx);
  const known = await timersOfCases(
    tx,
    rows.map(({ id }) => id),
  );
  const byKey = new Map(known.map((timer) => [keyOf(timer), timer]));
  const wanted = rows.flatMap((row) =>
    timersOf(row, isFaster(row, plansBefore.get(row.id) ?? 0) ? none : byKey, overrides),
  );
  const kept = new Set(wanted.map(keyOf));
  await removeTimers(
    tx,
    known.filter((timer) => !kept.has(keyOf(timer))),
  );
  await writeTimers(
    tx,
    wanted.filter((timer) => byKey.get(keyOf(timer)) !== timer),
  );
};

/** Every clock that runs for these cases. */
export const timersOfCases = async (
  tx: Writing,
  caseIds: readonly string[],
): Promise<readonly TimerRow[]> => {
  const timers: TimerRow[] = [];
  for (const list of inLists(caseIds)) {
    const found = await tx.selectFrom("timers").selectAll().where("case_id", "in", list).execute();
    timers.push(...found);
  }
  return timers;
};

/** For cases that are new: none of their timers can exist. */
export const startTimers = async (tx: Writing, rows: readonly CaseRow[]): Promise<void> => {
  if (rows.length === 0) return;
  const overrides = await readOverrides(tx);
  await writeTimers(
    tx,
    rows.flatMap((row) => timersOf(row, none, overrides)),
  );
};

const none: ReadonlyMap<string, TimerRow> = new Map();

/** 0 is no plan: its clocks did not run. */
const isFaster = ({ plan }: CaseRow, planWas: number): boolean => plan > 0 && plan < planWas;

const keyOf = ({ case_id, clock }: Pick<TimerRow, "case_id" | "clock">): string =>
  `${case_id} ${clock}`;

const timersOf = (
  row: CaseRow,
  known: ReadonlyMap<string, TimerRow>,
  overrides: readonly ClockOverride[],
): readonly TimerRow[] =>
  runningClocks(row).flatMap(({ clock, baseMs }) => {
    const before = known.get(keyOf({ case_id: row.id, clock }));
    if (before?.base_at_ms === baseMs) return [before];
    const dueMs = stepDueAt(planOf(row, clock, overrides), baseMs, 0);
    return dueMs === undefined
      ? []
      : [
          {
            case_id: row.id,
            clock,
            step: 0,
            repeats: 0,
            base_at_ms: baseMs,
            due_at_ms: dueMs,
          },
        ];
  });

/** Writes timers as they are, new ones and moved ones. */
export const writeTimers = async (tx: Writing, timers: readonly TimerRow[]): Promise<void> => {
  await insertRows(tx, "timers", timers, (insert) =>
    insert.onConflict((conflict) =>
      conflict.columns(["case_id", "clock"]).doUpdateSet((eb) => ({
        step: eb.ref("excluded.step"),
        repeats: eb.ref("excluded.repeats"),
        base_at_ms: eb.ref("excluded.base_at_ms"),
        due_at_ms: eb.ref("excluded.due_at_ms"),
      })),
    ),
  );
};

/** Clocks that have nothing more to say, or are asked nothing more. */
export const removeTimers = async (
  tx: Writing,
  timers: readonly Pick<TimerRow, "case_id" | "clock">[],
): Promise<void> => {
  for (const [clock, own] of Map.groupBy(timers, (timer) => timer.clock)) {
    for (const list of inLists(own.map(({ case_id }) => case_id))) {
      await tx
        .deleteFrom("timers")
        .where("case_id", "in", list)
        .where("clock", "=", clock)
        .execute();
    }
  }
};
