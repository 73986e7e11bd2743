import { describe, expect, test } from "vitest";
import { milliseconds, minutes, monoMs, percentCohb, ppm } from "#domain/quantity.ts";
import { bandFor, bandRate } from "./co-bands.ts";
import { doseAfter, steadyState, timeToDose } from "./co-dose.ts";
import { averagePpm, beginExposure, breathe, reachedAverage } from "./co-exposure.ts";
import { defaultLimits } from "./limits/sets.ts";

const { bands, dose, averages } = defaultLimits.co;

describe("the bands", () => {
  test("alarm after exactly the time of each point at its level", () => {
    for (const point of bands.points)
      expect(1 / bandRate(ppm(point.ppm), bands)).toBe(point.alarmAfter);
  });

  test("recover fully five ppm below the start, half at half of that, and not at all at it", () => {
    const start = bands.startsAbove.value;
    const full = -1 / bands.recovery.value;
    expect(bandRate(ppm(start - 5), bands)).toBe(full);
    expect(bandRate(ppm(start - 20), bands)).toBe(full);
    expect(bandRate(ppm(start - 2.5), bands)).toBe(full / 2);
    expect(Math.abs(bandRate(start, bands))).toBe(0);
  });

  test("name the highest point that is reached, and the first below it", () => {
    const [first, second] = bands.points;
    expect(bandFor(ppm(1), bands)).toBe(first);
    expect(bandFor(ppm(second?.ppm ?? 0), bands)).toBe(second);
  });
});

describe("the dose", () => {
  const limit = dose.limit.value;

  test("is there when the time it takes has passed", () => {
    for (const level of [70, 150, 400, 2_000]) {
      const takes = timeToDose(percentCohb(1), ppm(level), limit, dose);
      expect(doseAfter(percentCohb(1), ppm(level), milliseconds(takes ?? 0), dose)).toBeCloseTo(
        limit,
        9,
      );
    }
  });

  test("takes no time once it is reached, and is never reached at a level that is too low", () => {
    expect(timeToDose(limit, ppm(2), limit, dose)).toBe(0);
    expect(timeToDose(percentCohb(limit + 1), ppm(2_000), limit, dose)).toBe(0);
    expect(timeToDose(percentCohb(0), ppm(5), limit, dose)).toBeUndefined();
    expect(timeToDose(percentCohb(0), ppm(70), steadyState(ppm(70), dose), dose)).toBeUndefined();
  });
});

describe("the exposure of the last hours", () => {
  const bin = 300_000;
  const at = (ms: number) => monoMs(ms);
  /** Breathes each level for five minutes. */
  const breatheBins = (levels: readonly number[]) =>
    levels.reduce(
      (exposure, level, index) =>
        breathe(exposure, ppm(level), at(index * bin), bin, at((index + 1) * bin)),
      beginExposure(at(0)),
    );

  test("is the mean over the time that is asked for, the oldest bin counting by its part", () => {
    const levels = [60, 60, 60, 10, 10, 10];
    const exposure = breatheBins(levels);
    const now = at(levels.length * bin);
    expect(averagePpm(exposure, minutes(15), now)).toBeCloseTo(10, 9);
    expect(averagePpm(exposure, minutes(30), now)).toBeCloseTo(35, 9);
    expect(averagePpm(exposure, milliseconds(17.5 * 60_000), now)).toBeCloseTo(
      (150 + 150) / 17.5,
      9,
    );
    expect(averagePpm(exposure, minutes(60), now)).toBeCloseTo(17.5, 9);
  });

  test("moves to a new bin on the very millisecond, and keeps no more than eight hours and one bin", () => {
    const exposure = breatheBins([7]);
    expect(exposure).toEqual({ bins: [7 * bin], fillingFromMs: bin, filling: 0 });
    expect(breatheBins(Array.from({ length: 120 }, () => 7)).bins).toHaveLength(97);
  });

  test("counts only the time a level may stand for, and splits it over the bins", () => {
    const exposure = breathe(beginExposure(at(0)), ppm(10), at(200_000), 200_000, at(900_000));
    expect(exposure).toEqual({
      bins: [1_000_000, 1_000_000, 0],
      fillingFromMs: 900_000,
      filling: 0,
    });
  });

  test("goes on over a gap of eight hours, and begins anew after twice what is kept", () => {
    const begun = beginExposure(at(0));
    const nine = 9 * 3_600_000;
    expect(breathe(begun, ppm(10), at(0), 1_000, at(nine)).bins).toHaveLength(97);
    const seventeen = 17 * 3_600_000;
    expect(breathe(begun, ppm(10), at(0), 1_000, at(seventeen))).toEqual(
      beginExposure(at(seventeen)),
    );
  });

  test("reaches a mean exactly at it, with air that is still that bad, a tenth less to stay", () => {
    const [first] = averages;
    if (first === undefined) throw new Error("no averages");
    const bins = Math.ceil(first.over / bin);
    const now = at(bins * bin);
    const full = breatheBins(Array.from({ length: bins }, () => first.ppm));
    expect(reachedAverage(full, averages, ppm(first.ppm), now)).toBe(first);
    expect(reachedAverage(full, [first], ppm(first.ppm - 1), now)).toBeUndefined();
    const less = breatheBins(Array.from({ length: bins }, () => first.ppm * 0.95));
    expect(reachedAverage(less, [first], ppm(first.ppm), now)).toBeUndefined();
    expect(reachedAverage(less, [first], ppm(first.ppm * 0.95), now, 0.9)).toBe(first);
    expect(reachedAverage(less, [first], ppm(first.ppm * 0.85), now, 0.9)).toBeUndefined();
  });
});
