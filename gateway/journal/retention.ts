import type { Clock } from "#domain/time.ts";
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

  const prune = async (): Promise<void> => {
    const { wallMs } = deps.clock.now();
    if (wallMs < plausibleWallMs) return;
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
