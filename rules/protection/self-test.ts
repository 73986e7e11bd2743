import { minuteOfDay } from "#domain/civil-time.ts";
import type { EpochMs } from "#domain/quantity.ts";
import type { Instant } from "#domain/time.ts";

/** When buzzers are tried: every so many days, from a minute of the day on, for an hour. */
export interface SelfTestPlan {
  readonly everyDays: number;
  readonly fromMinute: number;
}

const dayMs = 86_400_000;
const windowMinutes = 60;

/**
 * Whether a buzzer last tried at `last` (never: undefined) is to be tried now. A wall clock that has
 * run backwards makes it due: one chirp too many is better than a siren never tried.
 */
export const isSelfTestDue = (
  { everyDays, fromMinute }: SelfTestPlan,
  last: EpochMs | undefined,
  { wallMs }: Instant,
): boolean => {
  const sinceWindow = (minuteOfDay(wallMs) - fromMinute + 1_440) % 1_440;
  if (sinceWindow >= windowMinutes) return false;
  if (last === undefined || last > wallMs) return true;
  // Half a day of slack: the minute within the window may be an earlier one this time.
  return wallMs - last >= everyDays * dayMs - dayMs / 2;
};
