/**
 * Every message of a client passes here before aedes acknowledges it: checked, handed to the program
 * at once, acknowledged in order once the program has committed it (QoS 1 and 2).
 *
 * aedes writes the PUBACK before it stores or forwards a message, but waits for `authorizePublish`:
 * so the commit happens here, and so does the storing for sessions that are away.
 */
import type { Client, PublishPacket } from "aedes";
import type { MqttClient, MqttGrant } from "./admission.ts";
import type { MqttLimits } from "./limits.ts";
import type { RefusalReason } from "./refusals.ts";
import { isPlainTopic } from "./topic-rules.ts";

export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly client: MqttClient;
}

/** One connection from its login on. */
export interface Session {
  readonly client: MqttClient;
  readonly grant: MqttGrant;
  /** Lets aedes read on while messages wait for their commit. */
  readonly readOn: () => void;
  readonly filters: Set<string>;
  /** Messages whose acknowledgement waits, their bytes, and the last of them. */
  waiting: number;
  waitingBytes: number;
  last: Promise<void>;
  /** The topic that was checked last: a detector has only one or two. */
  checkedTopic: string | undefined;
}

export interface GateOptions {
  /** Publishes now; aedes' own publish of the same packet, after the PUBACK, then does nothing. */
  readonly publishAhead: (packet: PublishPacket, from: Client) => Promise<void>;
  readonly limits: MqttLimits;
  readonly onPublish: (message: MqttMessage) => Promise<void> | undefined;
  readonly onRefused: (reason: RefusalReason, session: Session, detail: string) => void;
  /** May one more topic be retained? */
  readonly roomToRetain: (topic: string) => boolean;
  /** Are there sessions that may be away while this is published? */
  readonly queuesForSessions: () => boolean;
}

export type Gate = (from: Client, session: Session, packet: PublishPacket, done: Done) => void;
export type Done = (error?: Error | null) => void;

/** An error given to aedes closes the connection without a PUBACK; MQTT 3.1.1 knows no other no. */
const closeWith = (done: Done, reason: string): void => done(new Error(reason));

export const createGate =
  (options: GateOptions): Gate =>
  (from, session, packet, done) => {
    const refused = whatIsWrong(options.limits, session, packet);
    if (refused !== undefined) {
      options.onRefused(refused, session, packet.topic);
      closeWith(done, refused);
      return;
    }
    const message: MqttMessage = {
      topic: packet.topic,
      payload: typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload,
      qos: packet.qos,
      retain: packet.retain,
      client: session.client,
    };
    if (packet.retain && !mayRetain(options, session, packet)) packet.retain = false;
    const committed = take(options, message);
    if (packet.qos === 0) {
      // There is nothing to acknowledge, nobody who would send it again, and no order to keep with
      // others (4.6): waiting for a stalled disk could only make us deaf. The program has its failure.
      committed?.catch(() => undefined);
      done(null);
      return;
    }
    const storeFirst = packet.qos === 1 && (packet.retain || options.queuesForSessions());
    if (committed === undefined && !storeFirst && session.waiting === 0) {
      done(null);
      return;
    }
    finishInTurn(options, session, packet.payload.length, committed, {
      afterwards: () => (storeFirst ? options.publishAhead(packet, from) : undefined),
      onDone: () => done(null),
      onFailed: (error) => {
        options.onRefused("not-committed", session, `${packet.topic}: ${String(error)}`);
        closeWith(done, "not-committed");
      },
    });
  };

const whatIsWrong = (
  limits: MqttLimits,
  session: Session,
  packet: PublishPacket,
): RefusalReason | undefined => {
  if (packet.payload.length > limits.payloadBytes) return "packet-too-large";
  // mqtt-packet lets a missing id pass as −1, and 0; neither can be acknowledged. A will has none.
  if (packet.messageId !== undefined && packet.messageId <= 0) return "not-mqtt";
  if (packet.topic === session.checkedTopic) return undefined;
  if (!isPlainTopic(packet.topic, limits)) return "publish-topic";
  if (!session.grant.mayPublish(packet.topic)) return "publish-not-allowed";
  session.checkedTopic = packet.topic;
  return undefined;
};

const mayRetain = (options: GateOptions, session: Session, packet: PublishPacket): boolean => {
  if (!(session.grant.mayRetain?.(packet.topic) ?? true)) return false;
  if (packet.payload.length === 0 || options.roomToRetain(packet.topic)) return true;
  options.onRefused("too-many-retained", session, packet.topic);
  return false;
};

/** The program's answer; a bug in it costs this message its PUBACK, not the listener its life. */
const take = (options: GateOptions, message: MqttMessage): Promise<void> | undefined => {
  try {
    return options.onPublish(message);
  } catch (error) {
    return Promise.reject(new Error(`the program failed: ${String(error)}`, { cause: error }));
  }
};

interface Ending {
  readonly afterwards: () => Promise<void> | undefined;
  readonly onDone: () => void;
  readonly onFailed: (error: unknown) => void;
}

/**
 * Finishes messages in the order they came (MQTT 3.1.1, 4.6): the acknowledgement of a later one must
 * not overtake, nor may subscribers see them swapped. The program has long seen them all, and reading
 * goes on meanwhile: a gas alarm behind a slow commit still reaches its buzzer.
 * After one failure nothing of this connection is acknowledged any more; the client sends it again.
 */
const finishInTurn = (
  options: GateOptions,
  session: Session,
  bytes: number,
  committed: Promise<void> | undefined,
  ending: Ending,
): void => {
  session.waiting += 1;
  session.waitingBytes += bytes;
  const noLongerWaits = (): void => {
    session.waiting -= 1;
    session.waitingBytes -= bytes;
  };
  // Awaited below, but perhaps only after an earlier one has failed.
  committed?.catch(() => undefined);
  session.last = session.last.then(() => committed).then(ending.afterwards);
  session.last.then(
    () => {
      noLongerWaits();
      ending.onDone();
    },
    (error: unknown) => {
      noLongerWaits();
      ending.onFailed(error);
    },
  );
  const { waitingAcknowledgements, waitingBytes } = options.limits;
  if (session.waiting <= waitingAcknowledgements && session.waitingBytes <= waitingBytes)
    session.readOn();
};
