/** UL 2034, alarm conditions and the COHb curve (`docs/standards.md` §4.1, §4.2). */
import { describe, expect, test } from "vitest";
import { minutes, percentCohb, ppm, seconds } from "#domain/quantity.ts";
import { doseAfter, steadyState, timeToDose } from "#rules/co-dose.ts";
import { defaultLimits, limitSets } from "#rules/limits/sets.ts";
import { minutesToCoAlarm, noise } from "./timetable.ts";

const ulAlone = limitSets.find((set) => set.id === "ul-2034");
if (ulAlone === undefined) throw new Error("no UL set");

const sets = [
  // With the default set 400 ppm alarms at once: EN 50291-1 and the national set point win.
  { limits: defaultLimits, at400: [0, 3] },
  { limits: ulAlone, at400: [4, 15] },
] as const;

describe.each(sets)("limits $limits.id", ({ limits, at400 }) => {
  const alarmAfter = (level: number, everySeconds: number, upToMinutes: number) =>
    minutesToCoAlarm({
      ppm: level,
      everySeconds,
      minutes: upToMinutes,
      noise: noise(11, 2),
      rules: { limits, silenceAfter: seconds(180) },
    });

  describe.each([1, 10, 60])("a reading every %i s", (everySeconds) => {
    // UL's test gas may be off by 5 ppm (10 ppm at 400).
    test.each([65, 70, 75])("%i ppm alarms between 60 and 240 min", (level) => {
      const after = alarmAfter(level, everySeconds, 250);
      expect(after).toBeGreaterThan(60);
      expect(after).toBeLessThan(240);
    });

    test.each([145, 150, 155])("%i ppm alarms between 10 and 50 min", (level) => {
      const after = alarmAfter(level, everySeconds, 60);
      expect(after).toBeGreaterThan(10);
      expect(after).toBeLessThan(50);
    });

    test.each([390, 400, 410])(`%i ppm alarms from ${at400[0]} to ${at400[1]} min`, (level) => {
      const after = alarmAfter(level, everySeconds, 20);
      expect(after).toBeGreaterThanOrEqual(at400[0]);
      expect(after).toBeLessThan(at400[1]);
    });
  });

  test("30 ppm for 30 days does not alarm", () => {
    expect(alarmAfter(30, 60, 30 * 24 * 60)).toBeUndefined();
  });
});

describe("the COHb curve", () => {
  const { dose } = defaultLimits.co;
  const toMinutes = (duration: number | undefined): number | undefined =>
    duration === undefined ? undefined : duration / 60_000;

  test.each([
    [70, 189],
    [100, 89.1],
    [150, 49.7],
    [200, 34.7],
    [300, 21.7],
    [400, 15.8],
  ])(
    "%i ppm reaches a tenth of the blood after %f min, the published point",
    (level, published) => {
      const after = timeToDose(percentCohb(0), ppm(level), percentCohb(10), dose);
      expect(toMinutes(after)).toBeCloseTo(published, 1);
    },
  );

  test("50 ppm never reaches 10 %, it ends at 8.34 %", () => {
    expect(timeToDose(percentCohb(0), ppm(50), percentCohb(10), dose)).toBeUndefined();
    expect(steadyState(ppm(50), dose)).toBeCloseTo(8.34, 2);
  });

  test("189 steps of one minute equal one step of 189 minutes", () => {
    let inSteps = percentCohb(0);
    for (let minute = 0; minute < 189; minute += 1) {
      inSteps = doseAfter(inSteps, ppm(70), minutes(1), dose);
    }
    expect(inSteps).toBeCloseTo(doseAfter(percentCohb(0), ppm(70), minutes(189), dose), 10);
  });

  test("in clean air half of a dose is gone after about 320 min, as in a resting person", () => {
    const left = doseAfter(percentCohb(10), ppm(0), minutes(320), dose);
    expect(left).toBeGreaterThan(4.9);
    expect(left).toBeLessThan(5.2);
  });
});
