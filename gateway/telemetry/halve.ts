import type { Stretch } from "#domain/telemetry.ts";

/**
 * Half as fine: neighbours become one, two by two. Lowest, highest, sum and count stay exact. What
 * differs in quality stays apart, and nothing is joined over a gap, so that a gap stays one.
 */
export const halve = (stretches: readonly Stretch[], silenceMs: number): readonly Stretch[] => {
  const halved: Stretch[] = [];
  for (let at = 0; at < stretches.length; at += 1) {
    const one = stretches[at];
    if (one === undefined) break;
    const next = stretches[at + 1];
    const joined = next && join(one, next, silenceMs);
    halved.push(joined ?? one);
    if (joined !== undefined) at += 1;
  }
  return halved;
};

/** A detector that speaks once a day keeps its days apart. */
const longestMs = 86_400_000;

const join = (one: Stretch, next: Stretch, silenceMs: number): Stretch | undefined => {
  if (one.quality !== next.quality) return undefined;
  if (next.atMs - (one.atMs + one.forMs) > silenceMs) return undefined;
  if (next.atMs + next.forMs - one.atMs > longestMs) return undefined;
  const span = {
    atMs: one.atMs,
    forMs: next.atMs + next.forMs - one.atMs,
    count: one.count + next.count,
  };
  if (one.quality !== undefined) return { ...span, quality: one.quality };
  if (next.quality !== undefined) return undefined;
  const { min, max, sum } = one;
  return {
    ...span,
    min: Math.min(min, next.min),
    max: Math.max(max, next.max),
    sum: sum + next.sum,
  };
};

/** Exact, and the same after every halving. */
export const readingsIn = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { count }) => sum + count, 0);
