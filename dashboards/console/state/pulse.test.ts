import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nightMs } from "../testing/sample-alarm.ts";
import { judgePulse, retryDelayMs, type Heard } from "./pulse.ts";

const heartbeatMs = 5_000;
const heard: Heard = { centerMs: nightMs, monoMs: 60_000, wallMs: nightMs + 3_000 };
const after = (seconds: number) => judgePulse(heard, 0, 60_000 + seconds * 1_000, heartbeatMs);

test.each([
  [0, "live"],
  [9.9, "live"],
  [10, "shaky"],
  [19.9, "shaky"],
  [20, "lost"],
  [3_600, "lost"],
] as const)("%d s without a heartbeat the link is %s", (seconds, link) => {
  expect(after(seconds).link).toBe(link);
});

test("the center's clock runs on our steady one while the link lives, and stands still once it is lost", () => {
  expect(after(4).nowMs).toBe(nightMs + 4_000);
  expect(after(15).nowMs).toBe(nightMs + 15_000);
  expect(after(20).nowMs).toBe(nightMs);
  expect(after(900).nowMs).toBe(nightMs);
  expect(after(900).silentMs).toBe(900_000);
});

test("a computer whose clock is wrong is told by how much", () => {
  expect(after(1).driftMs).toBe(3_000);
});

test("a page that never heard the center waits like one that lost it, and knows the difference", () => {
  expect(judgePulse(undefined, 1_000, 5_000, heartbeatMs)).toMatchObject({
    link: "live",
    everHeard: false,
  });
  expect(judgePulse(undefined, 1_000, 21_000, heartbeatMs)).toMatchObject({
    link: "lost",
    everHeard: false,
  });
});

test("it tries again after 1, 2, 4, 8, then every 10 s, never in step with the page next door", () => {
  expect([0, 1, 2, 3, 4, 5, 40].map((attempt) => retryDelayMs(attempt, 0))).toEqual([
    1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000,
  ]);
  fc.assert(
    fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const delayMs = retryDelayMs(attempt, random);
      expect(delayMs).toBeGreaterThanOrEqual(1_000);
      expect(delayMs).toBeLessThanOrEqual(12_000);
    }),
  );
});
