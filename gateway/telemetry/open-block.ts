/** A block while readings come in: one detector, one gas. Changed in place, because every reading passes here. */
import type { BadQuality } from "#domain/reading.ts";
import type { Series, Stretch } from "#domain/telemetry.ts";
import type { Instant } from "#domain/time.ts";
import { halve } from "./halve.ts";
import type { Block } from "./store.ts";

interface Growing {
  readonly quality: BadQuality | undefined;
  readonly atMs: number;
  /** The value it began with: the dead band counts from there, so that a slow drift is followed. */
  readonly first: number;
  /** The wall-clock minute it lies in: no stretch passes the end of one. */
  readonly minute: number;
  forMs: number;
  count: number;
  min: number;
  max: number;
  sum: number;
}

export interface OpenBlock {
  readonly bootId: Instant["bootId"];
  readonly startMonoMs: number;
  startWallMs: number;
  done: Stretch[];
  growing: Growing | undefined;
}

const minuteMs = 60_000;
/** Clocks this close agree. */
const sameWallMs = 1_000;

export const beginBlock = (at: Instant): OpenBlock => ({
  bootId: at.bootId,
  startMonoMs: at.monoMs,
  startWallMs: at.wallMs,
  done: [],
  growing: undefined,
});

/** Whether a reading taken at `at` can follow in this block. */
export const follows = (block: OpenBlock, at: Instant): boolean => {
  const atMs = Math.round(at.monoMs - block.startMonoMs);
  return at.bootId === block.bootId && atMs >= endOf(block) && atMs <= longestMs;
};

/** A detector's own history may span years; a block of it does not. */
const longestMs = 86_400_000;

const endOf = ({ growing, done }: OpenBlock): number => {
  if (growing !== undefined) return growing.atMs + growing.forMs;
  const last = done.at(-1);
  return last === undefined ? 0 : last.atMs + last.forMs;
};

/** Adds one reading: `value` in hundredths, or the quality that stands in its place. */
export const addReading = (
  block: OpenBlock,
  at: Instant,
  value: number | BadQuality,
  limits: { readonly deadBand: number; readonly silenceMs: number },
): void => {
  // Whole milliseconds, as they are kept; never before the one before.
  const atMs = Math.round(at.monoMs - block.startMonoMs);
  // The wall clock was set meanwhile: it is right only now.
  if (Math.abs(block.startWallMs + atMs - at.wallMs) > sameWallMs) {
    block.startWallMs = at.wallMs - atMs;
  }
  const minute = Math.floor((block.startWallMs + atMs) / minuteMs);
  const { growing } = block;
  const quality = typeof value === "number" ? undefined : value;
  const level = typeof value === "number" ? value : 0;
  if (
    growing !== undefined &&
    growing.quality === quality &&
    growing.minute === minute &&
    Math.abs(level - growing.first) < limits.deadBand &&
    atMs - (growing.atMs + growing.forMs) <= limits.silenceMs
  ) {
    growing.forMs = atMs - growing.atMs;
    growing.count += 1;
    growing.sum += level;
    if (level < growing.min) growing.min = level;
    if (level > growing.max) growing.max = level;
    return;
  }
  finishStretch(block);
  const one = { quality, atMs, first: level, minute, forMs: 0, count: 1 };
  block.growing = { ...one, min: level, max: level, sum: level };
};

export const stretchesIn = ({ done, growing }: OpenBlock): number =>
  done.length + (growing === undefined ? 0 : 1);

/** Makes room in memory: half as fine, with every lowest and highest kept. */
export const coarsen = (block: OpenBlock, silenceMs: number): void => {
  block.done = [...halve(block.done, silenceMs)];
};

export const closeBlock = (block: OpenBlock, series: Series): Block => {
  finishStretch(block);
  const { bootId, startMonoMs, startWallMs, done } = block;
  return { series, bootId, startMonoMs, startWallMs, stretches: done };
};

const finishStretch = (block: OpenBlock): void => {
  const { growing } = block;
  if (growing === undefined) return;
  const { atMs, forMs, count, min, max, sum, quality } = growing;
  block.done.push(
    quality === undefined ? { atMs, forMs, count, min, max, sum } : { atMs, forMs, count, quality },
  );
  block.growing = undefined;
};
