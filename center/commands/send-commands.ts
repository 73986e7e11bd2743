import type { CommandMessage, Order } from "#domain/command.ts";
import { signedText } from "#domain/command.ts";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { gatewayId } from "#domain/ids.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import { downTopic } from "#domain/wire.ts";
import { signText } from "#platform/signature.ts";
import type { Store } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { CommandRow } from "../store/command-tables.ts";

/** A command is sent again when no answer has come for so long, first and at most. */
const firstRetryMs = 2_000;
const longestRetryMs = 10_000;
/** In one go; what is more comes with the next look. */
const batchMax = 200;

export interface CommandSenderParts {
  readonly store: Store;
  readonly clock: Clock;
  /** PKCS#8 PEM, see `signing-key.ts`. */
  readonly privateKey: string;
  readonly send: (topic: string, payload: string) => Promise<void>;
}

/**
 * Sends what is waiting to gateways that are there, again and again until their record that names
 * the command is committed (`take-answers.ts`), and gives up what has expired. Safe to call at any
 * time, also in several center processes: a gateway does each name once. Answers whether something
 * changed that pages show.
 */
export const createCommandSender = (parts: CommandSenderParts): (() => Promise<boolean>) => {
  let running: Promise<boolean> | undefined;
  return () => {
    running ??= sendDue(parts).finally(() => {
      running = undefined;
    });
    return running;
  };
};

const sendDue = async ({ store, clock, privateKey, send }: CommandSenderParts) => {
  const nowMs = Math.floor(clock.now().wallMs);
  const waiting = await store.db
    .selectFrom("commands")
    .leftJoin("gateways", "gateways.id", "commands.gateway")
    .selectAll("commands")
    .where("commands.state", "=", "waiting")
    .where((eb) =>
      eb.or([
        eb("commands.expires_at_ms", "<", nowMs),
        eb.and([eb("commands.due_at_ms", "<=", nowMs), eb("gateways.link", "=", "up")]),
      ]),
    )
    .orderBy("commands.due_at_ms")
    .limit(batchMax)
    .execute();
  if (waiting.length === 0) return false;
  const expired = waiting.filter((row) => row.expires_at_ms < nowMs);
  const due = waiting.filter((row) => row.expires_at_ms >= nowMs);
  await store.write(async (tx) => {
    await noteChanges(
      tx,
      expired.flatMap(({ episode }) => (episode === null ? [] : [{ kind: "alarm", ref: episode }])),
    );
    for (const { id } of expired) {
      await tx
        .updateTable("commands")
        .set({ state: "expired" })
        .where("id", "=", id)
        .where("state", "=", "waiting")
        .execute();
    }
    for (const { id, tries } of due) {
      const pauseMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(tries, 10));
      await tx
        .updateTable("commands")
        .set({ tries: tries + 1, due_at_ms: nowMs + pauseMs })
        .where("id", "=", id)
        .execute();
    }
  });
  for (const row of due) {
    const message = messageOf(row, privateKey, nowMs);
    // What is lost is sent again.
    send(downTopic(gatewayId(row.gateway), "command"), JSON.stringify(message)).catch(
      () => undefined,
    );
  }
  return expired.length > 0;
};

const messageOf = (row: CommandRow, privateKey: string, nowMs: number): CommandMessage => {
  // Written by `queue-command.ts` and nowhere else, from a value of this type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const data = JSON.parse(row.body) as Order;
  return {
    specversion: "1.0",
    id: row.id,
    source: "/canary/center",
    type: "canary.command.v1",
    time: epochToRfc3339(epochMs(nowMs)),
    datacontenttype: "application/json",
    subject: row.detector,
    signature: signText(privateKey, signedText({ id: row.id, data })),
    data,
  };
};
