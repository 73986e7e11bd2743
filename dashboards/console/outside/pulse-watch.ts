import { judgePulse, type Heard, type Pulse } from "../state/pulse.ts";

/** Keeps the center's clock and watches for its silence; every age on the page follows this. */
export interface PulseWatch {
  /** Begins to tick; the answer ends it. */
  readonly start: () => () => void;
  /** A sign of life that carried the center's clock, or one that did not. */
  readonly heard: (centerMs?: number) => void;
  readonly pulse: () => Pulse;
  /** Calls back once a second and whenever the link changes. */
  readonly subscribe: (onChange: () => void) => () => void;
}

export const createPulseWatch = (heartbeatMs: number): PulseWatch => {
  const startedMonoMs = performance.now();
  let heard: Heard | undefined;
  let pulse = judgePulse(undefined, startedMonoMs, startedMonoMs, heartbeatMs);
  const listeners = new Set<() => void>();

  const tick = (): void => {
    pulse = judgePulse(heard, startedMonoMs, performance.now(), heartbeatMs);
    for (const listener of listeners) listener();
  };

  return {
    start: () => {
      const timer = setInterval(tick, Math.min(1_000, heartbeatMs / 2));
      // Background tabs tick slowly; the moment the page is looked at again it must tell the truth.
      document.addEventListener("visibilitychange", tick);
      return () => {
        clearInterval(timer);
        document.removeEventListener("visibilitychange", tick);
      };
    },
    heard: (centerMs) => {
      const monoMs = performance.now();
      if (centerMs !== undefined) {
        heard = { centerMs, monoMs, wallMs: Date.now() };
      } else if (heard !== undefined) {
        // Alive, but without the time: both clocks go on by what our own steady clock says.
        const sinceMs = monoMs - heard.monoMs;
        heard = { centerMs: heard.centerMs + sinceMs, monoMs, wallMs: heard.wallMs + sinceMs };
      }
      tick();
    },
    pulse: () => pulse,
    subscribe: (onChange) => {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
  };
};

/** How often the center promises a heartbeat, from the page's own head; 5 s when it does not say. */
export const readHeartbeatMs = (): number => {
  const content = document
    .querySelector('meta[name="canary-heartbeat-ms"]')
    ?.getAttribute("content");
  const value = Number(content);
  return Number.isFinite(value) && value > 0 ? value : 5_000;
};
