import { expect, test } from "vitest";
import { adjustLimits } from "./adjust.ts";
import { differences, leavesOf } from "./differences.ts";
import { defaultLimits, limitSets } from "./sets.ts";

test("what a site changes is told by name, with both numbers and their unit", () => {
  const changed = adjustLimits(defaultLimits, {
    gas: { lowPercentLel: 6, lowDelaySeconds: 2 },
    co: { doseLimitPercentCohb: 5.5, clearPpm: 20 },
    holdSeconds: 60,
  });
  if (!changed.ok) throw new Error("limits");
  const told = differences(defaultLimits, changed.value);
  expect(told).toContainEqual({ path: "gas.low.raiseAt", from: "10 %LEL", to: "6 %LEL" });
  expect(told.map(({ path, to }) => [path, to])).toEqual([
    ["gas.low.raiseAt", "6 %LEL"],
    ["gas.low.clearBelow", expect.stringContaining("%LEL")],
    ["gas.low.onDelay", "2 s"],
    ["co.dose.limit", "5.5 %COHb"],
    ["co.clearBelow", "20 ppm"],
    ["holdAtMost", "60 s"],
  ]);
  expect(differences(defaultLimits, structuredClone(defaultLimits))).toEqual([]);
});

test("a band that one set has and the other has not is told too", () => {
  const [first, ...rest] = defaultLimits.co.bands.points;
  const shorter = {
    ...defaultLimits,
    co: { ...defaultLimits.co, bands: { ...defaultLimits.co.bands, points: rest } },
  };
  const last = `co.bands.points.${rest.length}.ppm`;
  expect(first?.ppm).toBe(50);
  expect(differences(defaultLimits, shorter).find(({ path }) => path === last)).toMatchObject({
    to: undefined,
  });
});

test("every number of every set has a unit, but those that are pure numbers", () => {
  const bare = limitSets
    .flatMap((set) => leavesOf(set))
    .filter(([, text]) => /^[\d.]+$/.test(text))
    .map(([path]) => path)
    .filter((path) => !/^co\.dose\.(?:uptake|washOut)$|^chatter\.times$|\.priority$/.test(path));
  expect(bare).toEqual([]);
});
