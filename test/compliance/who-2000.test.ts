/** WHO Air Quality Guidelines for Europe 2000: CO means over time (`docs/standards.md` §4.3), as pre-alarms. */
import { describe, expect, test } from "vitest";
import { co, openBench } from "./timetable.ts";

/** Minutes of a steady level until the pre-alarm that names this mean. */
const minutesToMean = (level: number, overMinutes: number): number | undefined => {
  const home = openBench();
  for (let minute = 0; minute <= overMinutes + 10; minute += 1) home.says(minute * 60, co(level));
  const told = home.events.find((event) => event.cause.inputs["overMinutes"] === overMinutes);
  expect(told?.priority ?? 2).toBe(2);
  return told === undefined ? undefined : told.at.monoMs / 60_000;
};

describe.each([
  [15, 90],
  [30, 50],
  [60, 25],
  [480, 10],
])("%i min at %i ppm", (overMinutes, limit) => {
  test("a steady level just above is told of by the end of the time, and not long before", () => {
    const minutes = minutesToMean(limit + 0.5, overMinutes);
    expect(minutes).toBeLessThanOrEqual(overMinutes + 1);
    expect(minutes).toBeGreaterThan(overMinutes * 0.9);
  });

  test("a steady level just below is not told of by this mean", () => {
    expect(minutesToMean(limit - 0.5, overMinutes)).toBeUndefined();
  });
});

test("a pre-alarm does not sound in the home", () => {
  const home = openBench();
  for (let minute = 0; minute <= 20; minute += 1) home.says(minute * 60, co(95));
  expect(home.events).toMatchObject([{ kind: "raised", rule: "co", priority: 2 }]);
  expect(home.sounding()).toBe("none");
});

test("time that nobody measured is not taken for bad air", () => {
  const home = openBench();
  home.says(0, co(120));
  home.wait(14 * 60);
  home.says(14 * 60, co(120));
  home.says(15 * 60, co(120));
  expect(home.events.filter((event) => event.rule === "co")).toEqual([]);
});
