import { expect, test } from "vitest";
import { sampleAlarm } from "../testing/sample-alarm.ts";
import { isAiming, keepOrder } from "./hold-order.ts";

test("a hand on its way to a row keeps the list still; a resting hand or none does not", () => {
  expect(isAiming(10_000, 9_500, undefined)).toBe(true);
  expect(isAiming(10_000, 9_400, undefined)).toBe(false);
  expect(isAiming(10_000, undefined, undefined)).toBe(false);
});

test("a hand that never rests holds the list for three seconds, not longer", () => {
  expect(isAiming(10_000, 9_999, 7_001)).toBe(true);
  expect(isAiming(10_000, 9_999, 7_000)).toBe(false);
});

test("while held, rows keep their places, new ones wait below, gone ones are gone", () => {
  const rows = ["new-a", "second", "new-b", "first"].map((episode) => sampleAlarm({ episode }));
  expect(keepOrder(rows, ["first", "gone", "second"]).map(({ episode }) => episode)).toEqual([
    "first",
    "second",
    "new-a",
    "new-b",
  ]);
});
