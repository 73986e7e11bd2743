import { randomUUID } from "node:crypto";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import type { GatewayId } from "#domain/ids.ts";
import { downTopic, type Receipt } from "#domain/wire.ts";
import { promiseOf, type Stretch } from "./stretches.ts";

/** What one gateway is told after a commit, about one of its journals (or none). */
export interface Settled {
  readonly gateway: GatewayId;
  readonly journal?: string;
  readonly stretches: readonly Stretch[];
  /** Highest number the gateway says it has written; 0 when it has not said. */
  readonly recorded: number;
  readonly first: number;
  readonly ids: readonly string[];
  readonly refused: readonly { id: string; reason: { zh: string; en: string } }[];
}

/** Ids per receipt: keeps one message well below the brokers' usual limits. */
const idsPerReceiptMax = 500;

/** The receipts for what was settled, as (topic, JSON); several when one would grow too long. */
export const receiptsFor = (
  settled: Settled,
  nowMs: number,
): readonly { readonly topic: string; readonly payload: string }[] => {
  const promise = promiseOf(settled.stretches, settled.recorded, settled.first);
  const pages = Math.max(
    1,
    Math.ceil(settled.ids.length / idsPerReceiptMax),
    Math.ceil(settled.refused.length / idsPerReceiptMax),
  );
  return Array.from({ length: pages }, (_, page) => {
    const from = page * idsPerReceiptMax;
    const receipt: Receipt = {
      specversion: "1.0",
      id: randomUUID(),
      source: "/canary/center",
      type: "canary.receipt.v1",
      time: epochToRfc3339(epochMs(nowMs)),
      datacontenttype: "application/json",
      data: {
        ...(settled.journal !== undefined && { journalid: settled.journal }),
        upTo: promise.upTo,
        holes: [...promise.holes],
        ...(promise.ends.length > 0 && { ends: [...promise.ends] }),
        ids: settled.ids.slice(from, from + idsPerReceiptMax),
        refused: settled.refused.slice(from, from + idsPerReceiptMax),
      },
    };
    return { topic: downTopic(settled.gateway, "receipt"), payload: JSON.stringify(receipt) };
  });
};
