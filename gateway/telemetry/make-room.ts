import type { Stretch } from "#domain/telemetry.ts";
import { halve } from "./halve.ts";
import type { Lost } from "./store.ts";

/** One kept block, with all that thinning needs to know. */
export interface KeptBlock {
  readonly n: number;
  readonly silenceMs: number;
  readonly startWallMs: number;
  readonly readings: number;
  /** How often it has been halved. */
  readonly level: number;
  readonly stretches: readonly Stretch[];
}

/** What the two stores let be done to what they keep. */
export interface Shelf {
  readonly usedBytes: () => number;
  readonly counts: () => { readonly blocks: number };
  /** The lowest and the highest number there is; the same when there is none. */
  readonly range: () => { readonly first: number; readonly last: number };
  /** Blocks that may still be halved (below `levelMax`), oldest first. */
  readonly thinnable: (levelMax: number, limit: number) => readonly KeptBlock[];
  readonly replace: (n: number, level: number, stretches: readonly Stretch[]) => void;
  readonly oldest: (limit: number) => readonly KeptBlock[];
  readonly drop: (numbers: readonly number[]) => void;
}

/** Halved four times, sixty stretches are four: there is little left to win. Canary's own choice. */
const levelMax = 4;
/**
 * One step is one small transaction, so that it fits a disk that is nearly full; and never so large
 * a part that the newest goes with the oldest.
 */
const blocksPerStep = 200;
const shareOfStep = 1 / 16;
/** The newest quarter stays as fine as it came: what happened last is looked at most. */
const shareThinned = 3 / 4;

/**
 * One step towards `targetBytes`: halves the oldest blocks that can be halved, and where there are
 * none left but the newest, drops the oldest. Answers what that cost; `undefined` when there is nothing to do.
 */
export const makeRoomOnce = (shelf: Shelf, targetBytes: number): readonly Lost[] | undefined => {
  if (shelf.usedBytes() <= targetBytes) return undefined;
  const limit = Math.min(blocksPerStep, Math.ceil(shelf.counts().blocks * shareOfStep));
  const { first, last } = shelf.range();
  const border = first + (last - first) * shareThinned;
  const thin = shelf.thinnable(levelMax, limit).filter(({ n }) => n <= border);
  if (thin.length > 0) return thin.flatMap((block) => thinOne(shelf, block));
  const oldest = shelf.oldest(limit);
  if (oldest.length === 0) return undefined;
  shelf.drop(oldest.map(({ n }) => n));
  return oldest.map((block) => lostWith(block, "store-full"));
};

const thinOne = (shelf: Shelf, block: KeptBlock): readonly Lost[] => {
  const stretches = halve(block.stretches, block.silenceMs);
  const isThinner = stretches.length < block.stretches.length;
  // What cannot be joined will not be the next time either.
  shelf.replace(block.n, isThinner ? block.level + 1 : levelMax, stretches);
  // Told once for each reading: that it is coarser now, not how coarse.
  return isThinner && block.level === 0 ? [lostWith(block, "thinned")] : [];
};

/** All readings of a block, lost for a reason. */
export const lostWith = (block: KeptBlock, reason: Lost["reason"]): Lost => {
  const last = block.stretches.at(-1);
  const lengthMs = last === undefined ? 0 : last.atMs + last.forMs;
  return {
    reason,
    fromMs: block.startWallMs,
    toMs: block.startWallMs + lengthMs,
    readings: block.readings,
  };
};
