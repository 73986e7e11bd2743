/** aedes' hooks for those who are in: publishing, subscribing, being delivered to. */
import type { Aedes, Client, PublishPacket } from "aedes";
import { clientOfSession, sessionPrefixOf } from "./admission.ts";
import type { MqttLimits } from "./limits.ts";
import { createGate, type Done, type MqttMessage, type Session } from "./publish-gate.ts";
import { isRefusalReason, type RefusalReason, type Refusals } from "./refusals.ts";
import type { SessionStore } from "./session-store.ts";
import type { Visitors } from "./visitors.ts";

export interface TrafficOptions {
  readonly limits: MqttLimits;
  readonly visitors: Visitors;
  readonly refusals: Refusals;
  readonly store: SessionStore;
  readonly publishAhead: (packet: PublishPacket, from: Client) => Promise<void>;
  readonly onPublish: (message: MqttMessage) => Promise<void> | undefined;
  /** While closing, wills are not published: it is we who leave. */
  readonly isClosing: () => boolean;
}

type Hooks = Pick<Aedes, "authorizePublish" | "authorizeSubscribe" | "authorizeForward">;

export const trafficHooks = (options: TrafficOptions): Hooks => {
  const { visitors, limits, store } = options;
  const gate = createGate({
    limits,
    publishAhead: options.publishAhead,
    onPublish: options.onPublish,
    onRefused: (reason, { client }, detail) =>
      options.refusals.add(reason, client.username ?? client.clientId, detail),
    roomToRetain: (topic) =>
      store.counts().retained < limits.retainedMessages || store.retainedOn(topic) !== undefined,
    queuesForSessions: () => store.keptSubscriptions() > 0,
  });

  return {
    authorizePublish: (client, packet, done) => {
      if (options.isClosing()) {
        done(new Error("closing"));
        return;
      }
      if (client === null) {
        publishOrphanedWill(options, packet, done);
        return;
      }
      const visitor = visitors.of(client);
      const session = visitor?.session;
      if (session === undefined) done(new Error("not logged in"));
      else if (packet === visitor?.applicant?.will) gate(client, apart(session), packet, done);
      else gate(client, session, packet, done);
    },

    authorizeSubscribe: (client, subscription, done) => {
      const visitor = visitors.of(client);
      const session = visitor?.session;
      if (visitor === undefined || session === undefined) {
        done(new Error("not logged in"));
        return;
      }
      const reason = whyNotSubscribe(options, client, session, subscription.topic);
      if (reason === undefined) {
        session.filters.add(subscription.topic);
        done(null, subscription);
        return;
      }
      visitors.refuse(reason, visitor, subscription.topic);
      // Answered with SUBACK 128 for this filter; its other filters and the connection stay.
      done(null, null);
    },

    authorizeForward: (client, packet) => {
      const { conn } = client;
      if (conn.writableLength <= limits.unreadBytes) return newestWord(store, packet);
      const visitor = visitors.of(client);
      if (visitor !== undefined && !conn.destroyed) visitors.refuse("slow-reader", visitor);
      conn.destroy();
      return null;
    },
  };
};

/**
 * What is retained is read from the store some messages before it is delivered. What was published
 * meanwhile has overtaken it, so a buzzer that subscribes while it is switched on would hear the old
 * "off" last. So the newest word is delivered in its place, or nothing, where it was taken back.
 * Between here and the wire nothing overtakes: aedes sends in the order it asks.
 */
const newestWord = <Packet extends PublishPacket & { readonly brokerId: string | null }>(
  store: SessionStore,
  packet: Packet,
): Packet | null => {
  // aedes takes its name off what it read from the store; what is live carries it.
  if (!packet.retain || packet.brokerId !== null) return packet;
  const newest = store.retainedOn(packet.topic);
  return newest === undefined ? null : { ...packet, payload: newest.payload };
};

/** A will must not wait behind, nor fall with, the message that ended its connection. */
const apart = (session: Session): Session => ({
  ...session,
  readOn: () => undefined,
  waiting: 0,
  waitingBytes: 0,
  last: Promise.resolve(),
});

/** A will that an earlier life of this program left behind; it was checked when it was given. */
const publishOrphanedWill = (
  options: TrafficOptions,
  packet: PublishPacket & { readonly clientId?: string },
  done: Done,
): void => {
  const committed = options.onPublish({
    topic: packet.topic,
    payload: Buffer.from(packet.payload),
    qos: packet.qos,
    retain: packet.retain,
    client: clientOfSession(packet.clientId ?? ""),
  });
  Promise.resolve(committed).then(
    () => done(null),
    (error: unknown) => done(new Error(String(error), { cause: error })),
  );
};

const whyNotSubscribe = (
  { visitors, limits, store }: TrafficOptions,
  client: Client,
  session: Session,
  filter: string,
): RefusalReason | undefined => {
  if (!visitors.maySubscribe(client, filter)) return "subscribe-not-allowed";
  const { filters } = session;
  if (!filters.has(filter) && filters.size >= limits.subscriptionsPerClient)
    return "too-many-subscriptions";
  if (client.clean || store.hasSession(client.id)) return undefined;
  const kept = store.sessionsStartingWith(sessionPrefixOf(session.client.username));
  return kept >= limits.keptSessionsPerUser ? "too-many-subscriptions" : undefined;
};

/** What a connection that ended with an error tells about the client; undefined: nothing, it is gone. */
export const reasonOf = (error: Error): RefusalReason | undefined => {
  // The network's errors (ECONNRESET …), and what was refused and counted above.
  if ("code" in error || "errorCode" in error || isRefusalReason(error.message)) return undefined;
  if (error.message === "drain timeout") return "slow-reader";
  if (error.message === "connect did not arrive in time") return "no-connect";
  return leavings.has(error.message) ? undefined : "not-mqtt";
};

/** aedes' own words for connections that went away in the middle of something. */
const leavings = new Set([
  "keep alive timeout",
  "connection closed",
  "packet received not valid",
  "login refused",
  "closing",
  "not logged in",
]);
