import type { Timers } from "#platform/timers.ts";
import { readingsIn } from "./halve.ts";
import { addUp } from "./losses.ts";
import type { Recorded, Recorder } from "./recorder.ts";
import type { Block, Lost, StoreState, TelemetryStore } from "./store.ts";

export interface SpoolDeps {
  readonly recorder: Recorder;
  readonly store: Pick<TelemetryStore, "append">;
  readonly timers: Timers;
  /** Everything is written this often, so that a crash costs no more than this of quiet curves. */
  readonly flushMs: number;
  readonly onState: (state: StoreState) => void;
  /** The store would not have it; `undefined`: it works again. */
  readonly onTrouble: (error: unknown) => void;
}

/** Blocks that are full are written this often: what moves fast is seen soon. */
const fullEveryMs = 15_000;
/** Blocks waiting for a store that fails or stalls: about 10 MB. The oldest go first, counted. */
const waitingMax = 10_000;

/** Takes what the recorder has closed to the store, and holds it while the store fails. */
export const createSpool = (deps: SpoolDeps) => {
  let waiting: Recorded = { blocks: [], lost: [] };
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    const { blocks, lost } = waiting;
    if (blocks.length + lost.length === 0) return;
    waiting = { blocks: [], lost: [] };
    try {
      deps.onState(await deps.store.append(blocks, lost));
      deps.onTrouble(undefined);
    } catch (error) {
      waiting = bounded({ blocks, lost }, waiting);
      deps.onTrouble(error);
    }
  };

  const flush = (all: boolean): void => {
    waiting = bounded(waiting, deps.recorder.take(all));
    writing ??= write().finally(() => {
      writing = undefined;
    });
  };
  const stops = [
    deps.timers.every(fullEveryMs, () => flush(false)),
    deps.timers.every(deps.flushMs, () => flush(true)),
  ];

  return {
    waiting: (): number => waiting.blocks.length,
    /** Writes what is there, once; what the store will not have now is lost with the process. */
    close: async (): Promise<void> => {
      for (const stop of stops) stop();
      await writing;
      waiting = bounded(waiting, deps.recorder.take(true));
      await write();
    },
  };
};

/** Both, without the oldest where it is too much. */
const bounded = (before: Recorded, more: Recorded): Recorded => {
  const blocks = before.blocks.concat(more.blocks);
  const over = Math.max(0, blocks.length - waitingMax);
  const lost = [...before.lost, ...more.lost, ...blocks.slice(0, over).map(droppedFromMemory)];
  return { blocks: blocks.slice(over), lost: [...addUp(new Map(), lost).values()] };
};

const droppedFromMemory = ({ startWallMs, stretches }: Block): Lost => {
  const last = stretches.at(-1);
  return {
    reason: "memory",
    fromMs: startWallMs,
    toMs: startWallMs + (last === undefined ? 0 : last.atMs + last.forMs),
    readings: readingsIn(stretches),
  };
};
