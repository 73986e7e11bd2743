import { expect, test } from "vitest";
import { median, percentile, slopeOf } from "./statistics.ts";

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

test("the 99th percentile of 1 to 100 is 99, in whatever order they come", () => {
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile(hundred, 1)).toBe(100);
});

test("one sample is every percentile of itself, and none is no number", () => {
  expect(percentile([7], 0)).toBe(7);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test("the slope of a line is found through noise that cancels, and one point has none", () => {
  const line = [0, 1, 2, 3].map((x) => [x, 5 + 3 * x + (x === 0 || x === 3 ? 1 : -1)] as const);
  expect(slopeOf(line)).toBeCloseTo(3);
  expect(slopeOf([[1, 1]])).toBeNaN();
});
