import type { GatewayId } from "#domain/ids.ts";
import { elapsed, type MonoMs } from "#domain/quantity.ts";
import { isTelemetryReceipt } from "#domain/telemetry.ts";
import type { Clock, Instant } from "#domain/time.ts";
import { downTopic, explainWireError, parseReceipt, type Receipt } from "#domain/wire.ts";
import type { RenewableJournal } from "#gateway/journal/renewable-journal.ts";
import type { JournalRecord } from "#gateway/ports.ts";
import { createClockWatch } from "./watch-clock.ts";
import type { Counts } from "./counts.ts";
import {
  foreignText,
  givenTwiceText,
  lostText,
  refusedText,
  tailLostText,
  unreadableText,
  type UplinkFaults,
} from "./faults.ts";
import type { Flight } from "./flight.ts";
import type { FreshAlarms } from "./fresh-alarms.ts";
import { createSettler } from "./settler.ts";
import type { Volatile } from "./volatile.ts";

export interface ReceiptDeps {
  readonly journal: RenewableJournal;
  readonly clock: Clock;
  readonly gateway: GatewayId;
  readonly flight: Flight;
  readonly fresh: FreshAlarms;
  readonly held: Volatile;
  readonly faults: UplinkFaults;
  readonly counts: Counts;
  readonly onHeard: (now: Instant, ids: Receipt["data"]["ids"]) => void;
  readonly resend: (record: JournalRecord) => void;
  /** The center has lost what it once confirmed: there is more to read in every lane. */
  readonly onReopened: () => void;
  /** There is room for more. */
  readonly onConfirmed: () => void;
}

const renewalPauseMs = 600_000;

/** Takes messages from the center and acts on the receipts among them. */
export const createReceiptTaker = (deps: ReceiptDeps) => {
  const { journal, flight, held, faults, counts } = deps;
  const compareClocks = createClockWatch(faults);
  const { renew, isFormer } = createRenewal(deps);
  const settle = createSettler(journal, ({ holes }, { reopened, contradicted }) => {
    if (contradicted !== undefined) {
      // Numbers were given twice: whatever this center says of them is about records lost here.
      faults.show("journal-tail-lost", givenTwiceText(contradicted));
      void renew();
      return;
    }
    void counts.refresh();
    if (holes.length === 0) faults.clear("center-lost-records");
    if (reopened === 0) return;
    faults.show("center-lost-records", lostText(reopened));
    deps.onReopened();
  });
  const receiptTopic = downTopic(deps.gateway, "receipt");

  const takeRefusals = (refused: Receipt["data"]["refused"], now: Instant): void => {
    for (const { id } of refused) {
      flight.refuse(id, now.monoMs);
      held.refuse(id, now.monoMs);
    }
    const [last] = refused.slice(-1);
    if (last !== undefined) faults.show("center-refuses", refusedText(last));
    else if (flight.refused() === 0) faults.clear("center-refuses");
  };

  const confirm = async ({ upTo, holes, ends }: Receipt["data"]): Promise<void> => {
    const before = counts.last();
    if (before?.id !== journal.id || upTo > before.lastSeq) await counts.refresh();
    const known = counts.last();
    if (known?.id !== journal.id) return; // the journal cannot be read; the next receipt says it again
    if (upTo > known.lastSeq) {
      // Taken at its word it would confirm numbers that are yet to be given to other records.
      faults.show("journal-tail-lost", tailLostText(upTo, known.lastSeq));
      await renew();
      return;
    }
    flight.confirm({ upTo, holes }, deps.clock.now().monoMs).forEach(deps.resend);
    deps.fresh.confirm({ upTo, holes });
    settle({ upTo, holes, ...(ends !== undefined && { ends }) });
    deps.onConfirmed();
  };

  return (topic: string, payload: string): void => {
    if (topic !== receiptTopic) return;
    const parsed = parseReceipt(payload);
    if (!parsed.ok) {
      faults.show("receipt-unreadable", unreadableText(explainWireError(parsed.error)));
      return;
    }
    faults.clear("receipt-unreadable");
    const { data } = parsed.value;
    if (isTelemetryReceipt(data)) return; // the telemetry lane's own, see there
    if (data.journalid !== undefined && data.journalid !== journal.id) {
      if (isFormer(data.journalid)) return;
      faults.show("receipt-foreign", foreignText(data.journalid, journal.id));
      return;
    }
    faults.clear("receipt-foreign");
    const now = deps.clock.now();
    deps.onHeard(now, data.ids);
    compareClocks(Date.parse(parsed.value.time) - now.wallMs);
    for (const id of data.ids) held.forget(id);
    takeRefusals(data.refused, now);
    if (data.journalid !== undefined) void confirm(data);
  };
};

/** Begins another life of the journal after it has lost its end. */
const createRenewal = ({ journal, clock, counts }: ReceiptDeps) => {
  let lastRenewal: MonoMs | undefined;
  /** Ids this journal had: what is still said of them is nobody's mistake. */
  const former = new Set<string>();
  return {
    isFormer: (id: string): boolean => former.has(id),
    /** Not again at once: a center that keeps claiming too much is wrong itself. */
    renew: async (): Promise<void> => {
      const now = clock.now().monoMs;
      if (lastRenewal !== undefined && elapsed(lastRenewal, now) < renewalPauseMs) return;
      lastRenewal = now;
      former.add(journal.id);
      await journal.renew().catch(() => {
        // The journal reports its own trouble, and a later receipt leads here again.
        lastRenewal = undefined;
      });
      await counts.refresh();
    },
  };
};
