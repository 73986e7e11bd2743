/** What nearly all detectors have nothing of is one object for all of them, and nobody is asked about it. */
import { describe, expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { seconds } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import {
  beyond,
  co,
  defaultRules,
  detector,
  instant,
  lel,
  noLevel,
  openBench,
  reportAt,
  says,
  verdict,
} from "#test/compliance/timetable.ts";
import { allRules, judge } from "./judge.ts";
import { usable } from "./limits/check.ts";
import { emptyMemory, noNotes } from "./memory.ts";
import { noAlarms, type DetectorState } from "./state.ts";
import { initialState, isQuiet, reviveState, saveState } from "./step.ts";

const by = userId("王强");

describe("shared by all", () => {
  test("are the notes of who only measures a dose", () => {
    const home = openBench();
    home.says(0, co(60), lel(3));
    home.says(10, co(61), lel(3));
    expect(home.state.memory.co?.ppm).toBe(61);
    expect(home.state.memory.notes).toBe(noNotes);
    expect(home.state.alarms).toBe(noAlarms);
  });

  test("are the notes again when what was noted is over, while the dose goes on", () => {
    const home = openBench();
    home.says(0, co(60), noLevel("warming-up", "methane"));
    expect(home.state.memory.notes.warming).toHaveLength(1);
    home.says(10, co(60), lel(0));
    expect(home.state.memory.notes).toBe(noNotes);
  });

  test("are the alarms again when the last hold, hush or signature is over", () => {
    const home = openBench();
    home.does(0, { kind: "shelve", rule: "tamper", by, reason: "装修", duration: seconds(30) });
    expect(home.state.alarms.holds).toHaveLength(1);
    home.wait(30);
    expect(home.state.alarms).toBe(noAlarms);
    home.does(40, { kind: "suppress", rule: "silence", cause: "link-down:a" });
    home.does(50, { kind: "unsuppress", rule: "silence", cause: "link-down:a" });
    expect(home.state.alarms).toBe(noAlarms);
    home.says(60, verdict("co", true));
    home.says(70, verdict("co", false));
    home.does(80, { kind: "acknowledge", rule: "device-alarm-co", by });
    expect(home.state.alarms).not.toBe(noAlarms);
    home.does(90, { kind: "reset", rule: "device-alarm-co", by, reason: "已查明" });
    expect(home.state.alarms).toBe(noAlarms);
  });

  test("is all of it after a restart, in the same boot and in another", () => {
    const home = openBench();
    home.says(0, co(2), lel(0));
    const nextBoot = { ...instant(5), bootId: instant(0).bootId };
    for (const text of [
      saveState(home.state),
      saveState(home.state).replaceAll("boot-one", "b0"),
    ]) {
      const revived = reviveState(text, nextBoot);
      expect(revived.ok && revived.value.memory).toBe(emptyMemory);
      expect(revived.ok && revived.value.alarms).toBe(noAlarms);
    }
  });

  test("is nothing of a detector that is worth saving", () => {
    const home = openBench();
    home.says(0, co(2));
    expect(isQuiet(home.state)).toBe(true);
    home.does(10, { kind: "suppress", rule: "silence", cause: "link-down:a" });
    expect(isQuiet(home.state)).toBe(false);
  });
});

describe("a rule that levels tell nothing", () => {
  /** Which of them were asked about a report, or about time passing when there is none. */
  const asked = (state: DetectorState, findings: readonly Finding[] | undefined): string[] => {
    const names: string[] = [];
    const listening = allRules
      .filter(({ ignoresLevels }) => ignoresLevels === true)
      .map((rule) =>
        Object.assign({}, rule, {
          perceive: (...about: Parameters<typeof rule.perceive>) => {
            names.push(rule.id);
            return rule.perceive(...about);
          },
        }),
      );
    const report = findings && reportAt(instant(100), ...findings);
    judge(state, report, instant(100), usable(defaultRules), listening);
    return names;
  };
  const fresh = initialState(detector, instant(0));
  const all = [
    "sensor-fault",
    "power-loss",
    "battery-low",
    "tamper",
    "end-of-life",
    "self-test",
    "device-alarm-co",
    "device-alarm-gas",
    "over-range",
  ];

  test("is not asked about levels within the range, nor when time passes", () => {
    expect(asked(fresh, [co(400), lel(60)])).toEqual([]);
    expect(asked(fresh, [])).toEqual([]);
    expect(asked(fresh, undefined)).toEqual([]);
  });

  test.each([
    ["a level beyond the range", beyond(lel(60))],
    ["a level that is none", co(-1)],
    ["a place without a level", noLevel("warming-up")],
    ["a verdict", verdict("co", false)],
    ["a reported state", says("tamper", false)],
  ])("is asked about %s", (_, finding) => {
    expect(asked(fresh, [co(2), finding])).toEqual(all);
  });

  test("is asked about everything while something is noted", () => {
    const home = openBench();
    home.says(0, co(60), noLevel("warming-up", "methane"));
    expect(home.state.alarms.episodes).toEqual([]);
    expect(asked(home.state, [co(60)])).toEqual(all);
  });

  test("is asked about everything while its own alarm is open", () => {
    const home = openBench();
    home.says(0, says("tamper"));
    const forgetful = { ...home.state, memory: emptyMemory };
    expect(asked(forgetful, [co(2)])).toEqual(["tamper"]);
  });
});
