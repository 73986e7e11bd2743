/** The gateway's journal: one SQLite file, written by a thread of its own. */
import type { JournalId } from "#domain/ids.ts";
import { noticeId, type Notice } from "#domain/notice.ts";
import type { Bilingual } from "#domain/result.ts";
import type { JournalRecord, NewRecord } from "#gateway/ports.ts";
import { canonicalJson } from "./chain.ts";
import type { NewRow, Row } from "./journal-file.ts";
import type { Kept } from "./messages.ts";
import type { RenewableJournal } from "./renewable-journal.ts";
import {
  createWriterThread,
  type JournalDeps,
  type Success,
  type WriterThread,
} from "./writer-thread.ts";

export interface OpenedJournal {
  readonly journal: RenewableJournal;
  /** What a salvage at start saved and lost; reported as the fault `journal-salvaged` as well. */
  readonly salvage?: Bilingual;
}

/**
 * Opens or creates the journal at `path`, with its folder.
 *
 * It always opens: while the disk cannot be used every call rejects with a `JournalError` and the
 * fault `journal` is reported; the next call tries again. A damaged file is salvaged into a new one
 * with a new id, also while running. A rejected `append` means "not known to be on disk": after a
 * failed fsync the record may be found there later and is then sent like any other; its event id
 * makes that harmless.
 */
export const openJournal = async (path: string, deps: JournalDeps): Promise<OpenedJournal> => {
  const thread = createWriterThread(path, deps);
  // A failure is reported by the thread and tried again.
  await thread.ask({ kind: "counts" }).catch(() => undefined);
  const salvage = thread.salvage();
  return { journal: createJournal(thread), ...(salvage === undefined ? {} : { salvage }) };
};

/** A journal that asks whoever writes the file: the thread, or a simulated disk. */
export const createJournal = (
  thread: Pick<WriterThread, "ask" | "journalId" | "close">,
): RenewableJournal => ({
  get id() {
    return thread.journalId();
  },
  append: async (records, states) => {
    const answer = await thread.ask({ kind: "append", records: records.map(toNewRow), states });
    return answer.kind === "kept"
      ? answer.kept.map((kept, at) => toKeptRecord(kept, records[at], thread.journalId()))
      : unexpected(answer);
  },
  states: async () => {
    const answer = await thread.ask({ kind: "states" });
    return answer.kind === "states" ? answer.states : unexpected(answer);
  },
  pending: async (lane, afterSeq, limit) =>
    rows(thread, await thread.ask({ kind: "pending", lane, afterSeq, limit })),
  settle: async (settlement) => {
    const answer = await thread.ask({ kind: "settle", ...settlement });
    if (answer.kind !== "settled") return unexpected(answer);
    const { kind: _, ...settling } = answer;
    return settling;
  },
  renew: async () => {
    await thread.ask({ kind: "renew" });
  },
  prune: async (beforeWallMs) => {
    const answer = await thread.ask({ kind: "prune", beforeWallMs });
    return answer.kind === "pruned" ? answer.records : unexpected(answer);
  },
  counts: async () => {
    const answer = await thread.ask({ kind: "counts" });
    if (answer.kind !== "counts") return unexpected(answer);
    const { kind: _, ...counts } = answer;
    return counts;
  },
  close: thread.close,
});

const toNewRow = ({ lane, notice }: NewRecord): NewRow => ({
  lane,
  eventId: noticeId(notice),
  notice: canonicalJson(notice),
});

const toKeptRecord = (
  { seq, prev, hash, first }: Kept,
  asked: NewRecord | undefined,
  id: JournalId,
): JournalRecord => {
  const numbered = { journalId: id, seq, prev, hash };
  if (first !== undefined) {
    return { ...numbered, lane: first.lane, notice: readNotice(first.notice) };
  }
  if (asked === undefined) throw new Error("the journal's writer kept what nobody gave it");
  return { ...numbered, lane: asked.lane, notice: asked.notice };
};

const rows = (
  thread: Pick<WriterThread, "journalId">,
  answer: Success,
): readonly JournalRecord[] =>
  answer.kind === "rows"
    ? answer.rows.map((row) => toRecord(row, thread.journalId()))
    : unexpected(answer);

const toRecord = ({ seq, lane, notice, prev, hash }: Row, id: JournalId): JournalRecord => ({
  journalId: id,
  seq,
  lane,
  notice: readNotice(notice),
  prev,
  hash,
});

/** Our own writing: it was a notice when it was appended, and its hash and form are checked at start. */
const readNotice = (json: string): Notice => {
  const notice: Notice = JSON.parse(json);
  return notice;
};

const unexpected = (answer: { readonly kind: string }): never => {
  throw new Error(`the journal's writer answered with "${answer.kind}"`);
};
