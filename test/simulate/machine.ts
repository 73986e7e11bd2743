/** Machines and processes that share the one time of the world and can end at any moment. */
import { bootId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import type { ManualTime } from "#platform/manual-time.ts";
import type { Timers } from "#platform/timers.ts";

/** A computer with clocks of its own. */
export interface Machine {
  readonly clock: Clock;
  /** The wall clock jumps; durations do not. */
  readonly jumpWall: (byMs: number) => void;
  /** Another boot id, and the monotonic clock begins anew. */
  readonly reboot: () => void;
}

export const createMachine = (time: ManualTime, name: string): Machine => {
  let boots = 1;
  let bootedMs = 0;
  let wallOffsetMs = 1_795_000_000_000;
  return {
    clock: {
      now: () => ({
        bootId: bootId(`${name}-${boots}`),
        monoMs: monoMs(time.nowMs() - bootedMs),
        wallMs: epochMs(time.nowMs() + wallOffsetMs),
      }),
    },
    jumpWall: (byMs) => {
      wallOffsetMs += byMs;
    },
    reboot: () => {
      boots += 1;
      bootedMs = time.nowMs();
    },
  };
};

/** A program that runs until it is killed; then nothing it waited for happens any more. */
export interface Process {
  readonly timers: Timers;
  readonly alive: () => boolean;
  readonly kill: () => void;
}

export const startProcess = (world: Timers): Process => {
  let alive = true;
  const cancels = new Set<() => void>();
  const guard = (start: (action: () => void) => () => void, action: () => void): (() => void) => {
    const cancel = start(() => {
      if (alive) action();
    });
    cancels.add(cancel);
    return () => {
      cancels.delete(cancel);
      cancel();
    };
  };
  return {
    timers: {
      after: (delayMs, action) => {
        const cancel = guard(
          (run) => world.after(delayMs, run),
          () => {
            cancels.delete(cancel);
            action();
          },
        );
        return cancel;
      },
      every: (periodMs, action) => guard((run) => world.every(periodMs, run), action),
    },
    alive: () => alive,
    kill: () => {
      alive = false;
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
};

/** What somebody who has died waits for. */
export const never = <Value>(): Promise<Value> => new Promise<Value>(() => {});
