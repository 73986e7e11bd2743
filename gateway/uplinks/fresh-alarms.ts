import { noticeFacts } from "#domain/notice.ts";
import type { MonoMs } from "#domain/quantity.ts";
import type { JournalRecord, Settlement } from "#gateway/ports.ts";
import { isConfirmed } from "#gateway/journal/settlement.ts";
import { roomForFresh, type Flight } from "./flight.ts";

const keptMax = 256;

export type FreshAlarms = ReturnType<typeof createFreshAlarms>;

/**
 * Alarms written in this life and not confirmed yet, the newest of them: they
 * leave without being read back, because the disk that has written them may hang before it reads.
 */
export const createFreshAlarms = (flight: Flight) => {
  let fresh: readonly JournalRecord[] = [];
  const withRoom = (records: readonly JournalRecord[]): readonly JournalRecord[] =>
    records.slice(0, Math.max(0, flight.next("alarm").room + roomForFresh));
  /** A renewed journal has these under other numbers or hashes: they are sent as they are read. */
  const of = (journalId: JournalRecord["journalId"]): readonly JournalRecord[] =>
    fresh.filter((record) => record.journalId === journalId);
  return {
    /** Those among `kept` that may be sent now, when the line is up. */
    add: (kept: readonly JournalRecord[]): readonly JournalRecord[] => {
      const alarms = kept.filter(({ lane }) => lane === "alarm");
      fresh = [...fresh, ...alarms].slice(-keptMax);
      return withRoom(alarms);
    },
    /** Those no room was left for, as far as there is some now. They do not wait behind a backlog. */
    waiting: (journalId: JournalRecord["journalId"]): readonly JournalRecord[] =>
      withRoom(of(journalId).filter((record) => !flight.isSent(record))),
    confirm: (settlement: Settlement): void => {
      fresh = fresh.filter(({ seq }) => !isConfirmed(seq, settlement));
    },
    /** When the oldest of them happened: all are of this boot. */
    oldestAtMs: (): MonoMs | undefined => {
      const [oldest] = fresh;
      return oldest && noticeFacts(oldest.notice).at.monoMs;
    },
    /** On a new connection, of the journal as it is called now. */
    all: (journalId: JournalRecord["journalId"]): readonly JournalRecord[] =>
      withRoom(of(journalId)),
  };
};
