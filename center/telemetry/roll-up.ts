/** What many readings come to, and how two such become one; pure. Values in hundredths. */
import type { BadQuality } from "#domain/reading.ts";
import { wireToStretch, type Stretch } from "#domain/telemetry.ts";
import type { WireBlock } from "#domain/telemetry-wire.ts";

export interface RollUp {
  /** Readings with a value. */
  readonly readings: number;
  /** Undefined without one. */
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  readonly total: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Readings without a value, by why. */
  readonly qualities: Readonly<Partial<Record<BadQuality, number>>>;
}

/** The order in which they come makes no difference. */
export const mergeRollUps = (a: RollUp, b: RollUp): RollUp => ({
  readings: a.readings + b.readings,
  lowest: least(a.lowest, b.lowest),
  highest: most(a.highest, b.highest),
  total: a.total + b.total,
  firstMs: Math.min(a.firstMs, b.firstMs),
  lastMs: Math.max(a.lastMs, b.lastMs),
  qualities: addQualities(a.qualities, b.qualities),
});

const minuteMs = 60_000;

/** The readings of a block minute by minute (by first millisecond). */
export const minutesOf = (block: WireBlock): ReadonlyMap<number, RollUp> => {
  const minutes = new Map<number, RollUp>();
  for (const tuple of block.stretches) {
    for (const [atMs, part] of spread(wireToStretch(tuple), block.startMs)) {
      const known = minutes.get(atMs);
      minutes.set(atMs, known === undefined ? part : mergeRollUps(known, part));
    }
  }
  return minutes;
};

/** How much work {@link minutesOf} is: the parts its stretches fall into, at most. */
export const minutesIn = ({ stretches }: WireBlock): number =>
  stretches.reduce((sum, [, forMs, count]) => sum + Math.min(forMs / minuteMs + 2, count), 0);

/**
 * A stretch lies within one minute unless it was thinned. Then its readings are taken as even over
 * its time, and its lowest and highest count for every minute of it: a peak grows wider, never less.
 */
const spread = (stretch: Stretch, startMs: number): readonly (readonly [number, RollUp])[] => {
  const firstMs = startMs + stretch.atMs;
  const lastMs = firstMs + stretch.forMs;
  const first = Math.floor(firstMs / minuteMs);
  const minutes = Math.floor(lastMs / minuteMs) - first + 1;
  const parts = Math.min(minutes, stretch.count);
  return Array.from({ length: parts }, (_, part) => {
    const minute = first + (parts === 1 ? 0 : Math.floor((part * (minutes - 1)) / (parts - 1)));
    const atMs = minute * minuteMs;
    return [
      atMs,
      rollUpOf(stretch, share(stretch.count, part, parts), {
        firstMs: Math.max(firstMs, atMs),
        lastMs: Math.min(lastMs, atMs + minuteMs - 1),
        total: stretch.quality === undefined ? share(stretch.sum, part, parts) : 0,
      }),
    ];
  });
};

/** The `part`-th of `parts` nearly equal whole shares of `all`; together they are `all`. */
const share = (all: number, part: number, parts: number): number =>
  Math.floor((all * (part + 1)) / parts) - Math.floor((all * part) / parts);

const rollUpOf = (
  stretch: Stretch,
  count: number,
  rest: Pick<RollUp, "firstMs" | "lastMs" | "total">,
): RollUp =>
  stretch.quality === undefined
    ? { ...rest, readings: count, lowest: stretch.min, highest: stretch.max, qualities: {} }
    : {
        ...rest,
        readings: 0,
        lowest: undefined,
        highest: undefined,
        qualities: { [stretch.quality]: count },
      };

const least = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
const most = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

const addQualities = (a: RollUp["qualities"], b: RollUp["qualities"]): RollUp["qualities"] => {
  const sum: Partial<Record<string, number>> = { ...a };
  for (const [quality, count] of Object.entries(b)) sum[quality] = (sum[quality] ?? 0) + count;
  return sum;
};
