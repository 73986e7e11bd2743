/** Delays as a parameter, so that stories can move time by hand. */
export interface Timers {
  /** Runs `action` once after at least `delayMs`; answers how to call it off. */
  readonly after: (delayMs: number, action: () => void) => () => void;
  /** Runs `action` every `periodMs` until called off. */
  readonly every: (periodMs: number, action: () => void) => () => void;
}

/**
 * Node's own timers. Only composition roots and system tests hold them. They keep no process alive.
 *
 * `setTimeout` counts whole milliseconds and fires up to one later, which would cost a 9,600 baud
 * line 4 % of its time at every gap between two frames; so the last part of a short wait is spent
 * turning the event loop.
 */
export const systemTimers: Timers = {
  after: (delayMs, action) => {
    const dueMs = performance.now() + delayMs;
    let immediate: NodeJS.Immediate | undefined;
    const check = (): void => {
      if (performance.now() < dueMs) immediate = setImmediate(check);
      else action();
    };
    const isShort = delayMs < shortWaitMs;
    const timer = setTimeout(
      check,
      isShort ? Math.max(1, Math.floor(delayMs) - 1) : Math.ceil(delayMs),
    );
    timer.unref();
    return () => {
      clearTimeout(timer);
      clearImmediate(immediate);
    };
  },
  every: (periodMs, action) => {
    const timer = setInterval(action, periodMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};

const shortWaitMs = 10;

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
