/** How the session store looks on disk: what each key and value means. Payloads are base64 in JSON. */
import type { PublishPacket } from "aedes";
import { Type, type Static } from "typebox";
import { compileOnUse } from "#domain/compile-on-use.ts";
import type { Place, QueuedMessage } from "./message-queues.ts";

const qos = Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2)]);
const message = {
  topic: Type.String({ minLength: 1 }),
  payload: Type.String(),
  qos,
  retain: Type.Boolean(),
  brokerId: Type.String(),
  brokerCounter: Type.Number(),
};
const checks = {
  subscription: compileOnUse(
    Type.Object({ clientId: Type.String(), topic: Type.String({ minLength: 1 }), qos }),
  ),
  retained: compileOnUse(Type.Object(message)),
  queued: compileOnUse(Type.Object({ clientId: Type.String(), number: Type.Number(), ...message })),
  will: compileOnUse(Type.Object({ clientId: Type.String(), ...message })),
};
const messageType = Type.Object(message);
type MessageJson = Static<typeof messageType>;

export type KeptRecord =
  | {
      readonly kind: "subscription";
      readonly clientId: string;
      readonly topic: string;
      readonly qos: 0 | 1 | 2;
    }
  | { readonly kind: "retained"; readonly message: StoredPublish }
  | {
      readonly kind: "queued";
      readonly clientId: string;
      readonly number: number;
      readonly message: StoredPublish;
    }
  | { readonly kind: "will"; readonly clientId: string; readonly message: StoredPublish };

type StoredPublish = PublishPacket & QueuedMessage;

/** Undefined: not something we wrote. Keys sort queues by number, so they are read in order. */
export const readRecord = (key: string, value: unknown): KeptRecord | undefined => {
  switch (key.slice(0, 2)) {
    case "s/":
      return checks.subscription().Check(value) ? { kind: "subscription", ...value } : undefined;
    case "r/":
      return checks.retained().Check(value)
        ? { kind: "retained", message: fromJson(value) }
        : undefined;
    case "q/":
      return checks.queued().Check(value)
        ? {
            kind: "queued",
            clientId: value.clientId,
            number: value.number,
            message: fromJson(value),
          }
        : undefined;
    case "w/":
      return checks.will().Check(value)
        ? { kind: "will", clientId: value.clientId, message: fromJson(value) }
        : undefined;
    default:
      return undefined;
  }
};

type Entry = readonly [string, unknown];

export const recordKeys = {
  subscription: (clientId: string, topic: string): string => `s/${escape(clientId)}/${topic}`,
  queued: (clientId: string, number: number): string =>
    `q/${escape(clientId)}/${String(number).padStart(16, "0")}`,
  will: (clientId: string): string => `w/${escape(clientId)}`,

  subscriptionEntry: (clientId: string, topic: string, qos: number): Entry => [
    recordKeys.subscription(clientId, topic),
    { clientId, topic, qos },
  ],
  queuedEntry: (clientId: string, { number, message }: Place): Entry => [
    recordKeys.queued(clientId, number),
    { clientId, number, ...toJson(message) },
  ],
  /** An empty payload forgets the topic (MQTT 3.1.1, 3.3.1.3). */
  retainedEntry: (packet: PublishPacket): Entry => [
    `r/${packet.topic}`,
    packet.payload.length === 0 ? undefined : toJson(packet),
  ],
  willEntry: (clientId: string, packet: PublishPacket): Entry => [
    recordKeys.will(clientId),
    { clientId, ...toJson(packet) },
  ],
};

const escape = encodeURIComponent;

const toJson = (packet: PublishPacket | QueuedMessage): MessageJson => ({
  topic: packet.topic,
  payload: Buffer.from(packet.payload).toString("base64"),
  qos: packet.qos,
  retain: packet.retain,
  brokerId: "brokerId" in packet ? packet.brokerId : "",
  brokerCounter: "brokerCounter" in packet ? packet.brokerCounter : 0,
});

const fromJson = (json: MessageJson): StoredPublish => ({
  cmd: "publish",
  topic: json.topic,
  payload: Buffer.from(json.payload, "base64"),
  qos: json.qos,
  retain: json.retain,
  dup: false,
  brokerId: json.brokerId,
  brokerCounter: json.brokerCounter,
});
