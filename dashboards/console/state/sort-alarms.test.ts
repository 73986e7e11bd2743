import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isDanger } from "#domain/alarm.ts";
import { gasEvent, nightMs, sampleAlarm, troubleEvent } from "../testing/sample-alarm.ts";
import { isSigned } from "./desk-state.ts";
import { firstUnsigned, isStaged, sortAlarms } from "./sort-alarms.ts";

const second = (n: number): number => nightMs + n * 1_000;
const order = (alarms: Parameters<typeof sortAlarms>[0]): readonly string[] =>
  sortAlarms(alarms).map(({ episode }) => episode);

test("the queue of a night: urgent and unowned first, the longest waiting above the newest", () => {
  expect(
    order([
      sampleAlarm({
        episode: "fault",
        noLevel: true,
        event: troubleEvent("power", "断电", "power"),
      }),
      sampleAlarm({ episode: "signed", firstAtMs: second(0), signedBy: "李敏" }),
      sampleAlarm({ episode: "later", firstAtMs: second(20) }),
      sampleAlarm({ episode: "earlier", firstAtMs: second(10), event: gasEvent(30) }),
      sampleAlarm({ episode: "returned", firstAtMs: second(5), condition: "returned" }),
      sampleAlarm({ episode: "pre-alarm", firstAtMs: second(1), event: gasEvent(8, 2) }),
      sampleAlarm({ episode: "drill", firstAtMs: second(0), drill: true }),
    ]),
  ).toEqual(["earlier", "later", "returned", "signed", "pre-alarm", "drill", "fault"]);
});

test("outside of the urgent ones the newest comes first", () => {
  expect(
    order([
      sampleAlarm({ episode: "old", firstAtMs: second(0), event: { priority: 2 } }),
      sampleAlarm({ episode: "new", firstAtMs: second(9), event: { priority: 2 } }),
    ]),
  ).toEqual(["new", "old"]);
});

test("a real pre-alarm stands above a staged emergency", () => {
  expect(
    order([
      sampleAlarm({ episode: "drill", drill: true }),
      sampleAlarm({ episode: "self-test", event: { test: true } }),
      sampleAlarm({ episode: "real", event: { priority: 2 } }),
    ])[0],
  ).toBe("real");
});

test("no trouble, however it is marked, outranks gas or CO; and the order knows no ties", () => {
  const anyAlarm = fc
    .record({
      episode: fc.uuid(),
      danger: fc.boolean(),
      drill: fc.boolean(),
      signed: fc.boolean(),
      returned: fc.boolean(),
      priority: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const),
      atSecond: fc.integer({ min: 0, max: 5 }),
    })
    .map(({ episode, danger, drill, signed, returned, priority, atSecond }) =>
      sampleAlarm({
        episode,
        drill,
        firstAtMs: second(atSecond),
        condition: returned ? "returned" : "active",
        ...(signed && { signedBy: "李敏" }),
        event: { ...(danger ? {} : { alarmClass: "fault" as const }), priority },
      }),
    );
  fc.assert(
    fc.property(fc.uniqueArray(anyAlarm, { selector: ({ episode }) => episode }), (alarms) => {
      const sorted = sortAlarms(alarms);
      const dangers = sorted.map(({ notice }) => isDanger(notice.event.alarmClass));
      expect(dangers.lastIndexOf(true)).toBeLessThan(
        dangers.includes(false) ? dangers.indexOf(false) : dangers.length,
      );
      expect(sortAlarms(alarms.toReversed())).toEqual(sorted);
      const first = firstUnsigned(sorted);
      if (first === undefined) expect(alarms.every(isSigned)).toBe(true);
    }),
  );
});

test("staged is a drill, a self-test, or the test class", () => {
  expect(isStaged(sampleAlarm())).toBe(false);
  expect(isStaged(sampleAlarm({ drill: true }))).toBe(true);
  expect(isStaged(sampleAlarm({ event: { test: true } }))).toBe(true);
  expect(isStaged(sampleAlarm({ event: troubleEvent("test", "自检", "self-test") }))).toBe(true);
});
