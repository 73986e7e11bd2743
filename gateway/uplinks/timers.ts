/** Something that happens later. Only composition roots hold real ones. */
export interface Timers {
  /** Runs `run` once, `delayMs` from now, unless the returned function is called before. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

export const realTimers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};
