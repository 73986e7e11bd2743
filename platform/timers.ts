/** Delays as a parameter, so that stories can move time by hand. */
export interface Timers {
  /** Runs `action` once after `delayMs`; answers how to call it off. */
  readonly after: (delayMs: number, action: () => void) => () => void;
  /** Runs `action` every `periodMs` until called off. */
  readonly every: (periodMs: number, action: () => void) => () => void;
}

/** Node's own timers. They do not keep a process alive that has nothing else to do. */
export const systemTimers: Timers = {
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  every: (periodMs, action) => {
    const timer = setInterval(action, periodMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};
