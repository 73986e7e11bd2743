/** Units and conversions (`docs/standards.md` §4.4): every printed number, and that units do not mix. */
import { describe, expect, test } from "vitest";
import {
  lowerExplosiveLimit,
  milligramPerCubicMetreToPpm,
  percentLelToPpm,
  percentVolumeToPpm,
  ppmToPercentLel,
} from "#domain/gas.ts";
import {
  atLeast,
  degreeCelsius,
  milligramPerCubicMetre,
  percentLel,
  percentVolume,
  ppm,
} from "#domain/quantity.ts";
import { judgedLel, lelTables } from "#rules/lel.ts";

describe("ppm to mg/m3", () => {
  test.each([
    ["co", 25, 1.146],
    ["co", 20, 1.165],
    ["co", 0, 1.25],
    ["methane", 25, 0.656],
    ["lpg", 25, 1.8],
  ] as const)("%s at %i °C: 1 ppm is %f mg/m3", (gas, celsius, perPpm) => {
    const one = milligramPerCubicMetreToPpm(
      milligramPerCubicMetre(perPpm),
      gas,
      degreeCelsius(celsius),
    );
    expect(one).toBeCloseTo(1, 2);
  });
});

describe("20 %LEL in ppm", () => {
  test.each([
    ["usual", "methane", 10_000],
    ["iec", "methane", 8_800],
    ["usual", "lpg", 4_200],
    ["iec", "lpg", 3_400],
    ["usual", "hydrogen", 8_000],
  ] as const)("table %s, %s: %i", (id, gas, expected) => {
    const limit = lelTables.find((table) => table.id === id)?.limits[gas];
    if (limit === undefined) throw new Error(id);
    expect(percentLelToPpm(percentLel(20), limit)).toBeCloseTo(expected, 6);
    expect(ppmToPercentLel(ppm(expected), limit)).toBeCloseTo(20, 9);
  });
});

test("the same gas read by 5.0 %vol is 14 % more by 4.4 %vol", () => {
  const table = lelTables.find((one) => one.id === "iec");
  const level = {
    gas: "methane",
    lel: percentLel(10),
    lelPercentVolume: percentVolume(5),
  } as const;
  expect(judgedLel(level, table)).toBeCloseTo(11.36, 2);
  expect(judgedLel(level, undefined)).toBe(10);
});

test("a gas that is not named is taken as methane; 1 %vol is 10,000 ppm", () => {
  expect(lowerExplosiveLimit["combustible-gas"]).toBe(lowerExplosiveLimit.methane);
  expect(percentVolumeToPpm(percentVolume(1))).toBe(10_000);
});

test("a comparison of two units does not compile", () => {
  // @ts-expect-error ppm against %LEL
  expect(atLeast(ppm(3), percentLel(4))).toBe(false);
});
