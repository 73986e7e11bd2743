import { bootId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import type { Timers } from "./timers.ts";

export interface ManualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Lets `ms` pass: timers fire in order, each followed by everything it set in motion. */
  readonly pass: (ms: number) => Promise<void>;
  /** Lets everything under way come to rest without any time passing. */
  readonly rest: () => Promise<void>;
}

/** Time for stories: it stands still until it is told to pass. */
export const createManualTime = (startWallMs = 1_795_000_000_000): ManualTime => {
  let nowMs = 0;
  let timers: readonly { readonly atMs: number; readonly run: () => void }[] = [];

  const rest = async (): Promise<void> => {
    // Promise chains of fakes are finite; a macrotask comes after all of them.
    await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms;
    for (;;) {
      const next = timers.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      timers = timers.filter((timer) => timer !== next);
      nowMs = next.atMs;
      next.run();
      await rest();
    }
    nowMs = untilMs;
    await rest();
  };

  return {
    clock: {
      now: () => ({
        bootId: bootId("boot-1"),
        monoMs: monoMs(nowMs),
        wallMs: epochMs(startWallMs + nowMs),
      }),
    },
    timers: {
      after: (delayMs, run) => {
        const timer = { atMs: nowMs + delayMs, run };
        timers = [...timers, timer];
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
    },
    pass,
    rest,
  };
};
