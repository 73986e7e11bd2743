import { epochMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";

/** How fast the steady time may follow the wall clock: 500 ppm, as NTP slews. */
const followAtMost = 0.0005;

/**
 * A clock whose wall time does not jump: it counts on by the monotonic clock and follows the wall
 * clock slowly. What is due in a minute is due in a minute, also when somebody sets the clock.
 *
 * `seenMs`: the latest time known from before this start. A wall clock behind it is wrong (a dead
 * battery); time then goes on from there, and one step forward to the wall clock is taken as soon
 * as that has been set right.
 */
export const createSteadyClock = (clock: Clock, seenMs: number): Clock => {
  const start = clock.now();
  let atMs: number = Math.max(start.wallMs, seenMs);
  let lastMonoMs: number = start.monoMs;
  let trusted = start.wallMs >= seenMs;

  return {
    now: () => {
      const now = clock.now();
      const passedMs = Math.max(0, now.monoMs - lastMonoMs);
      lastMonoMs = now.monoMs;
      atMs += passedMs;
      const behindMs = now.wallMs - atMs;
      if (!trusted && behindMs >= 0) {
        atMs = now.wallMs;
        trusted = true;
      } else if (trusted) {
        const atMost = passedMs * followAtMost;
        atMs += Math.max(-atMost, Math.min(atMost, behindMs));
      }
      return { ...now, wallMs: epochMs(Math.floor(atMs)) };
    },
  };
};
