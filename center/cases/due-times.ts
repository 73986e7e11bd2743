import type { Counting } from "./clock-plans.ts";

const dayMs = 24 * 3_600_000;
/** Chengdu's clock: UTC+8 all year. */
const offsetMs = 8 * 3_600_000;
/** Night, when a fault waits. Source: `people.md` §6.3, "08:30 if night"; its bounds are ours. */
const nightFromMs = 22 * 3_600_000;
const nightUntilMs = 8.5 * 3_600_000;

/** When something is due, epoch ms. Never earlier than `afterMs` after `baseMs`. */
export const dueAt = (baseMs: number, afterMs: number, counts: Counting = "always"): number => {
  switch (counts) {
    case "always":
      return Math.ceil(baseMs + afterMs);
    case "daytime":
      return untilMorning(Math.ceil(baseMs + afterMs));
    case "workdays":
      return addWorkdays(Math.ceil(baseMs), Math.ceil(afterMs / dayMs));
  }
};

const untilMorning = (atMs: number): number => {
  const local = atMs + offsetMs;
  const ofDay = local % dayMs;
  const midnight = local - ofDay;
  if (ofDay < nightUntilMs) return midnight + nightUntilMs - offsetMs;
  if (ofDay >= nightFromMs) return midnight + dayMs + nightUntilMs - offsetMs;
  return atMs;
};

/** The same time of day, so many working days later; a start on a weekend counts from Monday on. */
const addWorkdays = (baseMs: number, days: number): number => {
  let atMs = baseMs;
  for (let left = days; left > 0;) {
    atMs += dayMs;
    if (!isWeekend(atMs)) left -= 1;
  }
  return atMs;
};

/** 1970-01-01 was a Thursday. */
const isWeekend = (atMs: number): boolean => {
  const weekday = (Math.floor((atMs + offsetMs) / dayMs) + 4) % 7;
  return weekday === 0 || weekday === 6;
};
