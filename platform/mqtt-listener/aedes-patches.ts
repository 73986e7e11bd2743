/**
 * The three places where aedes 1.2.0 has to behave differently, in one file, each with a test in
 * listener.test.ts that fails when a new aedes no longer has the seam.
 */
import type { Aedes, Client, PublishPacket } from "aedes";

type Done = (error?: Error | null) => void;
type Deliver = (packet: unknown, done: () => void) => void;

/** What aedes has and its types leave out. */
interface Inside {
  mq: {
    on: (topic: string, deliver: Deliver, done?: () => void) => unknown;
    removeListener: (topic: string, deliver: Deliver, done?: () => void) => unknown;
    emit: (packet: unknown, done?: Done) => unknown;
  };
  publish: (packet: PublishPacket, from: Client | null | Done, done?: Done) => void;
}

const inside = (broker: Aedes): Inside =>
  // Read in aedes 1.2.0 (aedes.js); the types describe only what other programs usually need.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  broker as unknown as Inside;

/**
 * Hands a message to its subscribers without waiting for them. aedes waits until the slowest has room,
 * and does not read on from the publisher meanwhile: one frozen dashboard would hold up detectors for
 * `drainTimeout`. What a subscriber may leave unread is limited elsewhere.
 */
export const deliverWithoutWaiting = (broker: Aedes): void => {
  const { mq } = inside(broker);
  const on = mq.on.bind(mq);
  const removeListener = mq.removeListener.bind(mq);
  const atOnce = new WeakMap<Deliver, Deliver>();
  const nobodyWaits = (): void => undefined;

  mq.on = (topic, deliver, done) => {
    const known = atOnce.get(deliver);
    const wrapped: Deliver =
      known ??
      ((packet, delivered) => {
        deliver(packet, nobodyWaits);
        delivered();
      });
    atOnce.set(deliver, wrapped);
    return on(topic, wrapped, done);
  };
  mq.removeListener = (topic, deliver, done) =>
    removeListener(topic, atOnce.get(deliver) ?? deliver, done);
};

/**
 * Delivers every message, in whatever order messages come out of the store. aedes numbers a message
 * when its publishing begins and, to give a client with overlapping filters one copy only, drops what
 * has a lower number than the last it delivered to that client. But a message that is stored first
 * may be overtaken by one that is not, and was then lost: a buzzer was never told to sound. Here a
 * copy is a second delivery within the same emission, and nothing else is.
 *
 * The function returned has to see every new client.
 */
export const deliverOvertaken = (broker: Aedes): (<C extends Client>(client: C) => C) => {
  const { mq } = inside(broker);
  const emit = mq.emit.bind(mq);
  let emissions = 0;
  /** 0: between emissions. Deliveries begin within `emit` itself, so a number suffices. */
  let current = 0;

  mq.emit = (packet, done) => {
    const outer = current;
    emissions += 1;
    current = emissions;
    try {
      return emit(packet, done);
    } finally {
      current = outer;
    }
  };
  return (client) => {
    let last = 0;
    // aedes reads the highest number delivered, compares, and writes the new one (lib/client.js).
    const duplicates = Object.defineProperty({}, broker.id, {
      get: () => (current !== 0 && last === current ? Infinity : 0),
      set: () => {
        last = current;
      },
    });
    return Object.assign(client, { duplicates });
  };
};

/**
 * Gives a way to publish a client's packet before aedes acknowledges it, so that a PUBACK means
 * "stored for every session that is away". aedes' own publish of it, after the PUBACK, does nothing.
 */
export const publishAheadOfAck = (
  broker: Aedes,
): ((packet: PublishPacket, from: Client) => Promise<void>) => {
  const internals = inside(broker);
  const publish = internals.publish.bind(broker);
  const published = new WeakSet<PublishPacket>();

  internals.publish = (packet, from, done) => {
    if (!published.delete(packet)) publish(packet, from, done);
    else if (done !== undefined) done(null);
  };
  return (packet, from) =>
    new Promise((resolve, reject) => {
      publish(packet, from, (error) => {
        if (error !== undefined && error !== null) {
          reject(error);
          return;
        }
        published.add(packet);
        resolve();
      });
    });
};
