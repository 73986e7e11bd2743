import { monoMs, type DurationMs, type MonoMs, type Ppm } from "#domain/quantity.ts";
import type { CoAverage } from "./limits/limit-set.ts";

/**
 * CO breathed over the last hours, in bins of five minutes, for averages such as WHO's. A bin holds
 * ppm × ms. Time nobody measured adds nothing: an average over a gap is too low, never too high.
 */
export interface Exposure {
  /** Full bins, oldest first, at most {@link binsKept}. */
  readonly bins: readonly number[];
  /** The bin that is filling. */
  readonly fillingFromMs: MonoMs;
  readonly filling: number;
}

/** Shared by all exposures that are younger than a bin. */
export const noBins: readonly number[] = [];

export const beginExposure = (nowMs: MonoMs): Exposure => ({
  bins: noBins,
  fillingFromMs: nowMs,
  filling: 0,
});

/** Adds `level` from `fromMs` for `heldMs`, and lets the bins move on to `nowMs`. */
export const breathe = (
  exposure: Exposure,
  level: Ppm,
  fromMs: MonoMs,
  heldMs: number,
  nowMs: MonoMs,
): Exposure => {
  const heldToMs = fromMs + heldMs;
  let { bins, fillingFromMs, filling } = exposure;
  // Longer ago than everything that is kept: begin anew.
  if (nowMs - fillingFromMs > binMs * binsKept * 2) return beginExposure(nowMs);
  let doneMs: number = fromMs;
  while (nowMs >= fillingFromMs + binMs) {
    const endMs = fillingFromMs + binMs;
    filling += level * Math.max(0, Math.min(heldToMs, endMs) - doneMs);
    bins = bins.concat(filling).slice(-binsKept);
    doneMs = Math.max(doneMs, endMs);
    fillingFromMs = monoMs(endMs);
    filling = 0;
  }
  filling += level * Math.max(0, heldToMs - doneMs);
  return { bins, fillingFromMs, filling };
};

/** The mean over the last `over`, in ppm. The oldest bin counts for the part that is inside. */
export const averagePpm = (exposure: Exposure, over: DurationMs, nowMs: MonoMs): number => {
  const age = nowMs - exposure.fillingFromMs;
  let sum = exposure.filling;
  let left = over - age;
  for (let index = exposure.bins.length - 1; index >= 0 && left > 0; index -= 1) {
    sum += (exposure.bins[index] ?? 0) * Math.min(1, left / binMs);
    left -= binMs;
  }
  return sum / over;
};

/** The first average that is reached while the air is still that bad. */
export const reachedAverage = (
  exposure: Exposure,
  averages: readonly CoAverage[],
  level: Ppm,
  nowMs: MonoMs,
  share = 1,
): CoAverage | undefined =>
  averages.find(
    (one) => level >= one.ppm * share && averagePpm(exposure, one.over, nowMs) >= one.ppm * share,
  );

const binMs = 300_000;
/** Eight hours, the longest average, and the bin that leaves it. */
const binsKept = 97;
