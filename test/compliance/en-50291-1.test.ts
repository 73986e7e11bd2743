/** EN 50291-1, alarm conditions (`docs/standards.md` §4.1), with the default limits. */
import { describe, expect, test } from "vitest";
import { co, minutesToCoAlarm, noise, openBench, type Exposure } from "./timetable.ts";

const cadences = [1, 10, 60];
const disturbances: readonly (readonly [string, () => Exposure["noise"]])[] = [
  ["steady", () => () => 0],
  ["±2 ppm of noise", () => noise(7, 2)],
  ["2 ppm low all along", () => () => -2],
  ["2 ppm high all along", () => () => 2],
  ["±2 ppm in turn", () => alternately(2)],
];
const alternately = (width: number) => {
  let sign = 1;
  return () => width * (sign = -sign);
};

describe.each(cadences)("a reading every %i s", (everySeconds) => {
  describe.each(disturbances)("%s", (_, disturb) => {
    const alarmAfter = (ppm: number, minutes: number) =>
      minutesToCoAlarm({
        ppm,
        everySeconds,
        minutes,
        noise: disturb() ?? (() => 0),
        // The worst case: the gas came just after a reading.
        phaseSeconds: everySeconds - 1,
      }) ?? Number.POSITIVE_INFINITY;

    test("30 ppm does not alarm before 120 min", () => {
      expect(alarmAfter(30, 240)).toBeGreaterThan(120);
    });

    test("50 ppm alarms between 60 and 90 min", () => {
      const minutes = alarmAfter(50, 100);
      expect(minutes).toBeGreaterThan(60);
      expect(minutes).toBeLessThan(90);
    });

    test("100 ppm alarms between 10 and 40 min", () => {
      const minutes = alarmAfter(100, 50);
      expect(minutes).toBeGreaterThan(10);
      expect(minutes).toBeLessThan(40);
    });

    test("300 ppm alarms within 3 min", () => {
      expect(alarmAfter(300, 5)).toBeLessThan(3);
    });
  });
});

test("the cause names the band that fired and what it was fed with", () => {
  const bench = openBench();
  for (let second = 0; second <= 26 * 60; second += 10) bench.says(second, co(100));
  // Before it WHO's 15 min at 90 ppm is a pre-alarm, which does not sound.
  expect(bench.story()).toEqual(["810 raised co", "1500 worsened co"]);
  expect(bench.events.map((event) => event.priority)).toEqual([2, 1]);
  expect(bench.events[1]?.cause).toMatchObject({
    ruleSet: "cn-2019",
    source: { standard: "EN 50291-1" },
    inputs: { ppm: 100, bandPpm: 100, bandMinutes: 25, dose: "complete" },
  });
});
