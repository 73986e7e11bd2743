/** What is on its way to the center and not confirmed yet. Pure bookkeeping; time is a parameter. */
import { after, type MonoMs } from "#domain/quantity.ts";
import { noticeId } from "#domain/notice.ts";
import { lanes, type Lane } from "#domain/lane.ts";
import type { JournalRecord, Settlement } from "#gateway/ports.ts";
import { isConfirmed } from "#gateway/journal/settlement.ts";
import { refusedRetry, resendDelay } from "./resend.ts";

/**
 * How many records of a lane may be on their way. The lower lanes are kept short, so that on a slow
 * line an alarm never queues behind more than a few of them.
 */
export const windowByLane = {
  alarm: 256,
  action: 64,
  state: 32,
  telemetry: 32,
} as const satisfies Record<Lane, number>;

/** So many alarms just raised may be on their way besides, however long the backlog is. */
export const roomForFresh = 64;

interface Sent {
  readonly record: JournalRecord;
  /** Counts every sending, so that one can say which of two was sent first. */
  readonly order: number;
  readonly attempts: number;
  readonly sentAt: MonoMs;
  readonly dueAt: MonoMs;
}

interface Refused {
  readonly seq: number;
  readonly lane: Lane;
  readonly retryAt: MonoMs;
}

export type Flight = ReturnType<typeof createFlight>;

export const createFlight = () => {
  const sentBySeq = new Map<number, Sent>();
  const refusedById = new Map<string, Refused>();
  const cursor: Record<Lane, number> = { alarm: 0, action: 0, state: 0, telemetry: 0 };
  let order = 0;

  const laneOf = (lane: Lane): readonly Sent[] =>
    [...sentBySeq.values()].filter(({ record }) => record.lane === lane);

  return {
    /** Where to go on reading a lane, and for how many records there is room. */
    next: (lane: Lane): { readonly afterSeq: number; readonly room: number } => ({
      afterSeq: cursor[lane],
      room: windowByLane[lane] - laneOf(lane).length,
    }),
    isSent: (seq: number): boolean => sentBySeq.has(seq),
    /** Passes over a record that was read; false when it is under way or refused already. */
    take: (record: JournalRecord): boolean => {
      cursor[record.lane] = Math.max(cursor[record.lane], record.seq);
      return !sentBySeq.has(record.seq) && !refusedById.has(noticeId(record.notice));
    },
    send: (record: JournalRecord, now: MonoMs): void => {
      const attempts = (sentBySeq.get(record.seq)?.attempts ?? 0) + 1;
      order += 1;
      const dueAt = after(now, resendDelay(attempts));
      sentBySeq.set(record.seq, { record, order, attempts, sentAt: now, dueAt });
    },
    due: (now: MonoMs): readonly JournalRecord[] =>
      [...sentBySeq.values()].filter(({ dueAt }) => dueAt <= now).map(({ record }) => record),
    /** Removes what the center has; tells which others of their lane it must have missed. */
    confirm: (settlement: Settlement): readonly JournalRecord[] => {
      const missed: JournalRecord[] = [];
      for (const lane of lanes) {
        const open = laneOf(lane);
        const confirmed = open.filter(({ record }) => isConfirmed(record.seq, settlement));
        const newest = Math.max(0, ...confirmed.map(({ order }) => order));
        for (const { record } of confirmed) sentBySeq.delete(record.seq);
        // One lane travels in order: what was sent before a confirmed one and is not there is lost.
        const left = open.filter(({ record }) => sentBySeq.has(record.seq));
        missed.push(...left.filter(({ order }) => order < newest).map(({ record }) => record));
      }
      for (const [id, { seq }] of refusedById) {
        if (isConfirmed(seq, settlement)) refusedById.delete(id);
      }
      return missed;
    },
    /** Takes a record the center will not have out of the window, so that it holds up no other. */
    refuse: (eventId: string, now: MonoMs): void => {
      for (const { record } of sentBySeq.values()) {
        if (noticeId(record.notice) !== eventId) continue;
        sentBySeq.delete(record.seq);
        const { seq, lane } = record;
        refusedById.set(eventId, { seq, lane, retryAt: after(now, refusedRetry) });
        return;
      }
    },
    refused: (): number => refusedById.size,
    /** Lets refused records be read again when their time has come. */
    retryRefused: (now: MonoMs): void => {
      const ripe = [...refusedById].filter(([, { retryAt }]) => retryAt <= now);
      for (const [id, { seq, lane }] of ripe) {
        refusedById.delete(id);
        cursor[lane] = Math.min(cursor[lane], seq - 1);
      }
    },
    /** The center answers again: what waits longer than a first answer takes is due now. */
    forgetBackOff: (): void => {
      for (const [seq, sent] of sentBySeq) {
        sentBySeq.set(seq, { ...sent, attempts: 1, dueAt: after(sent.sentAt, resendDelay(1)) });
      }
    },
    /** A new connection: everything unconfirmed is read and sent again. */
    restart: (): void => {
      sentBySeq.clear();
      refusedById.clear();
      for (const lane of lanes) cursor[lane] = 0;
    },
  };
};
