/** Something that happens later. Only composition roots hold real ones. */
export interface Timers {
  /** Runs `run` once, `delayMs` from now, unless the returned function is called before. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/** Runs `run` every `everyMs` until the returned function is called, also when `run` throws. */
export const repeat = (timers: Timers, everyMs: number, run: () => void): (() => void) => {
  let cancel = (): void => {};
  const next = (): void => {
    cancel = timers.after(everyMs, () => {
      next();
      run();
    });
  };
  next();
  return () => {
    cancel();
  };
};

export const realTimers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};
