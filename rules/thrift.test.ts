/** What a step must not make anew or do needlessly: a thousand detectors are asked many times a second. */
import { expect, test } from "vitest";
import { seconds } from "#domain/quantity.ts";
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
import { emptyMemory } from "./memory.ts";
import { noEpisodes } from "./state.ts";
import { step } from "./step.ts";

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
  expect(home.state.episodes).toBe(noEpisodes);
  expect(home.state.wakeAtMs).toBe(180_000);
  const next = step(
    home.state,
    { kind: "report", report: reportAt(instant(10), co(2)) },
    defaultRules,
  );
  expect(next.events).toBe(tickAt(home, 1).events);
  expect(next.state.quiet).toBe(home.state.quiet);
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
  expect(home.state.episodes).toHaveLength(3);
});

test("memory of one kind is not made anew by news of another", () => {
  const home = openBench();
  home.says(0, lel(12), says("tamper"), noLevel("sentinel", "hydrogen"), verdict("lpg", true));
  const before = home.state.memory;
  home.says(10, fault("no-reply"));
  const after = home.state.memory;
  expect(after.gases[0]?.level).toBe(before.gases[0]?.level);
  for (const part of ["standing", "badGases", "verdicts", "overRange", "warming"] as const) {
    expect(after[part]).toBe(before[part]);
  }
});

test("who only waits for the next message is asked when it would be silent, and not before", () => {
  const home = openBench({ ...defaultRules, silenceAfter: seconds(60) });
  home.says(0, says("tamper"));
  expect(home.state.wakeAtMs).toBe(60_000);
  home.says(10, says("tamper"));
  expect(home.state.wakeAtMs).toBe(70_000);
});
