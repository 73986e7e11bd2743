import type { CaseRow, TimerRow } from "../store/case-tables.ts";
import {
  clockNames,
  type Audience,
  type ClockName,
  type ClockPlan,
  type ClockStep,
} from "./clock-plans.ts";
import { dueAt } from "./due-times.ts";
import { planOf, stepDueAt } from "./running-clocks.ts";
import type { ClockOverride } from "./street-plans.ts";

/** What a clock that is due says and does. */
export interface Turn {
  readonly clock: ClockName;
  /** Where the clock then stands; `undefined`: it has nothing more to say. */
  readonly next: TimerRow | undefined;
  readonly audience: Audience | undefined;
  readonly deeds: readonly Deed[];
}

/** What a clock has the center do by itself, up to which level. */
export interface Deed {
  readonly does: NonNullable<ClockStep["does"]>;
  readonly until: ClockStep["until"];
}

/** What it missed while every center was down, it says together, once. `undefined`: no clock of ours. */
export const turnOf = (
  row: CaseRow,
  timer: TimerRow,
  { nowMs, overrides }: { readonly nowMs: number; readonly overrides: readonly ClockOverride[] },
): Turn | undefined => {
  const clock = clockNames.find((known) => known === timer.clock);
  if (clock === undefined) return undefined;
  const plan = planOf(row, clock, overrides);
  const missed = missedSteps(plan, timer, nowMs);
  const isRepeat = missed.length === 0;
  const due = isRepeat ? (plan.again === undefined ? [] : [plan.again]) : missed;
  return {
    clock,
    next: nextOf(plan, timer, missed.length, nowMs),
    audience: isRepeat ? repeatAudience(plan, timer.repeats) : together(missed),
    deeds: due.flatMap((step) =>
      step.does === undefined
        ? []
        : [{ does: step.does, until: "until" in step ? step.until : undefined }],
    ),
  };
};

/** Later than now in any case: a clock that is late speaks once, not once for each time it missed. */
const nextOf = (
  plan: ClockPlan,
  timer: TimerRow,
  missed: number,
  nowMs: number,
): TimerRow | undefined => {
  const step = timer.step + missed;
  const dueMs =
    stepDueAt(plan, timer.base_at_ms, step) ??
    (plan.again === undefined ? undefined : dueAt(nowMs, plan.again.everyMs, plan.again.counts));
  const repeats = missed === 0 ? timer.repeats + 1 : timer.repeats;
  return dueMs === undefined ? undefined : { ...timer, step, due_at_ms: dueMs, repeats };
};

const missedSteps = (plan: ClockPlan, timer: TimerRow, nowMs: number): readonly ClockStep[] =>
  plan.steps
    .slice(timer.step)
    .filter(({ afterMs, counts }) => dueAt(timer.base_at_ms, afterMs, counts) <= nowMs);

const together = (steps: readonly ClockStep[]): Audience | undefined => {
  const audiences = steps.flatMap(({ tell }) => (tell === undefined ? [] : [tell]));
  return audiences.length === 0
    ? undefined
    : {
        roles: [...new Set(audiences.flatMap(({ roles }) => roles))],
        ...(audiences.some(({ reach }) => reach === "community") && { reach: "community" }),
        ...(audiences.some(({ assignee }) => assignee === true) && { assignee: true }),
        channels: [...new Set(audiences.flatMap(({ channels }) => channels ?? []))],
      };
};

/** Each time the next wider one; the widest for ever. */
const repeatAudience = ({ again }: ClockPlan, repeats: number): Audience | undefined =>
  again?.tell[Math.min(repeats, again.tell.length - 1)];
