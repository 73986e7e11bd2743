/** The smallest sample that `share` (0 to 1) of all samples do not exceed; NaN without samples. */
export const percentile = (samples: readonly number[], share: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
};

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

export const sum = (samples: readonly number[]): number =>
  samples.reduce((total, sample) => total + sample, 0);

/** Least squares: how much y grows with each x. NaN with fewer than two different x. */
export const slopeOf = (points: readonly (readonly [x: number, y: number])[]): number => {
  const meanOf = (values: readonly number[]): number => sum(values) / values.length;
  const meanX = meanOf(points.map(([x]) => x));
  const meanY = meanOf(points.map(([, y]) => y));
  const together = sum(points.map(([x, y]) => (x - meanX) * (y - meanY)));
  return together / sum(points.map(([x]) => (x - meanX) ** 2));
};
