import { lanes } from "#domain/lane.ts";
import type { Journal, JournalRecord } from "#gateway/ports.ts";
import { unreadText, type UplinkFaults } from "./faults.ts";
import type { Flight } from "./flight.ts";

/** Read and sent in one go; then the alarm lane is asked again, so it never waits for more. */
const recordsPerRead = 64;

export interface DrainDeps {
  readonly journal: Pick<Journal, "pending">;
  readonly flight: Flight;
  readonly connected: () => boolean;
  readonly transmit: (record: JournalRecord) => void;
  readonly faults: UplinkFaults;
  /** Nothing more to send for now. */
  readonly onDone: () => void;
}

export interface Drain {
  /** Sends what is pending and fits the windows, most urgent lane first; safe to call at any time. */
  readonly run: () => void;
  /** Everything unconfirmed goes out again, from the start of every lane: a new connection. */
  readonly restart: () => void;
  /** Resolves once nothing is being read or sent. */
  readonly idle: () => Promise<void>;
}

export const createDrain = (deps: DrainDeps): Drain => {
  const { journal, flight } = deps;
  let running = false;
  let done = Promise.resolve();
  let again = false;
  let connection = 0;

  /** Sends one batch of the most urgent lane that has one; false when there is nothing to send. */
  const sendBatch = async (): Promise<boolean> => {
    for (const lane of lanes) {
      const { afterSeq, room } = flight.next(lane);
      if (room <= 0) continue;
      const before = connection;
      const records = await journal.pending(lane, afterSeq, Math.min(room, recordsPerRead));
      if (before !== connection) return true; // read for the connection before
      for (const record of records) if (flight.take(record)) deps.transmit(record);
      if (records.length > 0) return true;
    }
    return false;
  };

  const drain = async (): Promise<void> => {
    try {
      while (again) {
        again = false;
        while (deps.connected() && (await sendBatch()));
      }
      deps.faults.clear("uplink-read");
    } catch (error) {
      // The next run goes on behind the record that could not be read or sent.
      deps.faults.show("uplink-read", unreadText(error));
    } finally {
      running = false;
    }
    if (deps.connected()) deps.onDone();
  };

  const run = (): void => {
    again = true;
    if (running) return;
    running = true;
    done = drain();
  };

  return {
    run,
    restart: () => {
      connection += 1;
      flight.restart();
      run();
    },
    idle: () => done,
  };
};
