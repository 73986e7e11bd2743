/** How much may be on its way at once, learned from how long the center's answers take. Pure. */
import { elapsed, type MonoMs } from "#domain/quantity.ts";

export type Pace = ReturnType<typeof createPace>;

/** Canary's own choices: on a slow line a handful, on a fast one enough to keep the center busy. */
const recordsAtFirst = 256;
const fewestRecords = 32;
const mostRecords = 4_096;

/** So long may a new alarm wait behind what is on its way already; 200 ms are asked for in all. */
const longestQueueMs = 75;
const longestStep = 0.5;
/** Satellites answer within this; what takes longer waits for something, also when nothing was quicker. */
const slowestLineMs = 1_000;

/**
 * A window that grows while answers come as quickly as on an empty line, and shrinks when what is on
 * its way begins to wait for itself: in a slow line's buffers, or before a busy center.
 */
export const createPace = () => {
  let records = recordsAtFirst;
  /** The quickest answer on this connection: what line and center take when nothing waits. */
  let quickestMs = slowestLineMs;
  let changedAt: MonoMs | undefined;

  return {
    records: (): number => records,
    /**
     * Answers have come for records sent for the first time at `sentAt`, ascending; `wasFull`: more
     * would have been sent if it had been allowed.
     */
    answered: (sentAt: readonly MonoMs[], wasFull: boolean, now: MonoMs): void => {
      const [first] = sentAt;
      const last = sentAt.at(-1);
      if (first === undefined || last === undefined) return;
      quickestMs = Math.min(quickestMs, elapsed(last, now));
      // What was sent before the last change says nothing about it.
      const judged = sentAt.find((at) => changedAt === undefined || at >= changedAt);
      const queuedMs = judged === undefined ? undefined : elapsed(judged, now) - quickestMs;
      if (queuedMs !== undefined && queuedMs > longestQueueMs) {
        // With so few on their way it is not their number: line and center take that long now.
        if (records === fewestRecords) quickestMs = Math.min(slowestLineMs, elapsed(last, now));
        const share = Math.max(longestStep, longestQueueMs / queuedMs);
        records = Math.max(fewestRecords, Math.floor(records * share));
        changedAt = now;
      } else if (wasFull && elapsed(first, now) - quickestMs <= longestQueueMs) {
        records = Math.min(mostRecords, records + sentAt.length);
      }
    },
    /** Another connection may be another line; what was learned of a slow one is kept. */
    restart: (): void => {
      records = Math.min(records, recordsAtFirst);
      quickestMs = slowestLineMs;
      changedAt = undefined;
    },
  };
};
