/**
 * The last lane: stored readings, whenever nothing more urgent wants to travel.
 *
 * At most two messages are under way, and they are kept so small that their receipts come within
 * half a second; so an alarm never queues behind more than that, on a fast line and on a slow one.
 * Blocks are forgotten only by the center's receipt; what has none is sent again, and the center
 * takes each number once.
 */
import type { GatewayId } from "#domain/ids.ts";
import { after, elapsed, higher, monoMs, seconds } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";
import { isTelemetryReceipt, telemetryIdPrefix } from "#domain/telemetry.ts";
import type { Clock } from "#domain/time.ts";
import { downTopic, parseReceipt, type Receipt } from "#domain/wire.ts";
import type { ReportFault } from "#gateway/ports.ts";
import type { StoreState, TelemetryStore } from "#gateway/telemetry/store.ts";
import type { Timers } from "#platform/timers.ts";
import type { CenterLink } from "./center-link.ts";
import { createTelemetrySender, refusedPause, type UnderWay } from "./telemetry-sender.ts";
import { telemetryRefusedText, telemetryTakenText } from "./telemetry-words.ts";

export interface TelemetryLaneDeps {
  readonly link: CenterLink;
  readonly store: Pick<TelemetryStore, "pending" | "settle">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly gateway: GatewayId;
  readonly reportFault: ReportFault;
  /** The center answers. */
  readonly isUp: () => boolean;
  /** Alarms, actions and states the center has not confirmed. */
  readonly urgent: () => number;
  readonly onState: (state: StoreState) => void;
}

export interface TelemetryLane {
  /** Stops sending; link and store stay open, they belong to the caller. */
  readonly close: () => Promise<void>;
}

/** Canary's own choices. */
const underWayMax = 2;
/** While something more urgent is unconfirmed, one message now and then, so that nothing starves. */
const tricklePause = seconds(5);
/** With nothing to send, or a store that cannot be read, it is asked again after this. */
const idlePause = seconds(5);
const settledTogether = 1_000;
const tickMs = 500;
/** 2020-01-01: before that the clock is not set, and a reading's date would be a lie for ever. */
const clockIsSetMs = 1_577_836_800_000;

export const createTelemetryLane = (deps: TelemetryLaneDeps): TelemetryLane => {
  const { clock } = deps;
  const sender = createTelemetrySender(deps);
  const settler = createSettler(deps);
  const pause = (duration: typeof idlePause): void => {
    notBefore = higher(notBefore, after(clock.now().monoMs, duration));
  };
  let connected = false;
  let closed = false;
  let notBefore = monoMs(0);
  let working: Promise<void> | undefined;
  let again = false;
  const maySend = (): boolean =>
    !closed && connected && clock.now().monoMs >= notBefore && isTheirTurn(deps, sender);

  const work = async (): Promise<void> => {
    try {
      while (again) {
        again = false;
        while (maySend()) {
          // What is confirmed and not yet settled would be read, and sent, once more.
          if (settler.isDue()) await settler.settle();
          if (!(await sender.sendOne())) pause(idlePause);
        }
        if (settler.isDue() || sender.underWay() === 0) await settler.settle();
      }
    } catch {
      // The store tells its own trouble; what was not settled is sent again and taken once.
      sender.restart();
      pause(idlePause);
    }
  };
  const run = (): void => {
    again = true;
    working ??= work().finally(() => {
      working = undefined;
    });
  };

  const takeReceipt = ({ ids, refused }: Receipt["data"]): void => {
    const now = clock.now().monoMs;
    for (const id of ids) {
      const confirmed = sender.confirm(id, now);
      if (confirmed === undefined) continue;
      settler.add(confirmed);
      if (!sender.areRefused()) showRefusal(deps.reportFault, undefined);
    }
    for (const { id, reason } of refused) {
      const then = sender.refuse(id, now);
      if (then !== "unknown") showRefusal(deps.reportFault, reason);
      if (then === "pause") pause(refusedPause);
    }
    run();
  };

  const stopTicking = deps.timers.every(tickMs, () => {
    sender.tick(clock.now().monoMs);
    run();
  });
  hearReceipts(deps, takeReceipt);
  deps.link.onState((up) => {
    connected = up;
    if (up) sender.restart();
  });

  return {
    close: async () => {
      closed = true;
      stopTicking();
      await working;
    },
  };
};

const hearReceipts = (
  { link, gateway }: TelemetryLaneDeps,
  take: (receipt: Receipt["data"]) => void,
): void =>
  link.onMessage((topic, payload) => {
    // Those of alarms, which are many in a storm, are not read twice.
    if (topic !== downTopic(gateway, "receipt") || !payload.includes(telemetryIdPrefix)) return;
    const receipt = parseReceipt(payload);
    // What cannot be read is shown by the lanes before this one.
    if (receipt.ok && isTelemetryReceipt(receipt.value.data)) take(receipt.value.data);
  });

/** The center answers, the date is right, and nothing more urgent is on its way. */
const isTheirTurn = (
  { isUp, urgent, clock }: TelemetryLaneDeps,
  sender: ReturnType<typeof createTelemetrySender>,
): boolean => {
  const { monoMs, wallMs } = clock.now();
  if (!isUp() || wallMs < clockIsSetMs || sender.underWay() >= underWayMax) return false;
  const lastSent = sender.lastSent();
  if (urgent() === 0 || lastSent === undefined) return true;
  return sender.underWay() === 0 && elapsed(lastSent, monoMs) >= tricklePause;
};

/** Takes the center's word to the store, many blocks in one write. */
const createSettler = ({ store, onState }: TelemetryLaneDeps) => {
  let numbers: readonly number[] = [];
  let losses: UnderWay["losses"] = [];
  return {
    isDue: (): boolean => numbers.length >= settledTogether || losses.length > 0,
    add: (one: UnderWay): void => {
      numbers = numbers.concat(one.blocks.map(({ n }) => n));
      losses = losses.concat(one.losses);
    },
    settle: async (): Promise<void> => {
      if (numbers.length + losses.length === 0) return;
      const [now, told] = [numbers, losses];
      numbers = [];
      losses = [];
      onState(await store.settle(now, told));
    },
  };
};

const showRefusal = (reportFault: ReportFault, reason: Bilingual | undefined): void =>
  reportFault({
    key: "center-refuses-telemetry",
    present: reason !== undefined,
    text: reason === undefined ? telemetryTakenText : telemetryRefusedText(reason),
  });
