/** What the gateway needs from the outside, each with its promise. Adapters translate and decide nothing. */
import type { BuzzerCommand } from "#domain/buzzer.ts";
import type { BuzzerId, DetectorId, JournalId } from "#domain/ids.ts";
import type { Notice } from "#domain/notice.ts";
import type { Report } from "#domain/reading.ts";
import type { Bilingual, Result } from "#domain/result.ts";
import type { Lane } from "#domain/lane.ts";

/** Something to be kept and sent, in the lane of `noticeFacts`. */
export interface NewRecord {
  readonly lane: Lane;
  readonly notice: Notice;
}

/** A record on disk: numbered without gaps, chained by hash. */
export interface JournalRecord extends NewRecord {
  readonly journalId: JournalId;
  /** 1, 2, 3 … over all lanes of this journal. */
  readonly seq: number;
  /** Hash of the record before, and of this one over its content and `prev` (SHA-256, hex). */
  readonly prev: string;
  readonly hash: string;
}

/** A detector's judgement state as JSON, kept so that a restart forgets nothing. */
export interface SavedState {
  readonly detector: DetectorId;
  readonly json: string;
}

/** What the center has committed, from its receipt. */
export interface Settlement {
  readonly upTo: number;
  /** Inclusive pairs below `upTo` that it does not have. */
  readonly holes: readonly (readonly [number, number])[];
  /** Numbers with the hash the center has of them, one for the end of every stretch it confirms. */
  readonly ends?: readonly (readonly [seq: number, hash: string])[];
}

/** What became of the center's word. */
export interface Settling {
  /** How many records the center had and has lost: they are pending again. */
  readonly reopened: number;
  /** The first number of which the center has another record; then nothing was settled. */
  readonly contradicted?: number;
}

export interface JournalCounts {
  readonly lastSeq: number;
  readonly pending: number;
  /** The id this journal had before it was renewed, and the numbers it took over from it. */
  readonly renewedFrom?: {
    readonly journal: JournalId;
    readonly from: number;
    readonly to: number;
  };
}

/** The append-only record of alarms. Nothing pending is ever deleted. */
export interface Journal {
  readonly id: JournalId;
  /**
   * Resolves once records and states are on disk together (fsync). An event id seen before is kept
   * once and answered with its first record. Rejects when the disk fails; nothing is then kept.
   */
  readonly append: (
    records: readonly NewRecord[],
    states: readonly SavedState[],
  ) => Promise<readonly JournalRecord[]>;
  readonly states: () => Promise<readonly SavedState[]>;
  /** Records the center has not confirmed: lane by lane, oldest first, above `afterSeq`, at most `limit`. */
  readonly pending: (
    lane: Lane,
    afterSeq: number,
    limit: number,
  ) => Promise<readonly JournalRecord[]>;
  /**
   * Marks records as committed by the center, and what it no longer has, because its database was
   * lost or restored from an older copy, as pending again (`reopened`: how many). Where an end has
   * another hash than the record here, the word is about other records and settles nothing. Repeats
   * and unknown numbers are harmless.
   */
  readonly settle: (settlement: Settlement) => Promise<Settling>;
  readonly counts: () => Promise<JournalCounts>;
  readonly close: () => Promise<void>;
}

/** One sounder, however it is wired. */
export interface Buzzer {
  readonly id: BuzzerId;
  /** Resolves once the device has confirmed the state (read-back), or says why it is not confirmed. */
  readonly set: (command: BuzzerCommand) => Promise<Result<void, Bilingual>>;
  /** What it does now, asked of the device; `undefined`: not to be told at this moment. */
  readonly readBack?: () => Promise<Result<BuzzerCommand["state"] | undefined, Bilingual>>;
  /** Hears what the device says of itself unasked, from now on. */
  readonly onReport?: (hear: (state: BuzzerCommand["state"]) => void) => void;
  readonly close: () => Promise<void>;
}

/**
 * Where sources put what they read. Judging and buzzing happen inside the call; the promise, when
 * there is one, resolves once everything that changed an alarm is on disk, and rejects when it is
 * not: a source that can withhold its acknowledgement then does.
 */
export type Take = (reports: readonly Report[]) => Promise<void> | undefined;

/** A fault of the gateway itself or its wiring, for the duty seat; `key` names the thing, for repeats. */
export interface GatewayFault {
  readonly key: string;
  readonly present: boolean;
  readonly text: Bilingual;
}
export type ReportFault = (fault: GatewayFault) => void;

/** A running source of readings or any other part with a life of its own. */
export interface Running {
  readonly close: () => Promise<void>;
}
