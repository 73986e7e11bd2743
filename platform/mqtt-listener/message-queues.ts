/** Messages on their way to sessions that outlive their connection: oldest first, at most so many each. */

export interface QueuedMessage {
  readonly cmd: "publish" | "pubrel";
  readonly brokerId: string;
  readonly brokerCounter: number;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly dup: boolean;
  messageId?: number | undefined;
}

/** A message in a queue and the number that orders it, also across restarts. */
export interface Place {
  readonly number: number;
  readonly message: QueuedMessage;
  /** QoS 2: the client has it (PUBREC), only the end of the handshake is owed. */
  released?: boolean;
}

export interface MessageQueues {
  /** Puts a message at the end; returns its place, and the one that had to go for it. */
  readonly add: (
    clientId: string,
    message: QueuedMessage,
  ) => { readonly place: Place; readonly evicted: Place | undefined };
  readonly restore: (clientId: string, place: Place) => void;
  /** Notes under which packet id the message was sent, or that its receiver has it (`pubrel`). */
  readonly sent: (clientId: string, message: QueuedMessage) => void;
  /** Takes out what was sent under this packet id. */
  readonly acknowledged: (clientId: string, messageId: number) => Place | undefined;
  /** Oldest first; packet ids of an earlier connection are forgotten, so that they cannot meet new ones. */
  readonly replay: (clientId: string) => readonly QueuedMessage[];
  /** Forgets the whole queue; returns what was in it. */
  readonly clear: (clientId: string) => readonly Place[];
  readonly total: () => number;
}

interface Queue {
  readonly places: Map<string, Place>;
  readonly byMessageId: Map<number, string>;
}

export const createMessageQueues = (limit: number): MessageQueues => {
  const queues = new Map<string, Queue>();
  let last = 0;

  const put = (clientId: string, place: Place): void => {
    const queue = queues.get(clientId) ?? { places: new Map(), byMessageId: new Map() };
    queues.set(clientId, queue);
    queue.places.set(keyOf(place.message), place);
    last = Math.max(last, place.number);
  };

  return {
    add: (clientId, message) => {
      const queue = queues.get(clientId);
      const [oldest] = queue?.places.keys() ?? [];
      const isFull = queue !== undefined && queue.places.size >= limit;
      const evicted = isFull ? take(queue, oldest) : undefined;
      const place = { number: last + 1, message };
      put(clientId, place);
      return { place, evicted };
    },
    restore: put,
    sent: (clientId, message) => {
      const queue = queues.get(clientId);
      if (queue !== undefined) noteSent(queue, message);
    },
    acknowledged: (clientId, messageId) => {
      const queue = queues.get(clientId);
      return queue === undefined ? undefined : take(queue, queue.byMessageId.get(messageId));
    },
    replay: (clientId) => {
      const queue = queues.get(clientId);
      return queue === undefined ? [] : startAgain(queue);
    },
    clear: (clientId) => {
      const queue = queues.get(clientId);
      queues.delete(clientId);
      return [...(queue?.places.values() ?? [])];
    },
    total: () => queues.values().reduce((sum, { places }) => sum + places.size, 0),
  };
};

const take = (queue: Queue, key: string | undefined): Place | undefined => {
  const place = key === undefined ? undefined : queue.places.get(key);
  if (key === undefined || place === undefined) return undefined;
  queue.places.delete(key);
  const id = place.message.messageId;
  if (id !== undefined && queue.byMessageId.get(id) === key) queue.byMessageId.delete(id);
  return place;
};

const noteSent = (queue: Queue, message: QueuedMessage): void => {
  const { messageId } = message;
  if (messageId === undefined) return;
  const isRelease = message.cmd === "pubrel";
  const key = isRelease ? queue.byMessageId.get(messageId) : keyOf(message);
  const place = key === undefined ? undefined : queue.places.get(key);
  if (key === undefined || place === undefined) return;
  if (isRelease) place.released = true;
  place.message.messageId = messageId;
  queue.byMessageId.set(messageId, key);
};

const startAgain = (queue: Queue): readonly QueuedMessage[] => {
  queue.byMessageId.clear();
  const replay: QueuedMessage[] = [];
  for (const [key, { message, released }] of queue.places) {
    if (released === true && message.messageId !== undefined) {
      queue.byMessageId.set(message.messageId, key);
      replay.push({ ...message, cmd: "pubrel" });
    } else {
      message.messageId = undefined;
      replay.push(message);
    }
  }
  return replay;
};

const keyOf = (message: QueuedMessage): string => `${message.brokerId}:${message.brokerCounter}`;
