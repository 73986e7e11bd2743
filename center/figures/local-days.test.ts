import { expect, test } from "vitest";
import { dayOf, daysBegun, periodOf } from "./local-days.ts";

test("a day begins at midnight in Chengdu, which is 16:00 UTC of the day before", () => {
  const period = periodOf("2026-11-01", "2026-11-30");
  expect(period?.fromMs).toBe(Date.parse("2026-10-31T16:00:00Z"));
  expect(period?.untilMs).toBe(Date.parse("2026-11-30T16:00:00Z"));
  expect(dayOf(Date.parse("2026-11-21T15:59:59.999Z"))).toBe("2026-11-21");
  expect(dayOf(Date.parse("2026-11-21T16:00:00.000Z"))).toBe("2026-11-22");
});

test("a year of summer times elsewhere has only days of 24 hours here", () => {
  const year = periodOf("2028-01-01", "2028-12-31");
  if (year === undefined) throw new Error("no period");
  const days = daysBegun(year, year.untilMs);
  expect(days).toHaveLength(366);
  expect(new Set(days).size).toBe(366);
  expect(days.at(-1)).toBe("2028-12-31");
});

test("days that have not begun are not there", () => {
  const period = periodOf("2026-11-01", "2026-11-03");
  if (period === undefined) throw new Error("no period");
  expect(daysBegun(period, period.fromMs - 1)).toEqual([]);
  expect(daysBegun(period, period.fromMs)).toEqual(["2026-11-01"]);
  expect(daysBegun(period, period.untilMs)).toEqual(["2026-11-01", "2026-11-02", "2026-11-03"]);
});

test.each([
  ["2026-11-02", "2026-11-01"],
  ["2026-02-30", "2026-03-02"],
  ["2026-2-3", "2026-03-02"],
  ["2026-01-01", "2027-01-02"],
  ["yesterday", "today"],
])("%s to %s is no period", (from, to) => {
  expect(periodOf(from, to)).toBeUndefined();
});
