import { expect, test } from "vitest";
import type { DeskAlarm } from "#domain/desk.ts";
import { gasEvent, nightMs, sampleAlarm, troubleEvent } from "../testing/sample-alarm.ts";
import { chimesFor, isDangerWaiting, planSound, worsenedAfterSigning } from "./sound-plan.ts";

test.each<[string, readonly DeskAlarm[], string]>([
  ["an empty desk is quiet", [], "quiet"],
  [
    "CO sounds its own rhythm, also beside gas",
    [sampleAlarm({ event: gasEvent(20) }), sampleAlarm()],
    "co",
  ],
  ["gas sounds two tones", [sampleAlarm({ event: gasEvent(20) })], "gas"],
  ["a pre-alarm chimes", [sampleAlarm({ event: { priority: 2 } })], "high"],
  [
    "a fault has no lasting sound",
    [sampleAlarm({ event: troubleEvent("fault", "", "") })],
    "quiet",
  ],
  ["a signature ends the sound", [sampleAlarm({ signedBy: "李敏" })], "quiet"],
  ["a return to normal does not", [sampleAlarm({ condition: "returned" })], "co"],
  ["a drill sounds like the real thing", [sampleAlarm({ drill: true })], "co"],
  ["a detector's self-test does not sound", [sampleAlarm({ event: { test: true } })], "quiet"],
])("%s", (_fact, alarms, sound) => {
  expect(planSound(alarms, false)).toBe(sound);
});

test("a lost link sounds, but never over an alarm", () => {
  expect(planSound([], true)).toBe("link-lost");
  expect(planSound([sampleAlarm()], true)).toBe("co");
});

test("only unsigned gas and CO make a silent seat a danger", () => {
  expect(isDangerWaiting(sampleAlarm())).toBe(true);
  expect(isDangerWaiting(sampleAlarm({ signedBy: "李敏" }))).toBe(false);
  expect(isDangerWaiting(sampleAlarm({ event: troubleEvent("power", "", "") }))).toBe(false);
});

const desk = (...alarms: readonly DeskAlarm[]) =>
  new Map(alarms.map((alarm) => [alarm.episode, alarm]));

test("a new fault chimes once", () => {
  const fault = sampleAlarm({ event: troubleEvent("fault", "", "") });
  expect(chimesFor(desk(), desk(fault))).toEqual(["ep-1"]);
  expect(chimesFor(desk(fault), desk(fault))).toEqual([]);
});

test("an alarm that worsens after it was signed for is marked and chimes once; before, it is not news", () => {
  const worse = (atMs: number) =>
    sampleAlarm({
      signedBy: "李敏",
      event: { kind: "worsened", id: "ep-1-1", at: { bootId: "b", monoMs: 2, wallMs: atMs } },
    });
  const signed = sampleAlarm({ signedBy: "李敏" });
  const acceptedAtMs = nightMs + 9_000;
  expect(worsenedAfterSigning(worse(acceptedAtMs + 1))).toBe(true);
  expect(worsenedAfterSigning(worse(acceptedAtMs - 1))).toBe(false);
  expect(chimesFor(desk(signed), desk(worse(acceptedAtMs + 1)))).toEqual(["ep-1"]);
  expect(chimesFor(desk(worse(acceptedAtMs + 1)), desk(worse(acceptedAtMs + 1)))).toEqual([]);
});
