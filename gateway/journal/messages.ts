/** What the journal and its writer thread say to each other; always arrays of these. */
import type { JournalId } from "#domain/ids.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Lane } from "#domain/lane.ts";
import type { JournalCounts, SavedState, Settlement, Settling } from "#gateway/ports.ts";
import type { NewRow, Row } from "./journal-file.ts";

export type Question =
  | {
      readonly kind: "append";
      readonly records: readonly NewRow[];
      readonly states: readonly SavedState[];
    }
  | ({ readonly kind: "settle" } & Settlement)
  | { readonly kind: "renew" }
  | { readonly kind: "prune"; readonly beforeWallMs: number }
  | { readonly kind: "states" }
  | {
      readonly kind: "pending";
      readonly lane: Lane;
      readonly afterSeq: number;
      readonly limit: number;
    }
  | { readonly kind: "counts" }
  | { readonly kind: "close" };

/** Asked in a thread at a wall-clock time, which only names files and dates rows. */
export interface Request {
  readonly number: number;
  readonly wallMs: number;
  readonly question: Question;
}

/** What became of a record to be appended; an event known before is answered with its first record. */
export type Kept = Pick<Row, "seq" | "prev" | "hash"> & { readonly first?: NewRow };

export type Answer =
  | { readonly kind: "kept"; readonly kept: readonly Kept[] }
  | { readonly kind: "rows"; readonly rows: readonly Row[] }
  | { readonly kind: "states"; readonly states: readonly SavedState[] }
  | ({ readonly kind: "counts" } & JournalCounts)
  | { readonly kind: "pruned"; readonly records: number }
  | ({ readonly kind: "settled" } & Settling)
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

export interface Reply {
  readonly number: number;
  readonly answer: Answer;
}

/** Everything one commit settled, and which life of the file it was. */
export interface Round {
  readonly journalId: JournalId | undefined;
  readonly replies: readonly Reply[];
  /** What a salvage saved and lost, in the round that opened the file. */
  readonly salvage?: Bilingual;
  /** The first record that is not what it was, once the check has come to it. */
  readonly chainBreak?: Bilingual;
}
