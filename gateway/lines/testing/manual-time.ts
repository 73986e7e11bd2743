import { bootId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import type { Timers } from "../timers.ts";

/** A clock and timers that stand still until a test moves them. */
export interface ManualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly nowMs: () => number;
  /** Moves on, running what falls due on the way, each at its own time. */
  readonly advance: (durationMs: number) => Promise<void>;
}

export const createManualTime = (): ManualTime => {
  let nowMs = 0;
  let timers: readonly { readonly atMs: number; readonly run: () => void }[] = [];

  return {
    nowMs: () => nowMs,
    clock: {
      now: () => ({ bootId: bootId("test"), monoMs: monoMs(nowMs), wallMs: epochMs(nowMs) }),
    },
    timers: {
      after: (delayMs, run) => {
        const timer = { atMs: nowMs + Math.max(0, delayMs), run };
        timers = [...timers, timer].toSorted((a, b) => a.atMs - b.atMs);
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
    },
    advance: async (durationMs) => {
      const endMs = nowMs + durationMs;
      for (;;) {
        await settlePromises();
        const [timer] = timers;
        if (timer === undefined || timer.atMs > endMs) break;
        timers = timers.slice(1);
        nowMs = timer.atMs;
        timer.run();
      }
      nowMs = endMs;
    },
  };
};

const settlePromises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
