import { expect, test } from "vitest";
import { sampleAlarm, sampleStorm } from "../testing/sample-alarm.ts";
import { planSound } from "./sound-plan.ts";
import { sortAlarms } from "./sort-alarms.ts";
import { headsOf } from "./street.ts";

const two = [sampleAlarm({ episode: "ep-1" }), sampleAlarm({ episode: "ep-9" })];

test("a storm heads the alarms of its members and of nobody else", () => {
  expect(headsOf([sampleStorm()], two).map(({ alarms }) => alarms)).toEqual([["ep-1"]]);
});

test("a storm without an alarm left on the desk is over; a link that is down is not", () => {
  const link = sampleStorm({ id: "link", topic: "link" });
  expect(headsOf([sampleStorm(), link], []).map(({ view }) => view.topic)).toEqual(["link"]);
});

test("what is held back stands after everything that rings, and makes no sound", () => {
  const held = { by: "shadow", who: "cn-2026", reason: "on trial" } as const;
  const quiet = sampleAlarm({ episode: "co-on-trial", held });
  const battery = sampleAlarm({
    episode: "battery",
    noLevel: true,
    event: { rule: "battery-low", alarmClass: "battery", priority: 4 },
  });
  expect(sortAlarms([quiet, battery]).map(({ episode }) => episode)).toEqual([
    "battery",
    "co-on-trial",
  ]);
  expect(planSound([quiet], false)).toBe("quiet");
});
