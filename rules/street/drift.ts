import type { Gas } from "#domain/gas.ts";
import type { DetectorId } from "#domain/ids.ts";

/** A detector's quiet level over a day, as `baseline.ts` keeps it. */
export interface Baseline {
  readonly detector: DetectorId;
  readonly model: string;
  readonly gas: Gas;
  /** ppm for CO, %LEL for combustible gas. */
  readonly level: number;
}

/** At least so many of one model, or there is nothing to compare with. */
const neighbours = 5;
/** Robust standard deviations from the median of the model. */
const deviations = 4;
/** Median absolute deviation to standard deviation, for a normal distribution. */
const madToSigma = 1.4826;
/** Differences below are the sensor's resolution: 3 ppm, 1 %LEL. Our own choice. */
const leastPpm = 3;
const leastLel = 1;

/**
 * Detectors whose quiet level has crept away from that of the others of the same model and gas:
 * worn or poisoned sensors, to be replaced before they lie. Pure statistics over one day; it makes
 * a maintenance notice and never touches a level.
 */
export const findDrift = (baselines: readonly Baseline[]): readonly Baseline[] =>
  [...Map.groupBy(baselines, ({ model, gas }) => `${model}\n${gas}`).values()].flatMap((peers) => {
    if (peers.length < neighbours) return [];
    const middle = median(peers.map((one) => one.level));
    const spread = median(peers.map((one) => Math.abs(one.level - middle))) * madToSigma;
    const least = peers[0]?.gas === "co" ? leastPpm : leastLel;
    const limit = Math.max(least, deviations * spread);
    return peers.filter((one) => Math.abs(one.level - middle) > limit);
  });

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? 0)) / 2;
};
