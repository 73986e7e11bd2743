import { epochToRfc3339 } from "#domain/civil-time.ts";
import type { GatewayId } from "#domain/ids.ts";
import type { TelemetryLoss } from "#domain/telemetry.ts";
import type { TelemetryMessage } from "#domain/telemetry-wire.ts";
import type { Instant } from "#domain/time.ts";
import { gatewaySource } from "#domain/wire.ts";
import type { PendingBlock } from "#gateway/telemetry/store.ts";

/** The message's JSON; the blocks come as JSON from the store's thread and are not read again here. */
export const telemetryMessage = (
  gateway: GatewayId,
  id: string,
  content: {
    readonly store: string;
    readonly blocks: readonly PendingBlock[];
    readonly losses: readonly TelemetryLoss[];
  },
  now: Instant,
): string => {
  const empty: TelemetryMessage = {
    specversion: "1.0",
    id,
    source: gatewaySource(gateway),
    type: "canary.telemetry.v1",
    time: epochToRfc3339(now.wallMs),
    datacontenttype: "application/json",
    bootid: now.bootId,
    monoms: String(Math.round(now.monoMs)),
    data: { store: content.store, losses: [...content.losses], blocks: [] },
  };
  const blocks = content.blocks.map(({ json }) => json).join();
  return `${JSON.stringify(empty).slice(0, -"]}}".length)}${blocks}]}}`;
};
