import { setImmediate } from "node:timers/promises";
import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { Store } from "../store/open-store.ts";
import { commitBatch } from "./commit-batch.ts";
import {
  parseUpTopic,
  readMessage,
  refuse,
  type ReadMessage,
  type UpDelivery,
} from "./read-message.ts";
import { receiptsFor, type Settled } from "./receipts.ts";

/**
 * Messages in one transaction: as many as this database takes in so long, because the newest alarm
 * waits for the batch before it. Larger ones cost less for each: an index page that several of them
 * touch is written once. Canary's own choice.
 */
const batchAimMs = 150;
const batchMin = 512;
const batchMax = 2_048;

export interface IntakeParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Hands a receipt to the gateway; failing is no loss, the gateway sends again. */
  readonly sendReceipt: (topic: string, payload: string) => void;
  /** Something was committed that the page may show. */
  readonly onCommitted: (batch: CommittedBatch) => void;
  /** The database failed (`undefined`: works again), in words. */
  readonly onTrouble: (trouble: Bilingual | undefined) => void;
}

export interface CommittedBatch {
  readonly messages: number;
  readonly refused: number;
  readonly durationMs: number;
}

export interface Intake {
  /**
   * Takes one message. Resolves once what it means is committed: only then may its sender get a
   * PUBACK. Rejects when the database failed: no PUBACK, no receipt, the gateway sends again.
   */
  readonly take: (delivery: UpDelivery) => Promise<void>;
  /** Resolves when everything taken has been committed or rejected. */
  readonly idle: () => Promise<void>;
}

/**
 * A message alone is tried this often while the database takes writes: a passing I/O error is no
 * reason to refuse an alarm, which the gateway would then offer again only after ten minutes.
 */
const triesPerMessage = 3;

interface Waiting {
  readonly read: ReadMessage;
  readonly topic: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The way in: everything waiting goes into one transaction, and the next begins as soon as the
 * last has ended, so that a slow disk makes batches larger and nobody waits for a timer.
 */
export const createIntake = (parts: IntakeParts): Intake => {
  let waiting: Waiting[] = [];
  let size = batchMin;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    // Let messages that came in the same turn of the event loop ride along.
    await Promise.resolve();
    while (waiting.length > 0) {
      const { batch, rest } = freshFirst(waiting, size);
      waiting = rest;
      const startedMs = parts.clock.now().monoMs;
      await commitWaiting(parts, batch);
      size = nextSize(size, batch.length, parts.clock.now().monoMs - startedMs);
      // SQLite answers within the turn: sockets and pages must get theirs between two batches.
      if (waiting.length > 0) await setImmediate();
    }
    running = undefined;
  };

  return {
    take: (delivery) => {
      const from = parseUpTopic(delivery.topic);
      // The links subscribe to and grant only up topics; anything else is their bug.
      if (from === undefined) return Promise.reject(new Error(`no up topic: ${delivery.topic}`));
      const read = readMessage(delivery, from);
      return new Promise((done, failed) => {
        waiting.push({ read, topic: delivery.topic, done, failed });
        running ??= run();
      });
    },
    idle: async () => {
      await running;
    },
  };
};

/** A batch that was not full says little of what a full one would cost. */
const nextSize = (size: number, taken: number, tookMs: number): number =>
  taken < batchMin
    ? size
    : Math.min(batchMax, Math.max(batchMin, Math.round((batchAimMs * taken) / tookMs)));

/**
 * With more waiting than one batch holds, gateways that have something new to say come first, with
 * all that they sent before it: one gateway's messages keep their order, or it would take those that
 * were overtaken for lost and send them again.
 */
const freshFirst = (
  waiting: Waiting[],
  size: number,
): { readonly batch: readonly Waiting[]; readonly rest: Waiting[] } => {
  if (waiting.length <= size) return { batch: waiting, rest: [] };
  const speaking = new Set(waiting.filter(isFresh).map(({ read }) => read.gateway));
  const isFirst = ({ read }: Waiting): boolean => speaking.has(read.gateway);
  const ordered = [...waiting.filter(isFirst), ...waiting.filter((one) => !isFirst(one))];
  return { batch: ordered.slice(0, size), rest: ordered.slice(size) };
};

/** A heartbeat counts: no gateway may seem lost because of another's storm. */
const isFresh = ({ read }: Waiting): boolean =>
  read.kind === "status" || (read.kind !== "refused" && !read.value.late);

const commitWaiting = async (
  parts: IntakeParts,
  batch: readonly Waiting[],
  tries = 1,
): Promise<void> => {
  const startedAt = parts.clock.now();
  try {
    const settled = await commitBatch(
      parts.store,
      batch.map((one) => one.read),
      Math.floor(startedAt.wallMs),
    );
    parts.onTrouble(undefined);
    announce(parts, batch, settled, startedAt.monoMs);
  } catch (error) {
    await afterFailure(parts, batch, error, tries);
  }
};

/** Only now, after the commit: acknowledgements, receipts, the page. */
const announce = (
  parts: IntakeParts,
  batch: readonly Waiting[],
  settled: readonly Settled[],
  startedMonoMs: number,
): void => {
  for (const one of batch) one.done();
  const now = parts.clock.now();
  for (const one of settled) {
    for (const { topic, payload } of receiptsFor(one, now.wallMs)) {
      parts.sendReceipt(topic, payload);
    }
  }
  parts.onCommitted({
    messages: batch.length,
    refused: batch.filter((one) => one.read.kind === "refused").length,
    durationMs: now.monoMs - startedMonoMs,
  });
};

/**
 * Tells a sick database from a message it cannot hold. While the database takes writes, halving
 * the batch finds the message, which is refused and shown; the others go in. Otherwise nobody is
 * acknowledged.
 */
const afterFailure = async (
  parts: IntakeParts,
  batch: readonly Waiting[],
  error: unknown,
  tries: number,
): Promise<void> => {
  const works = await parts.store.check().then(
    () => true,
    () => false,
  );
  const [only] = batch;
  if (!works || only === undefined) {
    parts.onTrouble(databaseTrouble(error));
    for (const one of batch) one.failed(error);
    return;
  }
  if (batch.length > 1) {
    const middle = Math.ceil(batch.length / 2);
    await commitWaiting(parts, batch.slice(0, middle));
    await commitWaiting(parts, batch.slice(middle));
    return;
  }
  if (tries < triesPerMessage) {
    await commitWaiting(parts, batch, tries + 1);
    return;
  }
  if (only.read.kind === "refused") {
    parts.onTrouble(databaseTrouble(error));
    only.failed(error);
    return;
  }
  await commitWaiting(parts, [{ ...only, read: unstorable(only, error) }]);
};

const unstorable = ({ read, topic }: Waiting, error: unknown): ReadMessage => {
  const reason = {
    zh: `数据库无法保存此报文:${messageOf(error)}`,
    en: `the database cannot hold this message: ${messageOf(error)}`,
  };
  const refused = refuse(topic, read, "", reason);
  return read.kind === "refused" ? refused : { ...refused, id: read.value.id };
};

const databaseTrouble = (error: unknown): Bilingual => ({
  zh: `中心数据库写入失败,新报警未确认接收,网关会重发:${messageOf(error)}。请检查磁盘空间和数据库`,
  en: `the center's database cannot be written to; new alarms are not confirmed and the gateways send them again: ${messageOf(error)}. Check disk space and database`,
});

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
