/**
 * Which of a journal's numbers have arrived, and of which records: stretches without a hole, each
 * with the hash before its first record and the hash of its last. Pure.
 *
 * A gateway whose card loses records it has answered for gives their numbers again, to others. Two
 * stretches therefore grow together only where the hash chain does: what comes after the loss stays
 * apart from what came before, and the receipt's `ends` tell the gateway.
 */
import { holesIn, highest, type Ranges } from "./number-ranges.ts";

export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Absent: its gateway did not say, or it was taken in before the center kept hashes. */
  readonly prev?: string | undefined;
  readonly hash?: string | undefined;
}

/** One record as it came. */
export interface Arrived {
  readonly seq: number;
  readonly prev?: string | undefined;
  readonly hash?: string | undefined;
}

/** At most this many holes go into one receipt (wire size); more are told as the first are filled. */
const holesPerReceiptMax = 500;

/**
 * `stretches` with records added, in any order, repeats allowed. What stands first under a number
 * stays: another record under the same number changes nothing here.
 */
export const withRecords = (
  stretches: readonly Stretch[],
  records: readonly Arrived[],
): readonly Stretch[] => {
  const added = records
    .filter(({ seq }) => !stretches.some(({ from, to }) => from <= seq && seq <= to))
    .map(({ seq, prev, hash }): Stretch => ({ from: seq, to: seq, prev, hash }));
  if (added.length === 0) return stretches;
  const merged: Stretch[] = [];
  for (const next of [...stretches, ...added].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last === undefined || !follows(next, last)) merged.push(next);
    else if (next.to > last.to) merged[merged.length - 1] = { ...last, ...endOf(next) };
  }
  return merged;
};

const follows = (next: Stretch, last: Stretch): boolean =>
  next.from <= last.to || (next.from === last.to + 1 && isChained(last, next));

const isChained = ({ hash }: Stretch, { prev }: Stretch): boolean =>
  hash === undefined || prev === undefined || hash === prev;

const endOf = ({ to, hash }: Stretch): Pick<Stretch, "to" | "hash"> => ({ to, hash });

/** The last number before each place where numbers were given twice. */
export const forksIn = (stretches: readonly Stretch[]): readonly number[] =>
  stretches.filter(({ to }, at) => stretches[at + 1]?.from === to + 1).map(({ to }) => to);

export const rangesOf = (stretches: readonly Stretch[]): Ranges =>
  stretches.map(({ from, to }) => [from, to] as const);

/** What a receipt says of the numbers; see `ReceiptSchema`. */
export interface Promised {
  readonly upTo: number;
  readonly holes: readonly [number, number][];
  readonly ends: readonly [seq: number, hash: string][];
}

/**
 * What a receipt may promise: everything up to `upTo` except `holes`. What the gateway says it has
 * `recorded` and has not arrived is a hole too: after a restored backup that is how the gateway
 * learns what to send again. With more holes than one message should carry it promises less, never
 * more.
 */
export const promiseOf = (stretches: readonly Stretch[], recorded = 0, first = 1): Promised => {
  const ranges = rangesOf(stretches);
  const holes = holesIn(ranges, recorded, first).map(([from, to]): [number, number] => [from, to]);
  const beyond = holes[holesPerReceiptMax];
  const upTo = beyond === undefined ? Math.max(recorded, highest(ranges)) : beyond[0] - 1;
  return {
    upTo,
    holes: holes.slice(0, holesPerReceiptMax),
    ends: stretches.flatMap(({ to, hash }): [number, string][] =>
      hash === undefined || to > upTo ? [] : [[to, hash]],
    ),
  };
};

/** As the database keeps it: `[from, to]`, or `[from, to, prev, hash]` where hashes are known. */
export const stretchesToJson = (stretches: readonly Stretch[]): string =>
  JSON.stringify(
    stretches.map(({ from, to, prev, hash }) =>
      prev === undefined && hash === undefined
        ? [from, to]
        : [from, to, prev ?? null, hash ?? null],
    ),
  );

export const parseStretches = (json: string): readonly Stretch[] => {
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value)) throw new Error(`stretches are not a list: ${json.slice(0, 80)}`);
  return value.map((stretch: unknown): Stretch => {
    if (!Array.isArray(stretch)) throw new Error(`not a stretch: ${json.slice(0, 80)}`);
    const [from, to, prev, hash]: unknown[] = stretch;
    if (typeof from !== "number" || typeof to !== "number") {
      throw new Error(`a stretch is not two numbers: ${json.slice(0, 80)}`);
    }
    return { from, to, prev: textOf(prev), hash: textOf(hash) };
  });
};

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;
