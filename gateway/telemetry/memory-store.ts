import { randomUUID } from "node:crypto";
import type { TelemetryLoss } from "#domain/telemetry.ts";
import type { Instant } from "#domain/time.ts";
import { readingsIn } from "./halve.ts";
import { addUp, lossKey, totalsOf } from "./losses.ts";
import { makeRoomOnce, type KeptBlock, type Shelf } from "./make-room.ts";
import { blockJson } from "./pending-json.ts";
import { encodeStretches } from "./stretch-codec.ts";
import {
  blocksPerRead,
  type Block,
  type Lost,
  type PendingBlock,
  type StoreLimits,
  type StoreState,
  type TelemetryStore,
} from "./store.ts";

interface Kept extends Block {
  readonly n: number;
  readonly level: number;
  readonly bytes: number;
}

/** What a row costs beside its stretches, about as in SQLite. */
const rowBytes = 40;

/** A {@link TelemetryStore} without a disk, for stories. */
export const createMemoryStore = (
  limits: StoreLimits,
  /** Stands for the disk: a rejection is a failed one, a promise that stays open a stalled one. */
  beforeWrite: () => Promise<void> = () => Promise.resolve(),
): TelemetryStore => {
  const id = randomUUID();
  const kept = new Map<number, Kept>();
  const losses = new Map<string, TelemetryLoss>();
  const told = new Map<string, number>();
  let lastNumber = 0;
  let addedBytes = 0;
  const shelf = shelfOver(kept);

  const lose = (lost: readonly Lost[]): void => {
    for (const [key, one] of addUp(losses, lost)) losses.set(key, one);
  };
  const makeRoom = (targetBytes: number): void => {
    for (let lost = makeRoomOnce(shelf, targetBytes); lost; lost = makeRoomOnce(shelf, targetBytes))
      lose(lost);
  };
  const state = (): StoreState => ({
    id,
    usedBytes: shelf.usedBytes(),
    blocks: kept.size,
    readings: shelf.oldest(kept.size).reduce((sum, { readings }) => sum + readings, 0),
    oldestMs: shelf.oldest(1)[0]?.startWallMs,
    addedBytes,
    writtenBytes: 0,
    losses: [...losses.values()],
    lost: totalsOf([...losses.values()]),
  });

  return {
    append: async (blocks, lost) => {
      await beforeWrite();
      const before = shelf.usedBytes();
      for (const block of blocks) {
        lastNumber += 1;
        const bytes = bytesOf(block.stretches);
        kept.set(lastNumber, { ...structuredClone(block), n: lastNumber, level: 0, bytes });
      }
      addedBytes += shelf.usedBytes() - before;
      lose(lost);
      makeRoom(limits.budgetBytes);
      return state();
    },
    pending: async (afterN, bytes, now) => {
      const later = [...kept.values()].filter(({ n }) => n > afterN).slice(0, blocksPerRead);
      const blocks = fitting(later, bytes, now);
      const untold = [...losses].filter(([key, { readings }]) => (told.get(key) ?? 0) < readings);
      return { store: id, blocks, losses: untold.map(([, one]) => one) };
    },
    settle: async (numbers, totals) => {
      await beforeWrite();
      shelf.drop(numbers);
      for (const one of totals) {
        const key = lossKey(one);
        told.set(key, Math.max(told.get(key) ?? 0, one.readings));
      }
      return state();
    },
    giveBack: async (bytes) => {
      await beforeWrite();
      makeRoom(Math.max(0, shelf.usedBytes() - bytes));
      return state();
    },
    state: async () => state(),
    close: async () => {},
  };
};

const bytesOf = (stretches: Block["stretches"]): number =>
  rowBytes + encodeStretches(stretches).length;

const fitting = (later: readonly Kept[], bytes: number, now: Instant): readonly PendingBlock[] => {
  const blocks: PendingBlock[] = [];
  let left = bytes;
  for (const block of later) {
    const json = blockJson(block, now);
    if (blocks.length > 0 && json.length > left) break;
    left -= json.length;
    blocks.push({ n: block.n, readings: readingsIn(block.stretches), json });
  }
  return blocks;
};

const shelfOver = (kept: Map<number, Kept>): Shelf => {
  const look = ({ n, level, series, startWallMs, stretches }: Kept): KeptBlock => ({
    n,
    level,
    startWallMs,
    stretches,
    silenceMs: series.silenceMs,
    readings: readingsIn(stretches),
  });
  return {
    usedBytes: () => [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    counts: () => ({ blocks: kept.size }),
    range: () => ({ first: kept.keys().next().value ?? 0, last: [...kept.keys()].at(-1) ?? 0 }),
    thinnable: (levelMax, limit) =>
      [...kept.values()]
        .filter(({ level }) => level < levelMax)
        .slice(0, limit)
        .map(look),
    replace: (n, level, stretches) => {
      const block = kept.get(n);
      if (block !== undefined)
        kept.set(n, { ...block, level, stretches, bytes: bytesOf(stretches) });
    },
    oldest: (limit) => [...kept.values()].slice(0, limit).map(look),
    drop: (numbers) => numbers.forEach((n) => kept.delete(n)),
  };
};
