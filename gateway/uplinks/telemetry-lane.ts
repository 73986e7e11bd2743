/**
 * The last lane: stored readings, whenever nothing more urgent wants to travel.
 *
 * At most two messages are under way, and they are kept so small that their receipts come within
 * half a second; so an alarm never queues behind more than that, on a fast line and on a slow one.
 * Blocks are forgotten only by the center's receipt; what has none is sent again, and the center
 * takes each number once.
 */
import { randomUUID } from "node:crypto";
import type { GatewayId } from "#domain/ids.ts";
import { after, elapsed, seconds, type MonoMs } from "#domain/quantity.ts";
import type { TelemetryLoss } from "#domain/telemetry.ts";
import type { Clock } from "#domain/time.ts";
import { downTopic, parseReceipt, upTopic, type Receipt } from "#domain/wire.ts";
import type { PendingBlock, StoreState, TelemetryStore } from "#gateway/telemetry/store.ts";
import type { ReportFault } from "#gateway/ports.ts";
import type { Timers } from "#platform/timers.ts";
import type { CenterLink } from "./center-link.ts";
import { telemetryRefusedText, telemetryTakenText } from "./telemetry-words.ts";
import { telemetryMessage } from "./telemetry-message.ts";
import { createPace } from "./telemetry-pace.ts";

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
const receiptOverdue = seconds(30);
/** While something more urgent is unconfirmed, one message now and then, so that nothing starves. */
const tricklePause = seconds(5);
/** With nothing to send, the store is asked again after this. */
const idlePause = seconds(5);
const refusedPause = seconds(600);
/** Refused one after another: it is not the blocks, it is a center that knows no telemetry. */
const refusalsInRowMax = 3;
const settledTogether = 1_000;
const tickMs = 500;
/** 2020-01-01: before that the clock is not set, and a reading's date would be a lie for ever. */
const clockIsSetMs = 1_577_836_800_000;

interface UnderWay {
  readonly blocks: readonly PendingBlock[];
  readonly losses: readonly TelemetryLoss[];
  readonly sentAt: MonoMs;
}

export const createTelemetryLane = (deps: TelemetryLaneDeps): TelemetryLane => {
  const { link, store, clock, gateway } = deps;
  const pace = createPace();
  const underWay = new Map<string, UnderWay>();
  const refusals = createRefusals();
  let settled: PendingBlock[] = [];
  let afterN = 0;
  let connected = false;
  let closed = false;
  let notBefore: MonoMs | undefined;
  let lastSent: MonoMs | undefined;
  let working: Promise<void> | undefined;

  const mayRead = (): boolean => {
    const now = clock.now();
    if (closed || !connected || !deps.isUp() || now.wallMs < clockIsSetMs) return false;
    if (notBefore !== undefined && now.monoMs < notBefore) return false;
    if (underWay.size >= underWayMax) return false;
    if (deps.urgent() === 0 || lastSent === undefined) return true;
    return underWay.size === 0 && elapsed(lastSent, now.monoMs) >= tricklePause;
  };

  /** Reads and sends one message; false when there is nothing to send. */
  const sendOne = async (): Promise<boolean> => {
    const now = clock.now();
    const pending = await store.pending(afterN, pace.bytes(), now);
    if (!connected || closed) return false;
    const blocks = refusals.choose(pending.blocks.filter(({ n }) => !isUnderWay(n)));
    const told = new Set([...underWay.values()].flatMap(({ losses }) => losses.map(lossText)));
    const losses = pending.losses.filter((loss) => !told.has(lossText(loss)));
    const last = blocks.at(-1) ?? pending.blocks.at(-1);
    afterN = Math.max(afterN, last?.n ?? 0);
    if (blocks.length + losses.length === 0) return pending.blocks.length > 0;
    const id = `telemetry-${randomUUID()}`;
    underWay.set(id, { blocks, losses, sentAt: now.monoMs });
    lastSent = now.monoMs;
    const message = telemetryMessage(gateway, id, { store: pending.store, blocks, losses }, now);
    // Rejected: the link went down, and the next connection sends everything anew.
    link.publish(upTopic(gateway, "telemetry"), message).catch(() => undefined);
    return true;
  };
  const isUnderWay = (n: number): boolean =>
    [...underWay.values()].some(({ blocks }) => blocks.some((block) => block.n === n));

  const settle = async (): Promise<void> => {
    const numbers = settled.map(({ n }) => n);
    settled = [];
    deps.onState(await store.settle(numbers, []));
  };

  const work = async (): Promise<void> => {
    try {
      while (mayRead()) {
        if (await sendOne()) continue;
        notBefore = after(clock.now().monoMs, idlePause);
      }
      if (settled.length >= settledTogether || (settled.length > 0 && underWay.size === 0)) {
        await settle();
      }
    } catch {
      // The store tells its own trouble; what was not settled is sent again and taken once.
      restart();
      notBefore = after(clock.now().monoMs, idlePause);
    }
  };
  const run = (): void => {
    working ??= work().finally(() => {
      working = undefined;
    });
  };

  /** From the beginning: what the center has already, it takes once. */
  const restart = (): void => {
    underWay.clear();
    afterN = 0;
  };

  const takeReceipt = async ({ ids, refused }: Receipt["data"]): Promise<void> => {
    const now = clock.now().monoMs;
    for (const id of ids) {
      const one = underWay.get(id);
      if (one === undefined) continue;
      underWay.delete(id);
      pace.answered(elapsed(one.sentAt, now));
      refusals.forget(one.blocks);
      settled.push(...one.blocks);
      if (refusals.isCalm()) report(deps.reportFault, false);
      if (one.losses.length > 0) deps.onState(await store.settle([], one.losses));
    }
    for (const { id, reason } of refused) {
      const one = underWay.get(id);
      if (one === undefined) continue;
      underWay.delete(id);
      report(deps.reportFault, true, telemetryRefusedText(reason));
      refusals.add(one.blocks, after(now, refusedPause));
      // Read again: one by one, so that the one that is refused holds up no other.
      afterN = Math.min(afterN, ...one.blocks.map(({ n }) => n - 1));
      if (refusals.inRow() < refusalsInRowMax) continue;
      notBefore = after(now, refusedPause);
      refusals.startOver();
      restart();
    }
    run();
  };

  const tick = (): void => {
    const now = clock.now().monoMs;
    const overdue = [...underWay.values()].some(
      ({ sentAt }) => elapsed(sentAt, now) >= receiptOverdue,
    );
    if (overdue) {
      pace.restart();
      restart();
    }
    const ripe = refusals.ripe(now);
    if (ripe !== undefined) afterN = Math.min(afterN, ripe - 1);
    run();
  };
  const stopTicking = deps.timers.every(tickMs, tick);

  link.onMessage((topic, payload) => {
    if (closed || topic !== downTopic(gateway, "receipt") || underWay.size === 0) return;
    const receipt = parseReceipt(payload);
    // What cannot be read is shown by the lanes before this one.
    if (receipt.ok) void takeReceipt(receipt.value.data).catch(restart);
  });
  link.onState((up) => {
    connected = up;
    if (!up) return;
    pace.restart();
    restart();
  });

  return {
    close: async () => {
      closed = true;
      stopTicking();
      await working;
    },
  };
};

const lossText = (loss: TelemetryLoss): string => JSON.stringify(loss);

const report = (
  reportFault: ReportFault,
  present: boolean,
  text = telemetryTakenText,
): void => reportFault({ key: "center-refuses-telemetry", present, text });

/**
 * Blocks in a message that was refused are sent one by one; one that is refused alone is set aside
 * and offered again later, because the center may have been upgraded meanwhile.
 */
const createRefusals = () => {
  const alone = new Set<number>();
  const aside = new Map<number, MonoMs>();
  let inRow = 0;
  return {
    choose: (blocks: readonly PendingBlock[]): readonly PendingBlock[] => {
      const offered = blocks.filter(({ n }) => !aside.has(n));
      const [first] = offered;
      if (first !== undefined && alone.has(first.n)) return [first];
      const stop = offered.findIndex(({ n }) => alone.has(n));
      return stop === -1 ? offered : offered.slice(0, stop);
    },
    add: (blocks: readonly PendingBlock[], retryAt: MonoMs): void => {
      const [only] = blocks;
      if (blocks.length > 1) {
        for (const { n } of blocks) alone.add(n);
        return;
      }
      inRow += 1;
      if (only !== undefined) aside.set(only.n, retryAt);
    },
    forget: (blocks: readonly PendingBlock[]): void => {
      inRow = 0;
      for (const { n } of blocks) alone.delete(n);
    },
    inRow: () => inRow,
    isCalm: () => aside.size === 0 && alone.size === 0,
    startOver: (): void => {
      alone.clear();
      aside.clear();
      inRow = 0;
    },
    /** The first block whose time has come to be offered again. */
    ripe: (now: MonoMs): number | undefined => {
      const ripe = [...aside].filter(([, retryAt]) => retryAt <= now).map(([n]) => n);
      for (const n of ripe) aside.delete(n);
      return ripe.length === 0 ? undefined : Math.min(...ripe);
    },
  };
};
