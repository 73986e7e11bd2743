import type { Bilingual } from "#domain/result.ts";
import type { UpDelivery } from "../intake/read-message.ts";

/** The way to and from the gateways: an embedded listener or somebody's broker. */
export interface GatewayLink {
  /** TCP port gateways connect to; absent with an external broker. */
  readonly port?: number;
  /** Hands a message to the gateway, best effort: what is lost is asked for again by the gateway. */
  readonly send: (topic: string, payload: string) => Promise<void>;
  /** Why no message can arrive right now; `undefined` when they can. */
  readonly hindrance: () => Bilingual | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Takes a message in. The sender's PUBACK waits until it resolves and is not sent when it rejects;
 * the link goes on reading meanwhile, so that messages can be committed together.
 */
export type TakeUp = (delivery: UpDelivery) => Promise<void>;
