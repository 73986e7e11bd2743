import type { GatewayId } from "#domain/ids.ts";
import { elapsed, epochMs, type EpochMs, type MonoMs } from "#domain/quantity.ts";
import type { Clock, Instant } from "#domain/time.ts";
import type { Lane } from "#domain/lane.ts";
import type { StatusMessage } from "#domain/wire.ts";
import type { Journal } from "#gateway/ports.ts";
import { createEarlierBoots } from "./earlier-boots.ts";
import type { Counts } from "./counts.ts";
import { statusMessage } from "./messages.ts";
import { createStatusPicker, type StatusContent } from "./status-picker.ts";

/** Each is answered by a receipt. Canary's own choice; DESIGN asks for a loss seen within 30 s. */
const statusEveryMs = 5_000;
/** An alarm's present level follows the alarm at once, but not once per alarm of a storm. */
const hurriedEveryMs = 250;
const lostAfterMs = 3 * statusEveryMs;
/** A status not answered by now, while others are, is taken for lost. */
const statusLostAfterMs = lostAfterMs;

export interface HeartbeatDeps {
  readonly gateway: GatewayId;
  readonly counts: Counts;
  readonly status: () => StatusContent;
  readonly journal: Pick<Journal, "states" | "append">;
  readonly clock: Clock;
  readonly publish: (lane: Lane, message: StatusMessage) => void;
}

/** Sends status messages and judges by the receipts whether the center is there. */
export const createHeartbeat = (deps: HeartbeatDeps) => {
  const picker = createStatusPicker();
  const earlierBoots = createEarlierBoots(deps.journal, deps.clock.now().bootId);
  let lastReceipt: Instant | undefined;
  let lastStatus: Instant | undefined;
  let answered = true;
  let hurried = false;
  let bootsTold = false;
  const open = createOpenStatuses();
  let number = 0;

  const isUp = (now: Instant): boolean =>
    lastReceipt !== undefined && elapsed(lastReceipt.monoMs, now.monoMs) <= lostAfterMs;

  const send = (now: Instant): void => {
    // Without an answer to the last one the center may not know what it said.
    if (!answered || open.hasLostOne(now.monoMs)) picker.forget();
    const journal = deps.counts.last();
    const boots = bootsTold ? undefined : earlierBoots();
    const renewed = bootsTold ? undefined : deps.counts.renewedFrom();
    for (const content of picker.pick(deps.status(), now.monoMs)) {
      number += 1;
      const report = {
        ...content,
        sentAtMs: now.wallMs,
        lastSeq: journal?.lastSeq ?? 0,
        pending: deps.counts.pending(),
        ...(boots !== undefined && { boots: [...boots] }),
        ...(renewed !== undefined && { renewed }),
      };
      const message = statusMessage(deps.gateway, number, report, journal?.id, now);
      open.add(message.id, { sentAt: now.monoMs, boots: boots !== undefined });
      deps.publish("state", message);
    }
    lastStatus = now;
    answered = false;
    hurried = false;
    void deps.counts.refresh();
  };

  return {
    /** The next status message is due at once and tells everything. */
    askForAll: (): void => {
      open.clear();
      bootsTold = false;
      picker.forget();
      lastStatus = undefined;
    },
    /** An alarm changed: the picture beside it shall not be five seconds old. */
    hurry: (): void => {
      hurried = true;
    },
    tick: (now: Instant): void => {
      const everyMs = hurried && answered ? hurriedEveryMs : statusEveryMs;
      const due = lastStatus === undefined || elapsed(lastStatus.monoMs, now.monoMs) >= everyMs;
      if (due) send(now);
    },
    /**
     * A receipt came; `first`: after a silence. Only one that names a status message answers what
     * that message said: the boots, the whole picture.
     */
    heard: (now: Instant, ids: readonly string[]): "first" | "again" => {
      const wasUp = isUp(now);
      for (const id of ids) bootsTold = open.answered(id)?.boots === true || bootsTold;
      lastReceipt = now;
      answered = true;
      return wasUp ? "again" : "first";
    },
    state: (now: Instant): { readonly link: "up" | "lost"; readonly lastReceiptAt?: EpochMs } => ({
      link: isUp(now) ? "up" : "lost",
      ...(lastReceipt === undefined ? {} : { lastReceiptAt: epochMs(lastReceipt.wallMs) }),
    }),
  };
};

interface OpenStatus {
  readonly sentAt: MonoMs;
  readonly boots: boolean;
}

/** Status messages that no receipt has named yet. */
const createOpenStatuses = () => {
  const open = new Map<string, OpenStatus>();
  return {
    add: (id: string, status: OpenStatus): void => void open.set(id, status),
    answered: (id: string): OpenStatus | undefined => {
      const status = open.get(id);
      open.delete(id);
      return status;
    },
    /** The center answers, but not for one of these: what it said must be told again. */
    hasLostOne: (now: MonoMs): boolean => {
      const lost = [...open].filter(([, { sentAt }]) => elapsed(sentAt, now) >= statusLostAfterMs);
      for (const [id] of lost) open.delete(id);
      return lost.length > 0;
    },
    clear: (): void => open.clear(),
  };
};
