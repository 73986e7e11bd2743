import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createDurations } from "./durations.ts";
import { nearestRank, shareOf } from "./percentile.ts";

test.each([
  [[], 50, null],
  [[7], 50, 7],
  [[7], 90, 7],
  [[1, 2], 50, 1],
  [[1, 2, 3], 50, 2],
  [[1, 2, 2, 2, 9], 50, 2],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90, 9],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 90, 10],
  [[3, 3, 3], 90, 3],
])("of %j the %i %% lie at or below %s", (sorted, percent, value) => {
  expect(nearestRank(sorted, percent)).toBe(value);
});

test("at least so many do not exceed it, and fewer do not exceed anything smaller", () => {
  const times = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 100 }), (values, percent) => {
      const sorted = values.toSorted((a, b) => a - b);
      const found = nearestRank(sorted, percent) ?? Number.NaN;
      const notAbove = values.filter((value) => value <= found).length;
      const below = values.filter((value) => value < found).length;
      expect(notAbove * 100).toBeGreaterThanOrEqual(percent * values.length);
      expect(below * 100).toBeLessThan(percent * values.length);
    }),
  );
});

test("nothing measured is no data, not zero", async () => {
  expect(await createDurations().spread()).toEqual({ n: 0, p50Ms: null, p90Ms: null, maxMs: null });
  expect(shareOf(0, 0)).toBeNull();
  expect(shareOf(0, 4)).toBe(0);
});

test("durations spread as their ranks say, asked in between and again at the end", async () => {
  const durations = createDurations();
  for (let ms = 100; ms > 50; ms -= 1) durations.add(ms);
  expect(await durations.spread()).toEqual({ n: 50, p50Ms: 75, p90Ms: 95, maxMs: 100 });
  for (let ms = 50; ms > 0; ms -= 1) durations.add(ms);
  expect(await durations.spread()).toEqual({ n: 100, p50Ms: 50, p90Ms: 90, maxMs: 100 });
});
