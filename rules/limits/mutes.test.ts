/** No set of rules mutes gas or CO: whatever number or route is changed, they sound in their time. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minutes, seconds } from "#domain/quantity.ts";
import { co, lel, openBench } from "#test/compliance/timetable.ts";
import { lelTables } from "../lel.ts";
import { whatIsWrong } from "./check.ts";
import type { LimitSet } from "./limit-set.ts";
import { whatMutes } from "./mutes.ts";
import { defaultLimits, limitSets } from "./sets.ts";

type Path = readonly string[];
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Every place of a number, and of a class, in a set. */
const places = (value: unknown, at: Path = []): readonly Path[] =>
  typeof value === "number" || at.at(-1) === "alarmClass"
    ? [at]
    : isRecord(value)
      ? Object.entries(value).flatMap(([name, inner]) => places(inner, [...at, name]))
      : [];

const changed = (set: LimitSet, [name = "", ...rest]: Path, to: (old: unknown) => unknown) => {
  const put = (value: unknown, at: Path): unknown => {
    const [next, ...more] = at;
    if (next === undefined) return to(value);
    if (Array.isArray(value))
      return value.map((one, i) => (`${i}` === next ? put(one, more) : one));
    return isRecord(value) ? { ...value, [next]: put(value[next], more) } : value;
  };
  return Object.assign({ ...set }, { [name]: put(Reflect.get(set, name), rest) });
};

/** What sounds when a level has stood for so long, read every ten seconds. */
const sounds = (limits: LimitSet, lasts: number, finding: ReturnType<typeof lel>) => {
  const home = openBench({ limits, silenceAfter: seconds(180) });
  for (let second = 0; second <= lasts; second += 10) home.says(second, finding);
  return home.sounding();
};

test("whatever numbers and classes a set has, gas and CO sound by the latest time of any standard", () => {
  const anywhere = fc.constantFrom(...places(defaultLimits));
  const change = fc.constantFrom(0, 1e-6, 0.1, 0.5, 1, 2, 4, 10, 1e3, 1e9);
  fc.assert(
    fc.property(fc.array(fc.tuple(anywhere, change), { maxLength: 4 }), (changes) => {
      const limits = changes.reduce(
        (set, [path, factor]) =>
          changed(set, path, (old) => (typeof old === "number" ? old * factor : "fault")),
        defaultLimits,
      );
      expect(sounds(limits, 70, lel(25))).toBe("gas");
      expect(sounds(limits, 70, lel(60))).toBe("gas");
      expect(sounds(limits, 16 * 60, co(400))).toBe("co");
    }),
    { numRuns: 300 },
  );
});

describe("a set that would mute is not published, and never judges", () => {
  const [table] = lelTables;
  const withTable = {
    ...defaultLimits,
    gas: { ...defaultLimits.gas, ...(table && { lelTable: table }) },
  };
  const ulAlone = limitSets[2] ?? defaultLimits;
  const slow = minutes(40);

  test.each<[string, LimitSet, string, unknown]>([
    ["gas.low.raiseAt = 26", defaultLimits, "gas low raiseAt value", 26],
    ["gas.low.clearBelow = 11", defaultLimits, "gas low clearBelow value", 11],
    ["gas.high.onDelay = 61000", defaultLimits, "gas high onDelay value", 61_000],
    ["gas.watchFrom = 9", defaultLimits, "gas watchFrom value", 9],
    ["gas.lelTable.methane = 50", withTable, "gas lelTable limits methane", 50],
    ["co.setPoint.raiseAt = 301", defaultLimits, "co setPoint raiseAt value", 301],
    ["co.bands at 70 ppm", defaultLimits, "co bands startsAbove value", 71],
    ["co.bands at 400 ppm", ulAlone, "co bands points 2 alarmAfter", slow],
    ["co.dose.limit = 11", defaultLimits, "co dose limit value", 11],
    ["co.clearBelow = 31", defaultLimits, "co clearBelow value", 31],
    ["holdAtMost = 59000", defaultLimits, "holdAtMost value", 59_000],
    ["life.hushAtMost = 600001", defaultLimits, "life hushAtMost value", 600_001],
    ["routes.co is not urgent", defaultLimits, "routes co priority", 2],
    ["routes.combustible is not urgent", defaultLimits, "routes combustible alarmClass", "fault"],
  ])("%s", (reason, set, path, to) => {
    expect(whatIsWrong(changed(set, path.split(" "), () => to))).toContain(reason);
  });

  test("the sets that are shipped mute nothing, with either table of explosive limits", () => {
    for (const set of limitSets) {
      expect(whatMutes(set)).toBeUndefined();
      for (const lelTable of lelTables)
        expect(whatIsWrong({ ...set, gas: { ...set.gas, lelTable } })).toBeUndefined();
    }
  });
});
