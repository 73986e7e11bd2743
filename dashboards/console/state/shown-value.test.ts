import { expect, test } from "vitest";
import type { DeskAlarm } from "#domain/desk.ts";
import { nightMs, sampleAlarm } from "../testing/sample-alarm.ts";
import { shownValue, staleAfterMs } from "./shown-value.ts";

const present = (
  state: "alarm" | "unknown",
  secondsAfterAlarm: number,
  ppm: number,
): NonNullable<DeskAlarm["present"]> => ({
  detector: "det-ep-1",
  state,
  heardAtMs: nightMs + secondsAfterAlarm * 1_000,
  levels: [
    { gas: "methane", lel: 1, lelPercentVolume: 5 },
    { gas: "co", ppm },
  ],
  position: { line: "mqtt", place: "x" },
});

test("the newest level of the alarm's own gas counts, with the time it was heard", () => {
  const alarm = sampleAlarm({ present: present("alarm", 20, 290) });
  expect(shownValue(alarm, nightMs + 23_000)).toEqual({
    kind: "level",
    level: { gas: "co", ppm: 290 },
    atMs: nightMs + 20_000,
    stale: false,
  });
});

test("a status older than the alarm does not hide the alarm's own level", () => {
  const alarm = sampleAlarm({ present: present("alarm", -5, 3) });
  expect(shownValue(alarm, nightMs)).toMatchObject({ level: { ppm: 310 }, atMs: nightMs });
});

test("a level is stale once it is older than the limit", () => {
  expect(shownValue(sampleAlarm(), nightMs + staleAfterMs)).toMatchObject({ stale: false });
  expect(shownValue(sampleAlarm(), nightMs + staleAfterMs + 1)).toMatchObject({ stale: true });
});

test("a detector that is not heard is unknown, its last level only a memory", () => {
  const alarm = sampleAlarm({ present: present("unknown", 20, 0) });
  expect(shownValue(alarm, nightMs + 21_000)).toEqual({
    kind: "unknown",
    level: { gas: "co", ppm: 0 },
    atMs: nightMs + 20_000,
  });
});

test("an alarm without any level says that there is none", () => {
  expect(shownValue(sampleAlarm({ noLevel: true }), nightMs)).toEqual({ kind: "none" });
});
