import type { DurationMs } from "#domain/quantity.ts";

/** Repeated work, as a parameter: the program uses real timers, a test calls the work itself. */
export interface Timers {
  /** Answers how to stop it. */
  readonly every: (interval: DurationMs, work: () => void) => () => void;
}

export const systemTimers: Timers = {
  every: (interval, work) => {
    const timer = setInterval(work, interval);
    return () => {
      clearInterval(timer);
    };
  },
};
