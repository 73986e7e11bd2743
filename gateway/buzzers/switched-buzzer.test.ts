import { expect, test } from "vitest";
import type { BuzzerCommand, BuzzerPattern } from "#domain/buzzer.ts";
import { buzzerId } from "#domain/ids.ts";
import { err, ok } from "#domain/result.ts";
import { createManualTime } from "#platform/manual-time.ts";
import type { GatewayFault } from "../ports.ts";
import { createSwitchedBuzzer } from "./switched-buzzer.ts";

const off: BuzzerCommand = { state: "off" };
const on = (pattern: BuzzerPattern): BuzzerCommand => ({ state: "on", pattern, cause: "always" });

const createStory = (patterned: boolean) => {
  const time = createManualTime();
  const switched: [atMs: number, on: boolean][] = [];
  const faults: GatewayFault[] = [];
  let works = true;
  const buzzer = createSwitchedBuzzer({
    id: buzzerId("stair"),
    contact: {
      turn: async (isOn) => {
        switched.push([time.nowMs(), isOn]);
        return works ? ok(undefined) : err({ zh: "继电器无应答", en: "the relay does not answer" });
      },
      close: async () => {},
    },
    patterned,
    timers: time.timers,
    reportFault: (fault) => faults.push(fault),
  });
  return {
    time,
    buzzer,
    switched,
    faults,
    setWorks: (value: boolean) => {
      works = value;
    },
  };
};

test("a siren with a sound of its own is held on, and let go", async () => {
  const { time, buzzer, switched } = createStory(false);
  expect(await buzzer.set(on("t4"))).toEqual({ ok: true, value: undefined });
  await time.pass(60_000);
  await buzzer.set(off);
  expect(switched).toEqual([
    [0, true],
    [60_000, false],
  ]);
});

test("T3: three tones of half a second, then a pause of one and a half", async () => {
  const { time, buzzer, switched } = createStory(true);
  await buzzer.set(on("t3"));
  await time.pass(4_499);
  expect(switched).toEqual([
    [0, true],
    [500, false],
    [1_000, true],
    [1_500, false],
    [2_000, true],
    [2_500, false],
    [4_000, true],
  ]);
});

test("T4: four tones of a tenth, then five seconds", async () => {
  const { time, buzzer, switched } = createStory(true);
  await buzzer.set(on("t4"));
  await time.pass(5_750);
  expect(switched.map(([atMs]) => atMs)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 5_700]);
});

test("setting the same again does not disturb the beat; another pattern replaces it", async () => {
  const { time, buzzer, switched } = createStory(true);
  await buzzer.set(on("t3"));
  await time.pass(700);
  await buzzer.set(on("t3"));
  expect(switched).toHaveLength(2);
  await buzzer.set(on("t4"));
  await time.pass(100);
  expect(switched.slice(2)).toEqual([
    [700, true],
    [800, false],
  ]);
});

test("off stops the beat for good", async () => {
  const { time, buzzer, switched } = createStory(true);
  await buzzer.set(on("t4"));
  await time.pass(150);
  await buzzer.set(off);
  const before = switched.length;
  await time.pass(20_000);
  expect(switched.slice(before - 1)).toEqual([[150, false]]);
});

test("a contact that fails in mid-pattern is a fault once, and each beat tries again", async () => {
  const { time, buzzer, faults, setWorks } = createStory(true);
  await buzzer.set(on("t3"));
  setWorks(false);
  await time.pass(1_000);
  expect(faults.at(-1)).toMatchObject({ key: "buzzer-stair", present: true });
  setWorks(true);
  await time.pass(500);
  expect(faults.at(-1)).toMatchObject({ key: "buzzer-stair", present: false });
});

test("a contact that fails is told to whoever set it", async () => {
  const { buzzer, setWorks } = createStory(false);
  setWorks(false);
  expect(await buzzer.set(on("t3"))).toMatchObject({ ok: false, error: { zh: "继电器无应答" } });
});

test("the last of several commands given at once is the one that stands", async () => {
  const { buzzer, switched } = createStory(false);
  await Promise.all([buzzer.set(on("t3")), buzzer.set(off), buzzer.set(on("t4"))]);
  expect(switched.map(([, isOn]) => isOn)).toEqual([true, false, true]);
});

test("closing the gateway leaves a sounding siren sounding", async () => {
  const { time, buzzer, switched } = createStory(true);
  await buzzer.set(on("t3"));
  await time.pass(600);
  await buzzer.close();
  await time.pass(10_000);
  expect(switched.at(-1)).toEqual([600, true]);
});
