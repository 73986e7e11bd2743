/** The plans of `clock-plans.ts` as one street wants them, and how far it may go. */
import type { Priority } from "#domain/alarm.ts";
import { isWithin } from "#domain/rights.ts";
import { clockPlans, type ClockName, type ClockPlan, type ClockStep } from "./clock-plans.ts";

/** Within what time the last step of a plan comes, in this area and everything below it. */
export interface ClockOverride {
  readonly area: string;
  readonly priority: Priority;
  readonly clock: ClockName;
  readonly withinMs: number;
}

export interface ClockBounds {
  /** Of the plan as it is without an override. */
  readonly standardMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** Clocks that stand for a signature or somebody on the way to gas: never slower than the standard. */
const neverSlower: ReadonlySet<ClockName> = new Set(["sign", "upper", "dispatch", "take"]);
const settable: ReadonlySet<ClockName> = new Set([
  ...neverSlower,
  "arrive",
  "update",
  "review",
  "verify",
]);

/**
 * The times somebody may set; `undefined`: this one is no street's to set (a date that was agreed,
 * the archive, and the half hours after which a healthy device closes its own fault).
 * The bounds are Canary's own: a quarter of the standard, twice it, four times for P3 and P4.
 */
export const boundsOf = (priority: Priority, clock: ClockName): ClockBounds | undefined => {
  if (!settable.has(clock) || (clock === "verify" && priority > 2)) return undefined;
  const standardMs = standardOf(clockPlans[priority][clock]);
  const slower = priority > 2 ? 4 : priority === 1 && neverSlower.has(clock) ? 1 : 2;
  return { standardMs, minMs: Math.ceil(standardMs / 4), maxMs: standardMs * slower };
};

/** The plan of a case: the longest path that covers it wins. Steps keep their proportions. */
export const planFor = (
  asked: Omit<ClockOverride, "withinMs">,
  overrides: readonly ClockOverride[],
): ClockPlan => {
  const standard = clockPlans[asked.priority][asked.clock];
  const nearest = nearestOf(asked, overrides);
  if (nearest === undefined) return standard;
  const factor = nearest.withinMs / standardOf(standard);
  return {
    ...standard,
    steps: standard.steps.map((step) => withTime(step, Math.ceil(step.afterMs * factor))),
  };
};

/** The longest path that covers the area. */
export const nearestOf = (
  asked: Omit<ClockOverride, "withinMs">,
  overrides: readonly ClockOverride[],
): ClockOverride | undefined =>
  overrides
    .filter((one) => one.priority === asked.priority && one.clock === asked.clock)
    .filter((one) => isWithin(asked.area, one.area))
    .toSorted((a, b) => b.area.length - a.area.length)[0];

const withTime = (step: ClockStep, afterMs: number): ClockStep => ({ ...step, afterMs });

const standardOf = ({ steps }: ClockPlan): number => steps.at(-1)?.afterMs ?? 0;
