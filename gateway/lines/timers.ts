/** Waiting as a parameter, so that a test can move time by hand. */
export interface Timers {
  /** Runs `run` once after at least `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/** Node's own timers. Only composition roots and system tests hold them. */
export const systemTimers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.ceil(delayMs));
    return () => clearTimeout(timer);
  },
};

/** A wait that can be ended early: at close, or because something more urgent came. */
export interface Sleep {
  readonly ended: Promise<void>;
  readonly wake: () => void;
}

export const sleep = (timers: Timers, delayMs: number): Sleep => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = timers.after(delayMs, resolve);
  return {
    ended: promise,
    wake: () => {
      cancel();
      resolve();
    },
  };
};
