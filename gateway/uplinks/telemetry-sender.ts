/** One telemetry message after another out of the store, and what of it has no receipt yet. */
import { randomUUID } from "node:crypto";
import { after, elapsed, seconds, type MonoMs } from "#domain/quantity.ts";
import { telemetryIdPrefix, type TelemetryLoss } from "#domain/telemetry.ts";
import { upTopic } from "#domain/wire.ts";
import type { PendingBlock } from "#gateway/telemetry/store.ts";
import type { TelemetryLaneDeps } from "./telemetry-lane.ts";
import { telemetryMessage } from "./telemetry-message.ts";
import { createPace } from "./telemetry-pace.ts";
import { createRefusals } from "./telemetry-refusals.ts";

export interface UnderWay {
  readonly blocks: readonly PendingBlock[];
  readonly losses: readonly TelemetryLoss[];
  readonly sentAt: MonoMs;
}

/** Canary's own choices. */
const receiptOverdue = seconds(30);
export const refusedPause = seconds(600);
/** Refused one after another: it is not the blocks, it is a center that knows no telemetry. */
const refusalsInRowMax = 3;

export const createTelemetrySender = ({ link, store, clock, gateway }: TelemetryLaneDeps) => {
  const pace = createPace();
  const refusals = createRefusals();
  const underWay = new Map<string, UnderWay>();
  let afterN = 0;
  let lastSent: MonoMs | undefined;
  let round = 0;

  /** From the beginning: what the center has already, it takes once. */
  const restart = (): void => {
    round += 1;
    underWay.clear();
    pace.restart();
    afterN = 0;
  };

  return {
    underWay: (): number => underWay.size,
    lastSent: () => lastSent,
    restart,
    /** Reads and sends one message; false when there is nothing to send. */
    sendOne: async (): Promise<boolean> => {
      const now = clock.now();
      const mine = round;
      const pending = await store.pending(afterN, pace.bytes(), now);
      if (mine !== round) return true; // read for the connection before
      const travelling = [...underWay.values()];
      const numbers = new Set(travelling.flatMap(({ blocks }) => blocks.map(({ n }) => n)));
      const told = new Set(travelling.flatMap(({ losses }) => losses.map(lossText)));
      const blocks = refusals.choose(pending.blocks.filter(({ n }) => !numbers.has(n)));
      const losses = pending.losses.filter((loss) => !told.has(lossText(loss)));
      afterN = Math.max(afterN, (blocks.at(-1) ?? pending.blocks.at(-1))?.n ?? 0);
      if (blocks.length + losses.length === 0) return pending.blocks.length > 0;
      const id = `${telemetryIdPrefix}${randomUUID()}`;
      lastSent = clock.now().monoMs;
      underWay.set(id, { blocks, losses, sentAt: lastSent });
      const message = telemetryMessage(gateway, id, { store: pending.store, blocks, losses }, now);
      // Rejected: the link went down, and the next connection sends everything anew.
      link.publish(upTopic(gateway, "telemetry"), message).catch(() => undefined);
      return true;
    },
    /** The center has committed it. Undefined: not one of ours, or long sent again. */
    confirm: (id: string, now: MonoMs): UnderWay | undefined => {
      const one = underWay.get(id);
      if (one === undefined) return undefined;
      underWay.delete(id);
      pace.answered(elapsed(one.sentAt, now));
      refusals.forget(one.blocks);
      return one;
    },
    /** The center will not have it: it goes again in pieces. Answers whether to stop for a while. */
    refuse: (id: string, now: MonoMs): "unknown" | "go-on" | "pause" => {
      const one = underWay.get(id);
      if (one === undefined) return "unknown";
      underWay.delete(id);
      refusals.add(one.blocks, after(now, refusedPause));
      // Read again: one by one, so that the one that is refused holds up no other.
      afterN = Math.min(afterN, ...one.blocks.map(({ n }) => n - 1));
      if (refusals.inRow() < refusalsInRowMax) return "go-on";
      refusals.startOver();
      restart();
      return "pause";
    },
    areRefused: (): boolean => !refusals.isCalm(),
    /** Time passes: what has waited too long for its receipt, or to be offered again, is due. */
    tick: (now: MonoMs): void => {
      const isOverdue = [...underWay.values()].some(
        ({ sentAt }) => elapsed(sentAt, now) >= receiptOverdue,
      );
      if (isOverdue) restart();
      const ripe = refusals.ripe(now);
      if (ripe !== undefined) afterN = Math.min(afterN, ripe - 1);
    },
  };
};

const lossText = (loss: TelemetryLoss): string => JSON.stringify(loss);
