/**
 * Gateway to center: numbered records lane by lane, status as heartbeat, receipts back.
 *
 * A record is forgotten only by a receipt, which the center writes after its own commit. Everything
 * unconfirmed is sent again on each new connection and when its receipt is overdue; repeats are
 * harmless because the event id travels along. All time and all I/O come in as parameters.
 */
import type { GatewayId } from "#domain/ids.ts";
import type { Notice } from "#domain/notice.ts";
import type { EpochMs, MonoMs } from "#domain/quantity.ts";
import type { Clock, Instant } from "#domain/time.ts";
import type { RenewableJournal } from "#gateway/journal/renewable-journal.ts";
import type { JournalRecord, ReportFault } from "#gateway/ports.ts";
import type { CenterLink } from "./center-link.ts";
import { createCounts, type Counts } from "./counts.ts";
import { createDrain } from "./drain.ts";
import { createUplinkFaults } from "./faults.ts";
import { createFlight } from "./flight.ts";
import { createFreshAlarms, type FreshAlarms } from "./fresh-alarms.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { createSender } from "./sender.ts";
import { createReceiptTaker } from "./take-receipt.ts";
import type { StatusContent } from "./status-picker.ts";
import type { Timers } from "#platform/timers.ts";
import { createVolatile, type Volatile } from "./volatile.ts";

export interface UplinkDeps {
  readonly journal: RenewableJournal;
  readonly link: CenterLink;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly gateway: GatewayId;
  /** The present picture of all detectors; the uplink picks what is news. */
  readonly status: () => StatusContent;
  readonly reportFault: ReportFault;
}

export interface UplinkState {
  /**
   * `up` only while the center answers: `lost` after three unanswered status messages (15 s),
   * whatever TCP says, and before the first answer.
   */
  readonly link: "up" | "lost";
  readonly lastReceiptAt?: EpochMs;
  /** Records and notices the center has not confirmed. */
  readonly unconfirmed: number;
  /** The wire to the center stands; it may be mute all the same. */
  readonly connected: boolean;
  /** When the oldest alarm of this life happened that the center has not confirmed. */
  readonly alarmWaitsSinceMs: MonoMs | undefined;
}

export interface Uplink {
  /**
   * New records are on disk. Alarms among those given leave at once, without being read back: the
   * disk that has just written them may stall before it reads.
   */
  readonly wake: (kept?: readonly JournalRecord[]) => void;
  /**
   * The disk failed: sends the notice at once as `durable: false`, and again until its id is in a
   * receipt or it comes from the journal after all.
   */
  readonly sendVolatile: (notice: Notice) => void;
  readonly state: () => UplinkState;
  /** Stops sending; the link and the journal stay open, they belong to the caller. */
  readonly close: () => Promise<void>;
}

const tickMs = 1_000;

export const createUplink = (deps: UplinkDeps): Uplink => {
  const { journal, link, clock } = deps;
  const flight = createFlight();
  const fresh = createFreshAlarms(flight);
  const held = createVolatile();
  const faults = createUplinkFaults(deps.reportFault);
  const counts = createCounts(journal);
  const parts = { ...deps, flight, fresh, held, faults, counts };
  const send = createSender(parts);
  const heartbeat = createHeartbeat({ ...deps, counts, publish: send.publish });
  let connected = false;
  let journalId = journal.id;

  const drain = createDrain({
    journal,
    flight,
    faults,
    connected: () => connected,
    transmit: send.record,
    onDone: () => heartbeat.tick(clock.now()),
  });

  const takeReceipt = createReceiptTaker({
    ...parts,
    onHeard: (now, ids) => {
      // Back after a silence: what was sent into it is due again without its back-off.
      if (heartbeat.heard(now, ids) === "first") flight.forgetBackOff();
    },
    resend: send.record,
    onReopened: drain.restart,
    onConfirmed: () => {
      fresh.waiting(journal.id).forEach(send.record);
      drain.run();
    },
  });

  /** The picture of all detectors comes after the alarms: on a slow line it takes seconds. */
  const tellAll = (): void => {
    heartbeat.askForAll();
    drain.restart();
  };

  const tick = (): void => {
    if (!connected) return;
    const now = clock.now();
    heartbeat.tick(now);
    // A journal salvaged or renewed while running is another one, with everything unconfirmed.
    if (journal.id !== journalId) tellAll();
    journalId = journal.id;
    send.due(now.monoMs);
    drain.run(); // also without a cause: whatever interrupted it, within a second it goes on
  };
  const stopTicking = deps.timers.every(tickMs, tick);

  const stopListening = listen(link, takeReceipt, (up) => {
    connected = up;
    if (!up) return;
    held.all().forEach(send.volatile);
    tellAll();
    fresh.all(journal.id).forEach(send.record);
  });

  return {
    wake: (kept = []) => {
      for (const alarm of fresh.add(kept)) if (connected) send.record(alarm);
      heartbeat.hurry();
      void counts.refresh();
      drain.run();
    },
    sendVolatile: send.volatile,
    state: () => stateOf({ heartbeat, counts, held, fresh }, clock.now(), connected),
    close: async () => {
      stopListening();
      connected = false;
      stopTicking();
      await drain.idle();
    },
  };
};

/** Follows the link until the returned function is called. */
const listen = (
  link: CenterLink,
  onMessage: (topic: string, payload: string) => void,
  onState: (up: boolean) => void,
): (() => void) => {
  let listening = true;
  let was = false;
  link.onMessage((topic, payload) => {
    if (listening) onMessage(topic, payload);
  });
  link.onState((up) => {
    if (!listening || up === was) return;
    was = up;
    onState(up);
  });
  return () => {
    listening = false;
  };
};

const stateOf = (
  parts: {
    readonly heartbeat: ReturnType<typeof createHeartbeat>;
    readonly counts: Counts;
    readonly held: Volatile;
    readonly fresh: FreshAlarms;
  },
  now: Instant,
  connected: boolean,
): UplinkState => ({
  ...parts.heartbeat.state(now),
  unconfirmed: parts.counts.pending() + parts.held.count(),
  connected,
  alarmWaitsSinceMs: parts.fresh.oldestAtMs(),
});
