import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { monoMs } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import {
  beyond,
  co,
  fault,
  instant,
  lel,
  noLevel,
  openBench,
  says,
} from "#test/compliance/timetable.ts";
import { baselinesOf, packQuiet, unpackQuiet } from "./baseline.ts";
import { reviveState, saveState, type DetectorState } from "./step.ts";

const hour = 3_600;

const baselines = ({ quiet }: DetectorState): string[] =>
  baselinesOf(detectorId("d1"), "JT-CO-3", quiet).map(({ gas, level }) => `${gas} ${level}`);

const gasesOf = ({ quiet }: DetectorState) => (quiet === undefined ? [] : unpackQuiet(quiet).gases);

/** One reading every hour, as `level` says; a quarter of a day begins with hours 0, 6, 12, 18, 24. */
const openDay = (hours: number, level: (hour: number) => readonly Finding[]) => {
  const home = openBench();
  for (let at = 0; at <= hours; at += 1) home.says(at * hour, ...level(at));
  return home;
};

describe("the quiet level", () => {
  test("is known after a whole day, and not an hour before", () => {
    expect(baselines(openDay(23, () => [co(2)]).state)).toEqual([]);
    expect(baselines(openDay(24, () => [co(2)]).state)).toEqual(["co 2"]);
  });

  test("is the lowest of a quarter, whatever is cooked in between", () => {
    const busy = (at: number) => [co(at % 6 === 5 ? 3 : 12), lel(at % 6 === 2 ? 1 : 4)];
    expect(baselines(openDay(24, busy).state)).toEqual(["co 3", "methane 1"]);
  });

  test("is not decided by one false dip, and neither by one bad quarter", () => {
    const dip = (at: number) => [co(at === 7 ? 0 : 5)];
    expect(baselines(openDay(24, dip).state)).toEqual(["co 5"]);
    const party = (at: number) => [co(at >= 18 && at < 24 ? 20 : 2)];
    expect(baselines(openDay(24, party).state)).toEqual(["co 2"]);
  });

  test("is of the last day only", () => {
    const changed = (at: number) => [co(at < 24 ? 9 : 1)];
    const home = openDay(47, changed);
    expect(baselines(home.state)).toEqual(["co 1"]);
    expect(gasesOf(home.state)[0]?.before).toEqual([9, 1, 1, 1]);
    home.says(48 * hour, co(1));
    expect(gasesOf(home.state)[0]?.before).toEqual([1, 1, 1, 1]);
  });

  test("does not count a quarter in which a gas was not read", () => {
    const lost = (at: number) => (at >= 6 && at < 12 ? [lel(0)] : [co(3), lel(0)]);
    expect(baselines(openDay(24, lost).state)).toEqual(["methane 0"]);
    expect(baselines(openDay(30, lost).state)).toEqual(["co 3", "methane 0"]);
  });

  test("is not told by a sensor that warms up, tests itself, has failed or is beyond its range", () => {
    const home = openBench();
    home.says(0, co(6));
    home.says(10, co(0), says("warming-up"));
    home.says(20, co(0));
    home.says(30, co(0), says("warming-up", false), says("self-test"));
    home.says(40, co(0));
    home.says(50, co(0), says("self-test", false), says("sensor-fault"));
    home.says(60, co(0));
    // The failure still stands when this message comes; only the next one counts again.
    home.says(70, co(0), says("sensor-fault", false));
    home.says(80, co(0), noLevel("warming-up", "methane"));
    home.says(90, beyond(co(1)), fault("no-reply"), co(-1));
    expect(gasesOf(home.state)).toEqual([{ gas: "co", lowest: 6, before: [] }]);
    home.says(100, co(5), says("battery-low"), noLevel("not-reported", "lpg"));
    expect(gasesOf(home.state)).toEqual([{ gas: "co", lowest: 5, before: [] }]);
  });

  test("survives a restart, and a state saved before it was kept can still be read", () => {
    const { state } = openDay(24, () => [co(2)]);
    const revived = reviveState(saveState(state), instant(25 * hour));
    expect(revived.ok && baselines(revived.value)).toEqual(["co 2"]);
    expect(revived.ok && revived.value.quiet).toEqual(state.quiet);

    const older = { ...Object(JSON.parse(saveState(state))), quiet: undefined };
    const old = reviveState(JSON.stringify(older), instant(25 * hour));
    expect(old.ok && old.value.quiet).toBeUndefined();
  });

  test("is the same packed and in words, whatever gases and quarters there are", () => {
    const level = fc.double({ min: 0, max: 1_000, noNaN: true });
    const gases = fc.uniqueArray(
      fc.record({
        gas: fc.constantFrom("co" as const, "methane" as const, "lpg" as const),
        lowest: level,
        before: fc.array(level, { maxLength: 4 }),
      }),
      { selector: ({ gas }) => gas },
    );
    fc.assert(
      fc.property(gases, (some) => {
        const order = ["co", "methane", "lpg"];
        const sorted = some.toSorted((a, b) => order.indexOf(a.gas) - order.indexOf(b.gas));
        const unpacked = { fromMs: monoMs(5), gases: sorted };
        expect(unpackQuiet(packQuiet(unpacked))).toEqual(unpacked);
      }),
    );
  });

  test("is no new object while it says nothing new", () => {
    const home = openBench();
    home.says(0, co(2));
    const { quiet } = home.state;
    home.says(10, co(2));
    home.says(20, co(3));
    expect(home.state.quiet).toBe(quiet);
  });
});
