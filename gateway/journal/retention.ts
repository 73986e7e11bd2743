import type { Clock, Instant } from "#domain/time.ts";
import type { Running } from "#gateway/ports.ts";
import type { Timers } from "#platform/timers.ts";
import type { RenewableJournal } from "./renewable-journal.ts";

/** How long what the center has confirmed is kept here as well. Canary's own choice. */
export const defaultRetentionDays = 400;
/** Less is refused: a year of alarms is what an inspection asks for. */
export const leastRetentionDays = 365;

const dayMs = 86_400_000;
const everyMs = 3_600_000;
/** 2020: an earlier wall clock is wrong, and says nothing about what is old. */
const plausibleWallMs = 1_577_836_800_000;

/**
 * A wall clock is believed once it has gone evenly with the monotonic one for so long. One that wakes
 * in 2099, or is set there for a moment, would otherwise call a year of alarms old. Canary's own choices.
 */
const evenForMs = 24 * everyMs;
const evenWithinMs = 60_000;

export interface RetentionDeps {
  readonly journal: Pick<RenewableJournal, "prune">;
  readonly clock: Clock;
  readonly timers: Timers;
  /** At least {@link leastRetentionDays}. */
  readonly days?: number;
}

/** Lets go of confirmed records older than the retention, once an hour, piece by piece. */
export const keepRetention = (deps: RetentionDeps): Running => {
  const days = Math.max(leastRetentionDays, deps.days ?? defaultRetentionDays);
  let underWay: Promise<void> | undefined;
  const life = new AbortController();

  const isBelieved = createEvenWatch();

  const prune = async (): Promise<void> => {
    const now = deps.clock.now();
    const { wallMs } = now;
    if (!isBelieved(now) || wallMs < plausibleWallMs) return;
    while (!life.signal.aborted && (await deps.journal.prune(wallMs - days * dayMs)) > 0);
  };
  const stop = deps.timers.every(everyMs, () => {
    underWay ??= prune()
      .catch(() => {
        // The journal reports its own trouble; the next hour tries again.
      })
      .finally(() => {
        underWay = undefined;
      });
  });

  return {
    close: async () => {
      life.abort();
      stop();
      await underWay;
    },
  };
};

/** Answers whether the wall clock has gone evenly up to now; asked now and then. */
const createEvenWatch = (): ((now: Instant) => boolean) => {
  let since: { readonly offsetMs: number; readonly monoMs: number } | undefined;
  return ({ wallMs, monoMs }) => {
    const offsetMs = wallMs - monoMs;
    if (since === undefined || Math.abs(offsetMs - since.offsetMs) > evenWithinMs) {
      since = { offsetMs, monoMs };
    }
    return monoMs - since.monoMs >= evenForMs;
  };
};
