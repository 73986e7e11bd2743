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
  /** The wall clock is put right, as by a time server. */
  readonly setRight: () => void;
  /** Another boot id, and the monotonic clock begins anew. */
  readonly reboot: () => void;
  /** What a right wall clock shows now. */
  readonly rightWallMs: () => number;
}

/** How good a computer's clocks are. */
export interface ClockQuality {
  /** Without a battery every boot begins in 1970. */
  readonly keepsTime: boolean;
  /** How many millionths both clocks are too fast; below 0: too slow. */
  readonly driftPpm: number;
}

export const goodClock: ClockQuality = { keepsTime: true, driftPpm: 0 };

const startWallMs = 1_795_000_000_000;

export const createMachine = (
  time: ManualTime,
  name: string,
  { keepsTime, driftPpm }: ClockQuality,
): Machine => {
  const rate = 1 + driftPpm / 1_000_000;
  const rightWallMs = (): number => time.nowMs() + startWallMs;
  let boots = 1;
  let bootedMs = 0;
  let wall = { setMs: keepsTime ? startWallMs : 0, atMs: 0 };
  return {
    clock: {
      now: () => ({
        bootId: bootId(`${name}-${boots}`),
        monoMs: monoMs((time.nowMs() - bootedMs) * rate),
        wallMs: epochMs(Math.round(wall.setMs + (time.nowMs() - wall.atMs) * rate)),
      }),
    },
    jumpWall: (byMs) => {
      wall = { ...wall, setMs: wall.setMs + byMs };
    },
    setRight: () => {
      wall = { setMs: rightWallMs(), atMs: time.nowMs() };
    },
    reboot: () => {
      boots += 1;
      bootedMs = time.nowMs();
      if (!keepsTime) wall = { setMs: 0, atMs: time.nowMs() };
    },
    rightWallMs,
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
