import { describe, expect, test } from "vitest";
import {
  lowerExplosiveLimit,
  milligramPerCubicMetreToPpm,
  percentLelToPpm,
  percentVolumeToPpm,
  ppmToPercentLel,
} from "./gas.ts";
import {
  degreeCelsius,
  milligramPerCubicMetre,
  percentLel,
  percentVolume,
  ppm,
} from "./quantity.ts";

describe("explosive limits", () => {
  test("20 %LEL of methane is 10 000 ppm at 5.0 %vol and 8 800 ppm at 4.4 %vol", () => {
    expect(percentLelToPpm(percentLel(20), lowerExplosiveLimit.methane)).toBeCloseTo(10_000);
    expect(percentLelToPpm(percentLel(20), percentVolume(4.4))).toBeCloseTo(8_800);
  });

  test("20 %LEL of propane is 4 200 ppm", () => {
    expect(percentLelToPpm(percentLel(20), lowerExplosiveLimit.lpg)).toBeCloseTo(4_200);
  });

  test("490 ppm of hydrocarbons taken as methane is 0.98 %LEL", () => {
    expect(ppmToPercentLel(ppm(490), lowerExplosiveLimit.methane)).toBeCloseTo(0.98);
  });

  test("ppm and %LEL convert back and forth without drift", () => {
    for (const value of [0, 0.1, 9.9, 25, 100]) {
      const there = percentLelToPpm(percentLel(value), lowerExplosiveLimit.lpg);
      expect(ppmToPercentLel(there, lowerExplosiveLimit.lpg)).toBeCloseTo(value, 10);
    }
  });

  test("one percent by volume is 10 000 ppm", () => {
    expect(percentVolumeToPpm(percentVolume(1))).toBe(10_000);
  });
});

describe("carbon monoxide in mg/m³ needs its reference temperature", () => {
  test.each([
    [25, 1.146],
    [20, 1.165],
    [0, 1.25],
  ])("at %s °C one ppm is %s mg/m³", (celsius, perPpm) => {
    const value = milligramPerCubicMetreToPpm(
      milligramPerCubicMetre(perPpm),
      "co",
      degreeCelsius(celsius),
    );
    expect(value).toBeCloseTo(1, 2);
  });
});
