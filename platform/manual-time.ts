import { bootId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import type { Timers } from "./timers.ts";

/** Time moved by hand: a {@link Clock} and {@link Timers} for stories and simulations. */
export interface ManualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly nowMs: () => number;
  /** Moves time on, firing what falls due, in order; each action sees its own moment. */
  readonly advance: (durationMs: number) => void;
  /** As `advance`, with everything that an action sets in motion coming to rest before the next. */
  readonly pass: (durationMs: number) => Promise<void>;
  /** Lets everything under way come to rest without any time passing. */
  readonly rest: () => Promise<void>;
  /** The wall clock jumps; durations do not. */
  readonly jumpWall: (byMs: number) => void;
  /** The process ends: nothing it waited for will happen. The machine's clocks go on. */
  readonly dropTimers: () => void;
  /** The machine starts anew: another boot id, the monotonic clock back at zero, no timers left. */
  readonly reboot: (name: string) => void;
}

interface Pending {
  dueMs: number;
  readonly periodMs: number | undefined;
  readonly action: () => void;
}

export const createManualTime = (startWallMs = 1_795_000_000_000): ManualTime => {
  let boot = bootId("boot-1");
  let nowMs = 0;
  let wallOffsetMs = startWallMs;
  let pending: Pending[] = [];

  const add = (delayMs: number, periodMs: number | undefined, action: () => void) => {
    const entry: Pending = { dueMs: nowMs + delayMs, periodMs, action };
    pending.push(entry);
    return () => {
      pending = pending.filter((other) => other !== entry);
    };
  };

  const next = (untilMs: number): Pending | undefined =>
    pending
      .filter(({ dueMs }) => dueMs <= untilMs)
      .reduce<Pending | undefined>(
        (first, one) => (first && first.dueMs <= one.dueMs ? first : one),
        undefined,
      );

  /** Fires what is due first, if anything is due until then. */
  const fireNext = (untilMs: number): boolean => {
    const due = next(untilMs);
    if (due === undefined) return false;
    nowMs = due.dueMs;
    if (due.periodMs === undefined) pending = pending.filter((other) => other !== due);
    else due.dueMs += due.periodMs;
    due.action();
    return true;
  };

  return {
    clock: {
      now: () => ({ bootId: boot, monoMs: monoMs(nowMs), wallMs: epochMs(nowMs + wallOffsetMs) }),
    },
    timers: {
      after: (delayMs, action) => add(delayMs, undefined, action),
      every: (periodMs, action) => add(periodMs, periodMs, action),
    },
    nowMs: () => nowMs,
    advance: (durationMs) => {
      const untilMs = nowMs + durationMs;
      while (fireNext(untilMs));
      nowMs = untilMs;
    },
    pass: async (durationMs) => {
      const untilMs = nowMs + durationMs;
      await rest();
      while (fireNext(untilMs)) await rest();
      nowMs = untilMs;
      await rest();
    },
    rest,
    jumpWall: (byMs) => {
      wallOffsetMs += byMs;
    },
    dropTimers: () => {
      pending = [];
    },
    reboot: (name) => {
      boot = bootId(name);
      wallOffsetMs += nowMs;
      nowMs = 0;
      pending = [];
    },
  };
};

/** Promise chains of fakes are finite; a macrotask comes after all of them. */
const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
