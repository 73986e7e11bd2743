import { expect, test } from "vitest";
import { percentLel, percentVolume, ppm } from "#domain/quantity.ts";
import type { CombustibleGas, Level } from "#domain/gas.ts";
import { amount, higherLevel, isSound, sameLevel } from "./level.ts";

const co = (value: number): Level => ({ gas: "co", ppm: ppm(value) });
const lel = (value: number, gas: CombustibleGas = "methane"): Level => ({
  gas,
  lel: percentLel(value),
  lelPercentVolume: percentVolume(5),
});

test("a level is sound from nothing to the pure gas, and no further", () => {
  for (const level of [co(0), co(1_000_000), lel(0), lel(10_000)])
    expect(isSound(level)).toBe(true);
  for (const level of [co(-0.1), co(1_000_001), lel(-1), lel(10_001), co(Number.NaN)]) {
    expect(isSound(level)).toBe(false);
  }
});

test("levels are the same when gas and number are", () => {
  expect(sameLevel(undefined, undefined)).toBe(true);
  expect(sameLevel(co(3), co(3))).toBe(true);
  expect(sameLevel(co(3), co(4))).toBe(false);
  expect(sameLevel(co(3), lel(3))).toBe(false);
  expect(sameLevel(lel(3), lel(3, "lpg"))).toBe(false);
  expect(sameLevel(undefined, co(3))).toBe(false);
  expect(sameLevel(co(3), undefined)).toBe(false);
});

test("CO is the higher of two, then the larger number, and the older of equals", () => {
  const [small, large, gas] = [co(3), co(4), lel(90)];
  expect(higherLevel(small, large)).toBe(large);
  expect(higherLevel(large, small)).toBe(large);
  expect(higherLevel(small, gas)).toBe(small);
  expect(higherLevel(gas, small)).toBe(small);
  const lpg = lel(90, "lpg");
  expect(higherLevel(gas, lpg)).toBe(gas);
  expect(higherLevel(gas, lel(91, "lpg"))).toMatchObject({ gas: "lpg" });
  expect(higherLevel(undefined, gas)).toBe(gas);
  expect(higherLevel(gas, undefined)).toBe(gas);
  expect(amount(gas)).toBe(90);
});
