/**
 * The nearest-rank percentile of a sorted list: the smallest value that at least `percent` of all
 * values do not exceed. Always one of the values, so ties and small samples need no rule of their
 * own. `null` without values: no data is not 0.
 */
export const nearestRank = (sorted: ArrayLike<number>, percent: number): number | null =>
  // In this order nothing is rounded before the division: 90 % of 10 is rank 9, not 10.
  sorted[Math.max(0, Math.ceil((percent * sorted.length) / 100) - 1)] ?? null;

/** A part of `n`; `null` when there is nothing to be a part of. */
export const shareOf = (part: number, n: number): number | null => (n === 0 ? null : part / n);
