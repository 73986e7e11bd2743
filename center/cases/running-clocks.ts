import type { CaseRow } from "../store/case-tables.ts";
import { priorityOf } from "./case-rows.ts";
import { planFor, type ClockOverride } from "./street-plans.ts";
import type { ClockName, ClockPlan } from "./clock-plans.ts";
import { dueAt } from "./due-times.ts";

/** A clock that runs for a case, and since when. */
export interface RunningClock {
  readonly clock: ClockName;
  readonly baseMs: number;
}

const stillOwed = new Set([
  "reported",
  "accepted",
  "dispatched",
  "responding",
  "on_scene",
  "handled",
  "verifying",
]);

/**
 * Which clocks a case has now. None while nothing of it has rung, but the archive's and those of
 * dates that people have set.
 */
export const runningClocks = (row: CaseRow): readonly RunningClock[] => {
  if (row.state === "closed") return [{ clock: "archive", baseMs: row.entered_at_ms }];
  const owed = stillOwed.has(row.state);
  const agreed: readonly RunningClock[] = [
    ...(owed && row.due_at_ms !== null ? [{ clock: "due", baseMs: row.due_at_ms } as const] : []),
    ...(row.state === "suspended"
      ? [{ clock: "resume", baseMs: row.suspended_until_ms ?? row.entered_at_ms } as const]
      : []),
  ];
  if (row.plan === 0) return agreed;
  return [
    ...agreed,
    ...(owed && row.unsigned_since_ms !== null
      ? [{ clock: "sign", baseMs: row.unsigned_since_ms } as const]
      : []),
    ...(owed && row.upper_since_ms !== null
      ? [{ clock: "upper", baseMs: row.upper_since_ms } as const]
      : []),
    ...inState(row),
  ];
};

const inState = (row: CaseRow): readonly RunningClock[] => {
  const entered = row.entered_at_ms;
  // People who do not write anything for long may themselves be in need.
  const update = { clock: "update", baseMs: Math.max(row.touched_at_ms, row.round_at_ms) } as const;
  // From the report on: whoever signs or dispatches late does not give the gas more time.
  const arrive = { clock: "arrive", baseMs: row.round_at_ms } as const;
  switch (row.state) {
    case "accepted":
      return [{ clock: "dispatch", baseMs: entered }, update];
    case "dispatched":
      return [{ clock: "take", baseMs: entered }, arrive, update];
    case "responding":
      return [arrive, update];
    case "on_scene":
      return [update];
    case "handled":
      return [{ clock: "review", baseMs: entered }];
    case "verifying":
      return [{ clock: "verify", baseMs: entered }];
    default:
      return [];
  }
};

/** The plan behind a clock of this case, as its street wants it. */
export const planOf = (
  row: CaseRow,
  clock: ClockName,
  overrides: readonly ClockOverride[],
): ClockPlan =>
  planFor(
    { area: row.area_path, priority: priorityOf(row.plan === 0 ? 4 : row.plan), clock },
    overrides,
  );

/** When the step `step` of a plan is due; `undefined`: the clock has nothing more to say. */
export const stepDueAt = (plan: ClockPlan, baseMs: number, step: number): number | undefined => {
  const next = plan.steps[step];
  return next === undefined ? undefined : dueAt(baseMs, next.afterMs, next.counts);
};
