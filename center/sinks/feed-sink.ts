import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import type { Reading } from "../store/open-store.ts";
import type { Cursor, CursorFile } from "./cursor.ts";
import { deliver, type Outcome, type Refused } from "./deliver.ts";
import type { SinkMetrics } from "./metrics.ts";
import { readNews, type Batch, type Position } from "./read-news.ts";
import type { WriteLines } from "./write-lines.ts";

export interface FeedParts {
  readonly id: string;
  readonly db: Reading;
  readonly cursor: CursorFile;
  readonly write: WriteLines;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly metrics: SinkMetrics;
  /** How it stands, once a second; `undefined`: another center feeds it. */
  readonly onState: (state: FeedState | undefined) => void;
  /** Points set aside, which the sink will never take. */
  readonly onRefused: (refused: readonly Refused[]) => void;
  /** The center's own database failed. */
  readonly onFailure: (error: unknown) => void;
}

export interface FeedState {
  /** When the sink last had everything, epoch ms: by the wall clock, because it outlives a restart. */
  readonly completeAtMs: number;
  readonly lagMs: number;
  /** Why the last batch did not go in. */
  readonly trouble: Bilingual | undefined;
}

export interface Feed {
  /** Asked of requests under way by the writer's own signal; resolves once the cursor is kept. */
  readonly stop: () => Promise<void>;
}

/** How long the newest point waits for others to go with. */
const tickMs = 1_000;
/** Between two writes of the cursor; what was acknowledged since is sent again after a kill. */
const saveMs = 5_000;
const restMinMs = 1_000;
const restMaxMs = 30_000;
const inFlightMax = 2;

interface Feeding extends FeedParts {
  /** Undefined: not ours. */
  at: Cursor | undefined;
  savedMonoMs: number;
  restUntilMonoMs: number;
  restMs: number;
  trouble: Bilingual | undefined;
  stopped: boolean;
}

/**
 * Follows what the center holds and brings it to one sink, two batches at a time. It only reads, a
 * few rows at a go, holds two batches in memory however far the sink is behind, and moves the cursor
 * to exactly what was acknowledged without a gap.
 */
export const feedSink = (parts: FeedParts): Feed => {
  const feeding: Feeding = {
    ...parts,
    at: undefined,
    savedMonoMs: -saveMs,
    restUntilMonoMs: 0,
    restMs: restMinMs,
    trouble: undefined,
    stopped: false,
  };
  let running: Promise<void> | undefined;
  const tick = (): void => {
    tell(feeding);
    running ??= work(feeding)
      .catch((error: unknown) => {
        rest(feeding);
        parts.onFailure(error);
      })
      .finally(() => {
        running = undefined;
      });
  };
  const cancel = parts.timers.every(tickMs, tick);
  return {
    stop: async () => {
      cancel();
      feeding.stopped = true;
      await running;
      if (feeding.at === undefined) return;
      await parts.cursor.save(feeding.at, parts.clock.now().wallMs).catch(parts.onFailure);
      await parts.cursor.release().catch(parts.onFailure);
    },
  };
};

const tell = (feeding: Feeding): void => {
  const { id, at, trouble, metrics, clock } = feeding;
  if (at === undefined) {
    feeding.onState(undefined);
    metrics.lagSeconds.remove({ sink: id });
    metrics.up.remove({ sink: id });
    return;
  }
  const lagMs = Math.max(0, clock.now().wallMs - at.completeAtMs);
  metrics.lagSeconds.set({ sink: id }, lagMs / 1_000);
  metrics.up.set({ sink: id }, trouble === undefined ? 1 : 0);
  feeding.onState({ completeAtMs: at.completeAtMs, lagMs, trouble });
};

/** Batch after batch until the sink has everything, is in trouble, or somebody else's. */
const work = async (feeding: Feeding): Promise<void> => {
  while (!feeding.stopped && feeding.clock.now().monoMs >= feeding.restUntilMonoMs) {
    const at = await holdCursor(feeding);
    if (at === undefined) return;
    const readAtMs = feeding.clock.now().wallMs;
    const batches = await readBatches(feeding.db, at);
    const outcomes = await Promise.all(batches.map((batch) => send(feeding, batch)));
    const delivered = outcomes.findIndex(({ kind }) => kind === "trouble");
    const upTo = batches.at(delivered === -1 ? -1 : delivered - 1)?.upTo;
    if (delivered !== 0 && upTo !== undefined) feeding.at = { ...at, ...upTo };
    feeding.trouble = troubleIn(outcomes);
    if (feeding.trouble !== undefined) {
      rest(feeding);
      return;
    }
    feeding.restMs = restMinMs;
    if (batches.at(-1)?.full === true) continue;
    feeding.at = { ...at, ...upTo, completeAtMs: readAtMs };
    return;
  }
};

/** What is held already is kept from time to time; what is not is taken if it is free. */
const holdCursor = async (feeding: Feeding): Promise<Cursor | undefined> => {
  const { at, cursor, clock } = feeding;
  const { monoMs, wallMs } = clock.now();
  if (at !== undefined && monoMs - feeding.savedMonoMs < saveMs) return at;
  if (at === undefined) feeding.at = await cursor.claim(wallMs);
  else if (!(await cursor.save(at, wallMs))) feeding.at = undefined;
  feeding.savedMonoMs = monoMs;
  return feeding.at;
};

const readBatches = async (db: Reading, after: Position): Promise<readonly Batch[]> => {
  const batches = [await readNews(db, after)];
  for (let last = batches[0]; last?.full === true && batches.length < inFlightMax;) {
    last = await readNews(db, last.upTo);
    batches.push(last);
  }
  return batches;
};

const send = async (feeding: Feeding, { lines }: Batch): Promise<Outcome> => {
  const { id, metrics, clock } = feeding;
  if (lines.length === 0) return { kind: "delivered", written: 0, tooOld: 0, refused: [] };
  const startedMs = clock.now().monoMs;
  const outcome = await deliver(feeding.write, lines);
  metrics.requestSeconds.observe({ sink: id }, (clock.now().monoMs - startedMs) / 1_000);
  metrics.rounds.inc({ sink: id, result: outcome.kind });
  if (outcome.kind === "delivered") {
    metrics.points.inc({ sink: id, result: "written" }, outcome.written);
    metrics.points.inc({ sink: id, result: "too-old" }, outcome.tooOld);
    metrics.points.inc({ sink: id, result: "refused" }, outcome.refused.length);
    if (outcome.refused.length > 0) feeding.onRefused(outcome.refused);
  }
  return outcome;
};

const troubleIn = (outcomes: readonly Outcome[]): Bilingual | undefined => {
  const trouble = outcomes.find((one) => one.kind === "trouble");
  return trouble?.why;
};

/** Longer each time, so that a sink that is down is not hammered. */
const rest = (feeding: Feeding): void => {
  feeding.restUntilMonoMs = feeding.clock.now().monoMs + feeding.restMs;
  feeding.restMs = Math.min(restMaxMs, feeding.restMs * 2);
};
