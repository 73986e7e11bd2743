/** What telemetry is kept in until the center has it: the port, and what passes through it. */
import type { BootId } from "#domain/ids.ts";
import type { LossReason, Series, Stretch, TelemetryLoss } from "#domain/telemetry.ts";
import type { Instant } from "#domain/time.ts";

/** About an hour of a quiet detector, or a minute of a restless one, ready to be written. */
export interface Block {
  readonly series: Series;
  readonly bootId: BootId;
  /** When its first reading was taken: `atMs` of every stretch counts from here. */
  readonly startMonoMs: number;
  readonly startWallMs: number;
  readonly stretches: readonly Stretch[];
}

/** A block as the uplink takes it: the JSON of one `WireBlock`. */
export interface PendingBlock {
  readonly n: number;
  readonly readings: number;
  readonly json: string;
}

/** Something lost, before it is added to the total of its day. */
export interface Lost {
  readonly reason: LossReason;
  readonly fromMs: number;
  readonly toMs: number;
  readonly readings: number;
}

export interface StoreState {
  /** One life of the store: numbers are comparable only within it. */
  readonly id: string;
  /** Bytes that hold telemetry; what has been freed inside the file is not among them. */
  readonly usedBytes: number;
  readonly blocks: number;
  readonly readings: number;
  /** First reading that is still kept here. */
  readonly oldestMs: number | undefined;
  /** Bytes that blocks have needed since the store was opened, whether or not they are still there. */
  readonly addedBytes: number;
  /** Bytes the store has really written to its disk since it was opened. */
  readonly writtenBytes: number;
  /** All that was lost, by day and reason, newest first, at most 100. */
  readonly losses: readonly TelemetryLoss[];
  /** Readings lost or thinned since the store was begun, by why. */
  readonly lost: Readonly<Partial<Record<LossReason, number>>>;
}

/** A message of more blocks than this is nobody's; bounds a read whatever the blocks hold. */
export const blocksPerRead = 500;

export interface Pending {
  readonly store: string;
  readonly blocks: readonly PendingBlock[];
  /** Totals of which the center does not know the newest word. */
  readonly losses: readonly TelemetryLoss[];
}

/**
 * Keeps blocks, each under a number of its own, until the center has them, within a budget of
 * bytes: when it is reached the oldest are thinned, and when thinned out, dropped; both are counted
 * and dated. Nothing here is ever awaited by the way of an alarm.
 */
export interface TelemetryStore {
  /** Resolves once all of it is on disk; rejects with nothing kept. */
  readonly append: (blocks: readonly Block[], lost: readonly Lost[]) => Promise<StoreState>;
  /**
   * Blocks above `afterN`, oldest first, as many as fit `bytes` of JSON and {@link blocksPerRead},
   * one at least; dated anew
   * by `now` when they were taken in the present boot, because the clock may be right only since.
   */
  readonly pending: (afterN: number, bytes: number, now: Instant) => Promise<Pending>;
  /** The center has these. Unknown numbers and older totals are harmless. */
  readonly settle: (
    numbers: readonly number[],
    losses: readonly TelemetryLoss[],
  ) => Promise<StoreState>;
  /** Thins and drops until `bytes` fewer are used, and gives the room back to the disk. */
  readonly giveBack: (bytes: number) => Promise<StoreState>;
  readonly state: () => Promise<StoreState>;
  readonly close: () => Promise<void>;
}

export interface StoreLimits {
  readonly budgetBytes: number;
}
