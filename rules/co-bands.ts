import type { Ppm } from "#domain/quantity.ts";
import type { CoBand, CoBands } from "./limits/limit-set.ts";

/**
 * How fast a level moves towards the alarm: the fraction of the way per millisecond, 1 being the
 * alarm. Negative below the start: what had built up recovers.
 *
 * Linear between the points of the table, so that noise around a point averages out instead of
 * falling into the slower band.
 */
export const bandRate = (level: Ppm, bands: CoBands): number => {
  const start = bands.startsAbove.value;
  if (level < start) {
    // Full recovery 5 ppm below the start, none at it: no step for noise to play with.
    return -Math.min(1, (start - level) / recoveryRamp) / bands.recovery.value;
  }
  let lowerPpm: number = start;
  let lowerRate = 0;
  for (const point of bands.points) {
    const rate = 1 / point.alarmAfter;
    if (level < point.ppm) {
      return lowerRate + ((rate - lowerRate) * (level - lowerPpm)) / (point.ppm - lowerPpm);
    }
    lowerPpm = point.ppm;
    lowerRate = rate;
  }
  return lowerRate;
};

/** The point of the table that speaks for a level: the highest it reaches, else the first. */
export const bandFor = (level: Ppm, bands: CoBands): CoBand | undefined =>
  bands.points.findLast((point) => level >= point.ppm) ?? bands.points[0];

const recoveryRamp = 5;
