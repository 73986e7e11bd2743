/** The way in for stored readings: its own queue and its own transactions, so that no alarm waits for it. */
import type { Bilingual } from "#domain/result.ts";
import { parseTelemetry, type TelemetryMessage } from "#domain/telemetry-wire.ts";
import type { Clock } from "#domain/time.ts";
import { explainWireError, gatewaySource } from "#domain/wire.ts";
import type { GatewayId } from "#domain/ids.ts";
import { parseUpTopic, type UpDelivery } from "../intake/read-message.ts";
import { receiptsFor, type Settled } from "../intake/receipts.ts";
import type { Store } from "../store/open-store.ts";
import { saveTelemetry } from "./save-telemetry.ts";

export interface TelemetryIntakeParts {
  readonly store: Pick<Store, "db" | "check">;
  readonly clock: Clock;
  /** Hands a receipt to the gateway; failing is no loss, the gateway sends again. */
  readonly sendReceipt: (topic: string, payload: string) => void;
  readonly onCommitted: (facts: { readonly blocks: number; readonly durationMs: number }) => void;
  /** Readings could not be written (`undefined`: they can again), in words. */
  readonly onTrouble: (trouble: Bilingual | undefined) => void;
}

/** Messages waiting at most; a gateway sends two before it waits for a receipt. */
const waitingMax = 2_000;

interface Waiting {
  readonly gateway: GatewayId;
  readonly payload: Uint8Array;
  /** By our clock; it may wait long for its turn. */
  readonly arrivedMs: number;
  readonly done: () => void;
}

/**
 * Takes one message after another, a transaction each. Resolves in every case: a gateway learns by
 * the receipt alone that its readings are here, and is not cut off, with its alarms, because they
 * could not be written.
 */
export const createTelemetryIntake = (parts: TelemetryIntakeParts) => {
  const waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await takeOne(parts, next).catch((error: unknown) => parts.onTrouble(troubleOf(error)));
      next.done();
    }
    running = undefined;
  };

  return {
    take: ({ topic, payload }: UpDelivery): Promise<void> => {
      const from = parseUpTopic(topic);
      if (from === undefined) return Promise.reject(new Error(`no up topic: ${topic}`));
      if (waiting.length >= waitingMax) return Promise.resolve();
      return new Promise((done) => {
        // The payload is only lent until this call returns.
        const own = Uint8Array.from(payload);
        const arrivedMs = parts.clock.now().wallMs;
        waiting.push({ gateway: from.gateway, payload: own, arrivedMs, done });
        running ??= run();
      });
    },
    idle: async (): Promise<void> => {
      await running;
    },
  };
};

const decoder = new TextDecoder();

const takeOne = async (
  parts: TelemetryIntakeParts,
  { gateway, payload, arrivedMs }: Waiting,
): Promise<void> => {
  const body = decoder.decode(payload);
  const read = readTelemetry(gateway, body);
  if (!read.ok) {
    if (read.id !== undefined)
      answer(parts, gateway, { refused: [{ id: read.id, reason: read.reason }] });
    return;
  }
  const startedMs = parts.clock.now().monoMs;
  try {
    const { blocks } = await saveTelemetry(parts.store, gateway, read.message, arrivedMs);
    parts.onTrouble(undefined);
    answer(parts, gateway, { ids: [read.message.id] });
    parts.onCommitted({ blocks, durationMs: parts.clock.now().monoMs - startedMs });
  } catch (error) {
    // While the database takes writes it is this message that cannot be held.
    await parts.store.check();
    answer(parts, gateway, { refused: [{ id: read.message.id, reason: unstorable(error) }] });
  }
};

type ReadTelemetry =
  | { readonly ok: true; readonly message: TelemetryMessage }
  | { readonly ok: false; readonly id: string | undefined; readonly reason: Bilingual };

const readTelemetry = (gateway: GatewayId, body: string): ReadTelemetry => {
  const parsed = parseTelemetry(body);
  if (!parsed.ok) return { ok: false, id: idIn(body), reason: explainWireError(parsed.error) };
  const { id, source } = parsed.value;
  return source === gatewaySource(gateway)
    ? { ok: true, message: parsed.value }
    : { ok: false, id, reason: speaksForAnother };
};

const answer = (
  { clock, sendReceipt }: TelemetryIntakeParts,
  gateway: GatewayId,
  content: {
    readonly ids?: readonly string[];
    readonly refused?: readonly { readonly id: string; readonly reason: Bilingual }[];
  },
): void => {
  const settled: Settled = {
    gateway,
    stretches: [],
    recorded: 0,
    first: 1,
    ids: content.ids ?? [],
    refused: (content.refused ?? []).map(({ id, reason: { zh, en } }) => ({
      id,
      reason: { zh, en },
    })),
  };
  for (const { topic, payload } of receiptsFor(settled, clock.now().wallMs)) {
    sendReceipt(topic, payload);
  }
};

const idIn = (body: string): string | undefined =>
  /"id":"(telemetry-[\w-]{1,100})"/.exec(body.slice(0, 1_000))?.[1];

const speaksForAnother: Bilingual = {
  zh: "网关只能代表自己发送读数",
  en: "a gateway may only send readings of its own",
};

const unstorable = (error: unknown): Bilingual => ({
  zh: `数据库无法保存这些读数:${messageOf(error)}`,
  en: `the database cannot hold these readings: ${messageOf(error)}`,
});

const troubleOf = (error: unknown): Bilingual => ({
  zh: `历史读数无法写入中心数据库,由网关保存并重发;报警另行处理:${messageOf(error)}。请检查磁盘空间和数据库`,
  en: `readings cannot be written to the center's database; gateways keep them and send them again, alarms go their own way: ${messageOf(error)}. Check disk space and database`,
});

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
