import { randomUUID } from "node:crypto";
import { commandLifetime, type CommandKind, type Order } from "#domain/command.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import type { Writing } from "../store/open-store.ts";

/** Who asks, and when. */
export interface Asking {
  readonly user: string;
  readonly nowMs: number;
  readonly reason?: string;
}

/**
 * Notes that a gateway is to be told, in the transaction that records what the person did: either
 * both are kept or neither. It is sent from `send-commands.ts`; answers the command's name.
 */
export const queueCommand = async (
  tx: Writing,
  kind: CommandKind,
  alarm: Pick<DeskAlarm, "episode" | "notice">,
  { user, nowMs, reason }: Asking,
): Promise<string> => {
  const { event, where } = alarm.notice;
  const atMs = Math.floor(nowMs);
  const order: Order = {
    gateway: where.gateway,
    kind,
    detector: event.detector,
    rule: event.rule,
    episode: event.episode,
    seen: event.id,
    by: user,
    ...(reason !== undefined && { reason }),
    atMs,
    expiresAtMs: atMs + commandLifetime[kind],
  };
  const id = randomUUID();
  await tx
    .insertInto("commands")
    .values({
      id,
      gateway: order.gateway,
      kind,
      detector: order.detector,
      episode: alarm.episode,
      body: JSON.stringify(order),
      by_name: user,
      at_ms: atMs,
      expires_at_ms: order.expiresAtMs,
      state: "waiting",
      tries: 0,
      due_at_ms: 0,
    })
    .execute();
  return id;
};
