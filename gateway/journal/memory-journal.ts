import { randomUUID } from "node:crypto";
import { journalId, type JournalId } from "#domain/ids.ts";
import { noticeId } from "#domain/notice.ts";
import type { JournalRecord, NewRecord, SavedState, Settlement, Settling } from "#gateway/ports.ts";
import { chainHash, genesis } from "./chain.ts";
import { JournalError } from "./journal-error.ts";
import type { RenewableJournal } from "./renewable-journal.ts";
import { firstContradicted, isConfirmed } from "./settlement.ts";

export interface MemoryJournalOptions {
  readonly id?: JournalId;
  /**
   * Stands for the disk: awaited before every commit. A rejection is a failed disk, a promise that
   * stays open a stalled one.
   */
  readonly beforeCommit?: () => Promise<void>;
  /** The same for reading what is pending; the answer is what was there when it was asked. */
  readonly beforeRead?: () => Promise<void>;
}

/** A {@link Journal} without a disk, for stories. Commits one after another, like the real one. */
export const createMemoryJournal = (options: MemoryJournalOptions = {}): RenewableJournal => {
  let id = options.id ?? journalId(randomUUID());
  let records: JournalRecord[] = [];
  const recordById = new Map<string, JournalRecord>();
  const stateByDetector = new Map<string, SavedState>();
  const settled = new Set<number>();
  let lastCommit: Promise<unknown> = Promise.resolve();
  let closed = false;

  const commit = <Value>(work: () => Value): Promise<Value> => {
    const done = lastCommit.then(async () => {
      if (closed) throw new JournalError("CLOSED", "the journal is closed");
      await options.beforeCommit?.();
      return work();
    });
    lastCommit = done.catch(() => undefined);
    return done;
  };

  // Copied, as a disk would: what the caller does to its notice later changes nothing here.
  const appendOne = ({ lane, notice }: NewRecord): JournalRecord => {
    const first = recordById.get(noticeId(notice));
    if (first !== undefined) return first;
    const prev = records.at(-1)?.hash ?? genesis;
    const seq = records.length + 1;
    const content = { journalId: id, seq, lane, notice: structuredClone(notice) };
    const record = { ...content, prev, hash: chainHash(content, prev) };
    records.push(record);
    recordById.set(noticeId(notice), record);
    return record;
  };

  const renew = (): void => {
    const notices = records;
    id = journalId(randomUUID());
    records = [];
    recordById.clear();
    settled.clear();
    for (const { lane, notice } of notices) appendOne({ lane, notice });
  };

  return {
    get id() {
      return id;
    },
    renew: () => commit(renew),
    prune: async () => 0, // ends with the process
    append: (added, states) =>
      commit(() => {
        const kept = added.map(appendOne);
        for (const state of states) stateByDetector.set(state.detector, state);
        return kept;
      }),
    states: async () => [...stateByDetector.values()],
    pending: async (lane, afterSeq, limit) => {
      const found = records
        .filter((record) => record.lane === lane && record.seq > afterSeq)
        .filter(({ seq }) => !settled.has(seq))
        .slice(0, limit);
      await options.beforeRead?.();
      return found;
    },
    settle: (settlement) => commit(() => mark(records, settled, settlement)),
    counts: async () => ({ lastSeq: records.length, pending: records.length - settled.size }),
    close: async () => {
      await lastCommit;
      closed = true;
    },
  };
};

/** Notes what the center has, and forgets of that what it has lost. */
const mark = (
  records: readonly JournalRecord[],
  settled: Set<number>,
  settlement: Settlement,
): Settling => {
  const { upTo, ends = [] } = settlement;
  const contradicted = firstContradicted(ends, (seq) => records[seq - 1]?.hash);
  if (contradicted !== undefined) return { reopened: 0, contradicted };
  for (const { seq } of records) if (isConfirmed(seq, settlement)) settled.add(seq);
  const lost = [...settled].filter((seq) => seq <= upTo && !isConfirmed(seq, settlement));
  for (const seq of lost) settled.delete(seq);
  return { reopened: lost.length };
};
