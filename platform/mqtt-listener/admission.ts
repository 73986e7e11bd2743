/** Who may come in: what a CONNECT must look like, whose it is, and what it may do afterwards. */
import { randomUUID } from "node:crypto";
import type { ConnectPacket } from "aedes";
import type { MqttLimits } from "./limits.ts";
import type { RefusalReason } from "./refusals.ts";
import { isPlainName, isPlainTopic } from "./topic-rules.ts";

/** Somebody at the door or inside, as the two programs see it. */
export interface MqttClient {
  readonly clientId: string;
  readonly username?: string;
  readonly remoteAddress: string;
  /** Common name of its client certificate, where one was demanded and checked. */
  readonly certificateName?: string;
}

/** What one client may do, asked again for every topic that is not the one before. */
export interface MqttGrant {
  readonly mayPublish: (topic: string) => boolean;
  readonly maySubscribe: (filter: string) => boolean;
  /**
   * May the last message on this topic be kept for later subscribers? Absent: wherever it may publish.
   * When not, the message is handled as usual and only not kept: a reading that is retained would
   * look like news of a detector that fell silent long ago.
   */
  readonly mayRetain?: (topic: string) => boolean;
}

/** A CONNECT that has been read, on its way to the login. */
export interface Applicant {
  readonly client: MqttClient;
  /** Under this name aedes keeps the session. */
  readonly sessionId: string;
  readonly will: ConnectPacket["will"];
  readonly refusal: RefusalReason | undefined;
}

/**
 * A session belongs to the user who opened it: two users with the same client id have two sessions,
 * so that nobody can throw another client off or read its queue by taking its id.
 */
export const sessionIdOf = (username: string | undefined, clientId: string): string =>
  `${sessionPrefixOf(username)}${clientId}`;
// A line break cannot be part of a user name (topic-rules.ts).
export const sessionPrefixOf = (username: string | undefined): string => `${username ?? ""}\n`;

/** A session id in words for people: the user, and the client id where it says more. */
export const explainSession = (sessionId: string): string => {
  const { clientId, username } = clientOfSession(sessionId);
  if (username === undefined) return clientId;
  return username === clientId ? username : `${username} (${clientId})`;
};

/** The client of a session that is not connected. */
export const clientOfSession = (sessionId: string): MqttClient => {
  const [username = "", clientId = ""] = sessionId.split("\n", 2);
  return { clientId, remoteAddress: "", ...(username === "" ? {} : { username }) };
};

/** Reads a CONNECT, and bends it to our limits before aedes acts on it. */
export const readConnect = (
  packet: ConnectPacket,
  remoteAddress: string,
  certificateName: string | undefined,
  limits: MqttLimits,
): Applicant => {
  const clean = packet.clean !== false;
  const clientId = packet.clientId === "" && clean ? `anonymous-${randomUUID()}` : packet.clientId;
  const { username } = packet;
  const client: MqttClient = {
    clientId,
    remoteAddress,
    ...(username === undefined ? {} : { username }),
    ...(certificateName === undefined ? {} : { certificateName }),
  };
  const sessionId = sessionIdOf(username, clientId);

  packet.clientId = sessionId;
  // None or a very long one would keep dead peers for ever; a live one with nothing to say only
  // reconnects.
  const asked = packet.keepalive ?? 0;
  packet.keepalive =
    asked === 0 ? limits.keepAliveSeconds : Math.min(asked, limits.keepAliveSeconds);

  return {
    client,
    sessionId,
    will: packet.will,
    refusal: whatIsWrong(packet, clientId, limits),
  };
};

const whatIsWrong = (
  packet: ConnectPacket,
  clientId: string,
  limits: MqttLimits,
): RefusalReason | undefined => {
  if (packet.protocolVersion === 5) return "protocol-version";
  // MQTT 3.1.1, 3.1.3.1: without an id there is nothing to keep a session under.
  if (clientId === "" || !isPlainName(clientId, limits)) return "client-id";
  if (packet.username !== undefined && !isPlainName(packet.username, limits)) return "client-id";
  if (packet.will !== undefined && !isPlainWill(packet.will, limits)) return "will";
  return undefined;
};

/** aedes takes a will of QoS 3 and of any size and topic, and publishes it when nobody looks. */
const isPlainWill = (will: NonNullable<ConnectPacket["will"]>, limits: MqttLimits): boolean =>
  (will.qos ?? 0) <= 2 &&
  will.payload.length <= limits.payloadBytes &&
  isPlainTopic(will.topic, limits);
