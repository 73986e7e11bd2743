import { randomUUID } from "node:crypto";
import { commandLifetime, type CommandKind, type Order } from "#domain/command.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import { inChunks } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";

/** An alarm as a command names it. */
export interface Commanded {
  /** The center's own name of it. */
  readonly episode: string;
  readonly notice: {
    readonly event: Pick<DeskAlarm["notice"]["event"], "id" | "episode" | "detector" | "rule">;
    readonly where: { readonly gateway: string };
  };
}

/** Who asks, and when. */
export interface Asking {
  readonly user: string;
  readonly nowMs: number;
  readonly reason?: string;
}

/** Tells the gateways of these alarms who has signed for them, one command for each. */
export const queueAcknowledgements = async (
  tx: Writing,
  episodes: readonly string[],
  asking: Asking,
): Promise<void> => {
  for (const chunk of inChunks(episodes)) {
    const rows = await tx
      .selectFrom("alarms")
      .select(["episode", "notice"])
      .where("episode", "in", chunk)
      .execute();
    for (const { episode, notice } of rows) {
      await queueCommand(tx, "acknowledge", { episode, notice: parseNotice(notice) }, asking);
    }
  }
};

/**
 * Notes that a gateway is to be told, in the transaction that records what the person did: either
 * both are kept or neither. It is sent from `send-commands.ts`; answers the command's name.
 */
export const queueCommand = async (
  tx: Writing,
  kind: CommandKind,
  alarm: Commanded,
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

// Written by intake from a checked message.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const parseNotice = (json: string) => JSON.parse(json) as Commanded["notice"];
