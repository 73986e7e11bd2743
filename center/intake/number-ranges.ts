/** Which of a journal's numbers have arrived: sorted, disjoint, inclusive pairs. Pure. */
export type Ranges = readonly (readonly [number, number])[];

/** `ranges` with `numbers` (each ≥ 1, in any order, repeats allowed) added. */
export const withNumbers = (ranges: Ranges, numbers: readonly number[]): Ranges => {
  const parts: [number, number][] = [
    ...ranges.map(([from, to]): [number, number] => [from, to]),
    ...numbers.map((number): [number, number] => [number, number]),
  ].sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of parts) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
};

/** Highest number that arrived; 0 when none did. */
export const highest = (ranges: Ranges): number => ranges.at(-1)?.[1] ?? 0;

export const count = (ranges: Ranges): number =>
  ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);

/** What is missing from `first` up to the highest that arrived, or up to `recorded` when that is more. */
export const holesIn = (ranges: Ranges, recorded = 0, first = 1): Ranges => {
  const holes: [number, number][] = [];
  let next = first;
  for (const [from, to] of ranges) {
    if (from > next) holes.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (recorded >= next) holes.push([next, recorded]);
  return holes;
};

/** Reads what the database kept; the hashes beside the numbers are for `stretches.ts`. */
export const parseRanges = (json: string): Ranges => {
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value)) throw new Error(`ranges are not a list: ${json.slice(0, 80)}`);
  return value.map((pair: unknown): [number, number] => {
    if (!Array.isArray(pair)) throw new Error(`a range is not a pair: ${json.slice(0, 80)}`);
    const from: unknown = pair[0];
    const to: unknown = pair[1];
    if (typeof from !== "number" || typeof to !== "number") {
      throw new Error(`a range is not two numbers: ${json.slice(0, 80)}`);
    }
    return [from, to];
  });
};
