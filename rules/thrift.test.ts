/** What a step must not make anew or do needlessly: a thousand detectors are asked many times a second. */
import { describe, expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { minutes, seconds } from "#domain/quantity.ts";
import {
  co,
  defaultRules,
  fault,
  instant,
  lel,
  noLevel,
  openBench,
  reportAt,
  says,
  verdict,
  type Bench,
} from "#test/compliance/timetable.ts";
import { lelTables } from "./lel.ts";
import { emptyMemory } from "./memory.ts";
import { noEpisodes } from "./state.ts";
import { step, type DetectorRules } from "./step.ts";

const tickAt = (home: Bench, second: number) =>
  step(home.state, { kind: "tick", now: instant(second) }, defaultRules);

test("a tick before the time that was asked for changes nothing, whatever is remembered", () => {
  const home = openBench();
  home.says(0, co(40), lel(5), says("tamper"));
  const early = tickAt(home, 3);
  expect(early.state).toBe(home.state);
  expect(early.events).toBe(tickAt(home, 2).events);
  expect(early.actions).toBe(tickAt(home, 2).actions);
});

test("good news leaves nothing behind: no memory, no episode, and the same empty lists as ever", () => {
  const home = openBench();
  home.says(0, co(2), lel(0.5), says("tamper", false), verdict("methane", false));
  expect(home.state.memory).toBe(emptyMemory);
  expect(home.state.alarms.episodes).toBe(noEpisodes);
  expect(home.state.wakeAtMs).toBe(180_000);
  const next = step(
    home.state,
    { kind: "report", report: reportAt(instant(10), co(2)) },
    defaultRules,
  );
  expect(next.events).toBe(tickAt(home, 1).events);
  expect(next.state.quiet).toBe(home.state.quiet);
});

test("gas is watched from 2 %LEL on, by the site's table of explosive limits", () => {
  const iec = lelTables.find(({ id }) => id === "iec");
  if (iec === undefined) throw new Error("no table");
  const { gas } = defaultRules.limits;
  const byTable = {
    ...defaultRules,
    limits: { ...defaultRules.limits, gas: { ...gas, lelTable: iec } },
  };
  const watched = (rules: DetectorRules, level: number): boolean => {
    const home = openBench(rules);
    home.says(0, lel(level));
    return home.state.memory.gases.length === 1;
  };
  expect([watched(defaultRules, 1.99), watched(defaultRules, 2)]).toEqual([false, true]);
  // 1.76 of 5.0 %vol are 2 of 4.4.
  expect([watched(byTable, 1.75), watched(byTable, 1.77)]).toEqual([false, true]);
});

test("a message that says nothing changes nothing while a state is remembered", () => {
  const home = openBench();
  home.says(0, says("tamper"), verdict("co", true));
  const next = step(home.state, { kind: "report", report: reportAt(instant(1)) }, defaultRules);
  expect(next.state).toBe(home.state);
  expect(next.events).toBe(tickAt(home, 1).events);
  expect(next.actions).toBe(tickAt(home, 1).actions);
});

describe("readings that are all well leave out nothing that is due", () => {
  const wellFrom = (home: Bench, from: number, to: number): void => {
    for (let second = from; second <= to; second += 1) home.says(second, co(2), lel(0));
  };
  const told = (home: Bench) => home.actions.map(({ kind, at }) => `${at.monoMs / 1_000} ${kind}`);
  const by = userId("王强");

  test("an alarm that came and went within three seconds still returns", () => {
    const home = openBench();
    home.says(0, verdict("co", true));
    home.says(1, verdict("co", false));
    wellFrom(home, 2, 5);
    expect(home.story()).toEqual(["0 raised device-alarm-co", "3 returned device-alarm-co"]);
  });

  test("a shelving ends at its time", () => {
    const home = openBench();
    home.does(0, { kind: "shelve", rule: "tamper", by, reason: "装修", duration: seconds(30) });
    wellFrom(home, 1, 60);
    expect(told(home)).toEqual(["0 shelved", "30 shelving-expired"]);
  });

  test("a hush ends at its time, though its alarm is over", () => {
    const home = openBench();
    home.says(0, verdict("co", true));
    const hush = { kind: "hush", by, reason: "已通风", confirmedOnSite: true } as const;
    home.says(80, verdict("co", true));
    home.does(90, { ...hush, duration: minutes(10) });
    home.says(100, verdict("co", false));
    // From 600 s on even the spell in which it might have chattered is forgotten.
    wellFrom(home, 101, 700);
    expect(told(home)).toEqual(["90 hushed", "690 hush-expired"]);
  });
});

test("a message that says nothing is no proof of life", () => {
  const home = openBench();
  home.says(0, co(2));
  home.says(100);
  home.wait(181);
  expect(home.story()).toEqual(["180 raised silence"]);
});

test("the same state said twice keeps the very parts of memory that say it", () => {
  const home = openBench();
  const all = [
    says("tamper"),
    noLevel("warming-up", "lpg"),
    noLevel("sentinel", "hydrogen"),
    verdict("methane", true),
  ];
  home.says(0, ...all);
  const before = home.state.memory;
  home.says(10, ...all);
  const after = home.state.memory;
  expect(after).toBe(before);
  expect(home.state.alarms.episodes).toHaveLength(3);
});

test("memory of one kind is not made anew by news of another", () => {
  const home = openBench();
  home.says(0, lel(12), says("tamper"), noLevel("sentinel", "hydrogen"), verdict("lpg", true));
  const before = home.state.memory;
  home.says(10, fault("no-reply"));
  const after = home.state.memory;
  expect(after.gases[0]?.level).toBe(before.gases[0]?.level);
  for (const part of ["standing", "badGases", "verdicts", "overRange", "warming"] as const) {
    expect(after.notes[part]).toBe(before.notes[part]);
  }
});

test("who only waits for the next message is asked when it would be silent, and not before", () => {
  const home = openBench({ ...defaultRules, silenceAfter: seconds(60) });
  home.says(0, says("tamper"));
  expect(home.state.wakeAtMs).toBe(60_000);
  home.says(10, says("tamper"));
  expect(home.state.wakeAtMs).toBe(70_000);
});
