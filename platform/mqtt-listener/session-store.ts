/**
 * What aedes keeps for its clients: subscriptions and queues of sessions that are away, retained
 * messages, wills. All of it is in memory, so that no login waits for a disk, and all but the QoS 2
 * handshakes is written behind to a {@link KeptFile} when there is one.
 *
 * Why not aedes-persistence-level: it forgets subscriptions that overlap (`a/+` then `a/#`), loses
 * the order of queues across restarts, reads the disk several times per message and login, and has
 * no limit on a queue.
 */
import { Readable } from "node:stream";
import MemoryPersistence from "aedes-persistence/asyncPersistence.js";
import type { PublishPacket, Subscription } from "aedes";
import type { KeptFile } from "./kept-file.ts";
import { readRecord, recordKeys, type KeptRecord } from "./kept-records.ts";
import {
  createMessageQueues,
  type MessageQueues,
  type Place,
  type QueuedMessage,
} from "./message-queues.ts";

interface Named {
  readonly id: string;
}

export interface SessionStore {
  /** What aedes wants of its `persistence` option. */
  readonly persistence: object;
  /** Subscriptions with QoS 1 that outlive their connection. While there are none, nothing is queued. */
  readonly keptSubscriptions: () => number;
  /** Sessions whose client id starts so, and that outlive their connection. */
  readonly sessionsStartingWith: (prefix: string) => number;
  readonly hasSession: (clientId: string) => boolean;
  /** The last message retained on a topic, as of this moment. */
  readonly retainedOn: (topic: string) => PublishPacket | undefined;
  readonly counts: () => { readonly retained: number; readonly queued: number };
  /**
   * Resolves once all that was queued or retained so far is on disk, or was refused by it. Subscribers
   * are not kept waiting for that, for one may be a buzzer; acknowledgements are.
   */
  readonly written: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface SessionStoreOptions {
  readonly file: KeptFile | undefined;
  readonly queuedMessages: number;
  /** May this client (aedes' own object) have this filter? */
  readonly mayKeep: (client: object, filter: string) => boolean;
  /** A session's queue is full and lost its oldest message. */
  readonly onEvicted: (clientId: string) => void;
  /** Entries on disk that could not be read. */
  readonly onUnreadable: (count: number) => void;
}

export const createSessionStore = (options: SessionStoreOptions): SessionStore => {
  const memory = new MemoryPersistence();
  const queues = createMessageQueues(options.queuedMessages);
  /** Never rejects: a disk that fails is reported and tried again. */
  const write: Write = async (changes) => {
    if (changes.length > 0) await options.file?.write(changes);
  };
  const kept = createKeptSubscriptions();
  const retained = new Map<string, PublishPacket>();

  const restore = async (record: KeptRecord): Promise<void> => {
    switch (record.kind) {
      case "subscription":
        kept.note(record.clientId, record.topic, record.qos);
        await memory.addSubscriptions({ id: record.clientId }, [record]);
        return;
      case "retained":
        retained.set(record.message.topic, record.message);
        await memory.storeRetained(record.message);
        return;
      case "queued":
        queues.restore(record.clientId, { number: record.number, message: record.message });
        return;
      case "will":
        await memory.putWill({ id: record.clientId }, record.message);
        // So aedes sees that the broker it was given to is gone, and publishes it unless the client
        // comes back.
        Object.assign(record.message, { brokerId: "an earlier life" });
    }
  };

  const load = async (): Promise<void> => {
    let unreadable = 0;
    for await (const [key, value] of options.file?.entries() ?? []) {
      const record = readRecord(key, value);
      if (record === undefined) unreadable += 1;
      else await restore(record);
    }
    if (unreadable > 0) options.onUnreadable(unreadable);
  };

  return {
    persistence: {
      setup: async (broker: unknown) => {
        await memory.setup(broker);
        await load();
      },
      ...subscriptionPart(memory, kept, queues, write, options.mayKeep),
      ...queuePart(queues, write, options.onEvicted),
      ...retainedPart(memory, retained, write),
      ...willPart(memory, write),
      ...handshakePart(memory),
      destroy: () => memory.destroy(),
    },
    keptSubscriptions: kept.queued,
    sessionsStartingWith: kept.sessionsStartingWith,
    hasSession: kept.hasSession,
    retainedOn: (topic) => retained.get(topic),
    counts: () => ({ retained: retained.size, queued: queues.total() }),
    written: async () => options.file?.written(),
    close: async () => options.file?.close(),
  };
};

type Change = readonly [string, unknown];
type Write = (changes: readonly Change[]) => Promise<void>;

const forgetQueued = (clientId: string, places: readonly Place[]): readonly Change[] =>
  places.map(({ number }) => [recordKeys.queued(clientId, number), undefined]);

const subscriptionPart = (
  memory: MemoryPersistence,
  kept: KeptSubscriptions,
  queues: MessageQueues,
  write: Write,
  mayKeep: SessionStoreOptions["mayKeep"],
) => ({
  addSubscriptions: async (client: Named, subscriptions: readonly Subscription[]) => {
    // aedes hands over the whole SUBSCRIBE, with the filters that were or will be refused.
    const granted = subscriptions.filter(({ topic }) => mayKeep(client, topic));
    for (const { topic, qos } of granted) kept.note(client.id, topic, qos);
    await memory.addSubscriptions(client, granted);
    await write(
      granted.map(({ topic, qos }) => recordKeys.subscriptionEntry(client.id, topic, qos)),
    );
  },
  removeSubscriptions: async (client: Named, topics: readonly string[]) => {
    for (const topic of topics) kept.note(client.id, topic, undefined);
    await memory.removeSubscriptions(client, topics);
    await write(topics.map((topic) => [recordKeys.subscription(client.id, topic), undefined]));
  },
  cleanSubscriptions: async (client: Named) => {
    const topics = kept.filtersOf(client.id);
    for (const topic of topics) kept.note(client.id, topic, undefined);
    await memory.cleanSubscriptions(client);
    await write([
      ...topics.map((topic): Change => [recordKeys.subscription(client.id, topic), undefined]),
      ...forgetQueued(client.id, queues.clear(client.id)),
    ]);
  },
  subscriptionsByClient: (client: Named) => memory.subscriptionsByClient(client),
  subscriptionsByTopic: (topic: string) => memory.subscriptionsByTopic(topic),
  countOffline: () => memory.countOffline(),
  getClientList: (topic: string) => memory.getClientList(topic),
});

const queuePart = (
  queues: MessageQueues,
  write: Write,
  onEvicted: SessionStoreOptions["onEvicted"],
) => {
  const enqueue = async (clientIds: Iterable<string>, packet: QueuedMessage): Promise<void> => {
    const changes: Change[] = [];
    for (const clientId of clientIds) {
      const { place, evicted } = queues.add(clientId, ownCopy(packet));
      changes.push(recordKeys.queuedEntry(clientId, place));
      if (evicted !== undefined) {
        changes.push(...forgetQueued(clientId, [evicted]));
        onEvicted(clientId);
      }
    }
    void write(changes);
  };

  return {
    outgoingEnqueue: ({ clientId }: { readonly clientId: string }, packet: QueuedMessage) =>
      enqueue([clientId], packet),
    /** One copy for each client, however many of its filters match. */
    outgoingEnqueueCombi: async (
      subscribers: readonly { readonly clientId: string }[],
      packet: QueuedMessage,
    ) => {
      if (subscribers.length > 0)
        await enqueue(new Set(subscribers.map(({ clientId }) => clientId)), packet);
    },
    // A message that had to make room is delivered all the same, only not repeated.
    outgoingUpdate: async (client: Named, packet: QueuedMessage) => queues.sent(client.id, packet),
    outgoingClearMessageId: async (
      client: Named,
      { messageId }: { readonly messageId?: number },
    ) => {
      const place = messageId === undefined ? undefined : queues.acknowledged(client.id, messageId);
      // Not awaited: an acknowledgement that is lost with us only makes for one repetition.
      if (place !== undefined) void write(forgetQueued(client.id, [place]));
      return place?.message;
    },
    outgoingStream: (client: Named) => Readable.from(queues.replay(client.id)),
  };
};

const retainedPart = (
  memory: MemoryPersistence,
  retained: Map<string, PublishPacket>,
  write: Write,
) => ({
  storeRetained: async (packet: PublishPacket) => {
    const message = { ...packet, payload: Buffer.from(packet.payload) };
    if (message.payload.length === 0) retained.delete(packet.topic);
    else retained.set(packet.topic, message);
    await memory.storeRetained(message);
    void write([recordKeys.retainedEntry(message)]);
  },
  createRetainedStream: (pattern: string) => memory.createRetainedStream(pattern),
  createRetainedStreamCombi: (patterns: readonly string[]) =>
    memory.createRetainedStreamCombi(patterns),
});

const willPart = (memory: MemoryPersistence, write: Write) => ({
  putWill: async (client: Named, packet: PublishPacket) => {
    await memory.putWill(client, packet);
    await write([recordKeys.willEntry(client.id, packet)]);
  },
  getWill: (client: Named) => memory.getWill(client),
  delWill: async (client: Named) => {
    const will = await memory.delWill(client);
    if (will !== undefined) await write([[recordKeys.will(client.id), undefined]]);
    return will;
  },
  streamWill: (brokers?: object) => memory.streamWill(brokers),
});

/** QoS 2 handshakes of senders: in memory only, so a crash may turn "exactly once" into "twice". */
const handshakePart = (memory: MemoryPersistence) => ({
  incomingStorePacket: (client: Named, packet: PublishPacket) =>
    memory.incomingStorePacket(client, { ...packet, payload: Buffer.alloc(0) }),
  incomingGetPacket: (client: Named, packet: PublishPacket) =>
    memory.incomingGetPacket(client, packet),
  incomingDelPacket: (client: Named, packet: PublishPacket) =>
    memory.incomingDelPacket(client, packet),
  cleanIncoming: (client: Named) => memory.cleanIncoming(client),
});

interface KeptSubscriptions {
  /** `undefined`: no longer. */
  readonly note: (clientId: string, filter: string, qos: number | undefined) => void;
  readonly filtersOf: (clientId: string) => readonly string[];
  readonly hasSession: (clientId: string) => boolean;
  readonly sessionsStartingWith: (prefix: string) => number;
  /** How many have a QoS, so that messages are queued for them. */
  readonly queued: () => number;
}

const createKeptSubscriptions = (): KeptSubscriptions => {
  const sessions = new Map<string, Map<string, number>>();
  let queued = 0;
  return {
    note: (clientId, filter, qos) => {
      const filters = sessions.get(clientId) ?? new Map<string, number>();
      queued += isQueued(qos) - isQueued(filters.get(filter));
      if (qos === undefined) filters.delete(filter);
      else filters.set(filter, qos);
      if (filters.size === 0) sessions.delete(clientId);
      else sessions.set(clientId, filters);
    },
    filtersOf: (clientId) => [...(sessions.get(clientId)?.keys() ?? [])],
    hasSession: (clientId) => sessions.has(clientId),
    sessionsStartingWith: (prefix) =>
      [...sessions.keys()].filter((clientId) => clientId.startsWith(prefix)).length,
    queued: () => queued,
  };
};

const isQueued = (qos: number | undefined): number => (qos !== undefined && qos > 0 ? 1 : 0);

/** The parser's payload is a window into a whole socket chunk, which must not live as long as a queue. */
const ownCopy = (packet: QueuedMessage): QueuedMessage => ({
  cmd: "publish",
  brokerId: packet.brokerId,
  brokerCounter: packet.brokerCounter,
  topic: packet.topic,
  payload: Buffer.from(packet.payload),
  qos: packet.qos,
  retain: packet.retain,
  dup: false,
});
