/** What is on its way to the center and not confirmed yet. Pure bookkeeping; time is a parameter. */
import { after, type MonoMs } from "#domain/quantity.ts";
import { noticeId } from "#domain/notice.ts";
import { lanes, type Lane } from "#domain/lane.ts";
import type { JournalRecord, Settlement } from "#gateway/ports.ts";
import { isConfirmed } from "#gateway/journal/settlement.ts";
import { createPace, type Pace } from "./pace.ts";
import { refusedRetry, resendDelay } from "./resend.ts";

/**
 * Which part of the window a lane may fill. The lower lanes are kept short, so that an alarm never
 * queues behind more than a few of them.
 */
const shareByLane = {
  alarm: 1,
  action: 1 / 4,
  state: 1 / 8,
  telemetry: 1 / 8,
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
  const pace = createPace();
  const sentByLane = forEachLane(() => new Map<number, Sent>());
  const refusedById = new Map<string, Refused>();
  const cursor = forEachLane(() => 0);
  let order = 0;

  const all = (): readonly Sent[] => lanes.flatMap((lane) => [...sentByLane[lane].values()]);
  const roomIn = (lane: Lane): number =>
    Math.floor(pace.records() * shareByLane[lane]) - sentByLane[lane].size;

  const confirmLane = createLaneConfirmation(sentByLane, roomIn, pace);
  return {
    /** Where to go on reading a lane, and for how many records there is room. */
    next: (lane: Lane): { readonly afterSeq: number; readonly room: number } => ({
      afterSeq: cursor[lane],
      room: roomIn(lane),
    }),
    isSent: ({ lane, seq }: JournalRecord): boolean => sentByLane[lane].has(seq),
    /** Passes over a record that was read; false when it is under way or refused already. */
    take: (record: JournalRecord): boolean => {
      cursor[record.lane] = Math.max(cursor[record.lane], record.seq);
      return !sentByLane[record.lane].has(record.seq) && !refusedById.has(noticeId(record.notice));
    },
    send: (record: JournalRecord, now: MonoMs): void => {
      const sent = sentByLane[record.lane];
      const attempts = (sent.get(record.seq)?.attempts ?? 0) + 1;
      order += 1;
      const dueAt = after(now, resendDelay(attempts));
      sent.set(record.seq, { record, order, attempts, sentAt: now, dueAt });
    },
    due: (now: MonoMs): readonly JournalRecord[] =>
      all()
        .filter(({ dueAt }) => dueAt <= now)
        .map(({ record }) => record),
    /** Removes what the center has; tells which others of their lane it must have missed. */
    confirm: (settlement: Settlement, now: MonoMs): readonly JournalRecord[] => {
      for (const [id, { seq }] of refusedById) {
        if (isConfirmed(seq, settlement)) refusedById.delete(id);
      }
      return lanes.flatMap((lane) => confirmLane(lane, settlement, now));
    },
    /** Takes a record the center will not have out of the window, so that it holds up no other. */
    refuse: (eventId: string, now: MonoMs): void => {
      for (const { record } of all()) {
        if (noticeId(record.notice) !== eventId) continue;
        sentByLane[record.lane].delete(record.seq);
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
      for (const sent of all()) {
        sentByLane[sent.record.lane].set(sent.record.seq, backOffForgotten(sent));
      }
    },
    /** A new connection: everything unconfirmed is read and sent again. */
    restart: (): void => {
      pace.restart();
      refusedById.clear();
      for (const lane of lanes) {
        sentByLane[lane].clear();
        cursor[lane] = 0;
      }
    },
  };
};

const forEachLane = <Value>(create: () => Value): Record<Lane, Value> => ({
  alarm: create(),
  action: create(),
  state: create(),
  telemetry: create(),
});

const backOffForgotten = (sent: Sent): Sent => ({
  ...sent,
  attempts: 1,
  dueAt: after(sent.sentAt, resendDelay(1)),
});

const createLaneConfirmation =
  (
    sentByLane: Readonly<Record<Lane, Map<number, Sent>>>,
    roomIn: (lane: Lane) => number,
    pace: Pace,
  ) =>
  (lane: Lane, settlement: Settlement, now: MonoMs): readonly JournalRecord[] => {
    const sent = sentByLane[lane];
    const confirmed = [...sent.values()].filter(({ record }) =>
      isConfirmed(record.seq, settlement),
    );
    pace.answered(sentOnceAt(confirmed), roomIn(lane) <= 0, now);
    const newest = confirmed.reduce((latest, { order }) => Math.max(latest, order), 0);
    for (const { record } of confirmed) sent.delete(record.seq);
    // One lane travels in order: what was sent before a confirmed one and is not there is lost.
    const missed = [...sent.values()].filter(({ order }) => order < newest);
    return missed.map(({ record }) => record);
  };

/** Of what was sent twice nobody knows which one was answered. */
const sentOnceAt = (confirmed: readonly Sent[]): readonly MonoMs[] =>
  confirmed
    .filter(({ attempts }) => attempts === 1)
    .map(({ sentAt }) => sentAt)
    .sort((a, b) => a - b);
