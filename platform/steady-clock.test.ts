import { expect, test } from "vitest";
import { createManualTime } from "./manual-time.ts";
import { createSteadyClock } from "./steady-clock.ts";

const started = 1_795_000_000_000;

test("a minute is a minute, whichever way the wall clock jumps", () => {
  for (const jump of [3_600_000, -3_600_000, 365 * 24 * 3_600_000]) {
    const time = createManualTime(started);
    const clock = createSteadyClock(time.clock, 0);
    time.jumpWall(jump);
    time.advance(60_000);
    expect(Math.abs(clock.now().wallMs - started - 60_000)).toBeLessThanOrEqual(30);
  }
});

test("a clock that is a little off is followed slowly", () => {
  const time = createManualTime(started);
  const clock = createSteadyClock(time.clock, 0);
  time.jumpWall(1_000);
  for (let minute = 0; minute < 60; minute += 1) {
    time.advance(60_000);
    clock.now();
  }
  expect(clock.now().wallMs - time.clock.now().wallMs).toBe(0);
});

test("after a start with a dead battery time goes on from what was last seen", () => {
  const time = createManualTime(0);
  const clock = createSteadyClock(time.clock, started);
  time.advance(5_000);
  expect(clock.now().wallMs).toBe(started + 5_000);
  time.jumpWall(started + 7_200_000);
  expect(clock.now().wallMs).toBe(started + 7_205_000);
});

test("time never goes back", () => {
  const time = createManualTime(started);
  const clock = createSteadyClock(time.clock, started + 1_000);
  let last = clock.now().wallMs;
  for (const jump of [-5_000, 9_000, -90_000, 1]) {
    time.jumpWall(jump);
    time.advance(10);
    const now = clock.now().wallMs;
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
});
