import type { Settlement } from "#gateway/ports.ts";

/** The number ranges (inclusive) a settlement confirms: 1 to `upTo` without its holes, ascending. */
export const confirmedRanges = ({
  upTo,
  holes,
}: Settlement): readonly (readonly [number, number])[] => {
  const ranges: [number, number][] = [];
  let from = 1;
  for (const [first, last] of holes.toSorted(([a], [b]) => a - b)) {
    if (first > last) continue; // says nothing
    if (first > from) ranges.push([from, Math.min(first - 1, upTo)]);
    from = Math.max(from, last + 1);
    if (from > upTo) return ranges.filter(([a, b]) => a <= b);
  }
  return [...ranges, [from, upTo] as const].filter(([a, b]) => a <= b);
};

export const isConfirmed = (seq: number, { upTo, holes }: Settlement): boolean =>
  seq <= upTo && !holes.some(([first, last]) => first <= seq && seq <= last);

/**
 * The lowest number of which the center has another record than `hashOf` says is here, or one that
 * is not here at all: the word is then about records that this journal has lost.
 */
export const firstContradicted = (
  ends: NonNullable<Settlement["ends"]>,
  hashOf: (seq: number) => string | undefined,
): number | undefined => {
  const wrong = ends.filter(([seq, hash]) => hashOf(seq) !== hash).map(([seq]) => seq);
  return wrong.length === 0 ? undefined : Math.min(...wrong);
};
