import type { Spread } from "#domain/figures.ts";
import { breathe } from "../store/in-time.ts";
import { nearestRank } from "./percentile.ts";

/** How long something took, many times over. */
export interface Durations {
  /** `ms`: 0 or more. */
  readonly add: (ms: number) => void;
  /** Over all of them so far. Sorting a month of a large street takes its time. */
  readonly spread: () => Promise<Spread>;
}

const first = 16;

/**
 * Kept as bare numbers: a month has millions of them, and a list of so many values is looked
 * through by every garbage collection, while alarms wait.
 */
export const createDurations = (): Durations => {
  let kept = new Float64Array(first);
  let n = 0;
  return {
    add: (ms) => {
      if (n === kept.length) {
        const larger = new Float64Array(2 * n);
        larger.set(kept);
        kept = larger;
      }
      kept[n] = ms;
      n += 1;
    },
    spread: async () => {
      await breathe();
      const sorted = kept.subarray(0, n).sort();
      return {
        n,
        p50Ms: nearestRank(sorted, 50),
        p90Ms: nearestRank(sorted, 90),
        maxMs: nearestRank(sorted, 100),
      };
    },
  };
};
