import { epochToRfc3339, rfc3339ToEpoch } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";

export const dayMs = 86_400_000;
/** Longest period at once: a leap year. */
export const daysMax = 366;

/** A period of whole days on Chengdu's clock, which has no summer time: every day has 24 hours. */
export interface Period {
  /** First day, `2026-11-01`. */
  readonly from: string;
  /** Last day; it counts too. */
  readonly to: string;
  /** Midnight at its beginning. */
  readonly fromMs: number;
  /** Midnight after its end. */
  readonly untilMs: number;
}

/** `undefined`: no such days, in the wrong order, or more than {@link daysMax} of them. */
export const periodOf = (from: string, to: string): Period | undefined => {
  const fromMs = midnightOf(from);
  const lastMs = midnightOf(to);
  if (fromMs === undefined || lastMs === undefined || lastMs < fromMs) return undefined;
  const untilMs = lastMs + dayMs;
  return untilMs - fromMs > daysMax * dayMs ? undefined : { from, to, fromMs, untilMs };
};

/** The day a moment lies in. */
export const dayOf = (atMs: number): string => epochToRfc3339(epochMs(atMs)).slice(0, 10);

/** Days of a period that have begun, in order. */
export const daysBegun = ({ fromMs, untilMs }: Period, nowMs: number): readonly string[] => {
  const endMs = Math.min(untilMs, nowMs + 1);
  const days: string[] = [];
  for (let atMs = fromMs; atMs < endMs; atMs += dayMs) days.push(dayOf(atMs));
  return days;
};

/** Date parsers roll 30 February over into March: what comes out must be what went in. */
const midnightOf = (day: string): number | undefined => {
  const atMs = rfc3339ToEpoch(`${day}T00:00`);
  return atMs !== undefined && dayOf(atMs) === day ? atMs : undefined;
};
