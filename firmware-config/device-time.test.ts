import * as fc from "fast-check";
import { expect, test } from "vitest";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import { believableTime, parseTime } from "./device-time.ts";

const year2500Ms = 16_725_225_600_000;

test("the quick way agrees with the date parser on every instant of five centuries", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: year2500Ms }), (time) => {
      const text = epochToRfc3339(epochMs(time));
      expect(parseTime("rfc3339", text)).toBe(time);
      expect(parseTime("rfc3339", new Date(time).toISOString())).toBe(time);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["2026-11-22T03:14:07.250-05:30", Date.UTC(2026, 10, 22, 8, 44, 7, 250)],
  ["2024-02-29T00:00:00.000+00:00", Date.UTC(2024, 1, 29)],
  ["2026-11-22T03:14:07", Date.UTC(2026, 10, 21, 19, 14, 7)], // no zone: Chengdu's
])("%s is %d", (text, time) => {
  expect(parseTime("rfc3339", text)).toBe(time);
});

test.each([
  "2026-11-22T03:14:61.000+08:00",
  "2026-11-22T24:14:07.000+08:00",
  "2026-11-22T03:60:07.000+08:00",
  "2026-11-22T03:14:07.000+08:99",
  "2026x11x22T03:14:07.250+08:00",
  "2026-13-22T03:14:07.250+08:00",
  "2026-1a-22T03:14:07.250+08:00",
  "",
])("%j is no time", (text) => {
  expect(parseTime("rfc3339", text)).toBeUndefined();
});

test("seconds and milliseconds are told apart by the profile, not guessed", () => {
  expect(parseTime("epoch-s", 1_769_596_300.5856845)).toBe(1_769_596_300_586);
  expect(parseTime("epoch-ms", 1_668_692_105_986)).toBe(1_668_692_105_986);
  expect(parseTime("epoch-ms", "1668692105986")).toBeUndefined();
});

test("five minutes ahead is believed, more is not, unless we have no time ourselves", () => {
  const now = epochMs(Date.UTC(2026, 10, 22));
  expect(believableTime(now + 300_000, now)).toBe(now + 300_000);
  expect(believableTime(now + 300_001, now)).toBeUndefined();
  expect(believableTime(now + 300_001, epochMs(0))).toBe(now + 300_001);
  expect(believableTime(Date.UTC(2020, 0, 1) - 1, now)).toBeUndefined();
});
