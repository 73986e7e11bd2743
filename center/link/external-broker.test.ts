import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { Aedes } from "aedes";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { UpDelivery } from "../intake/read-message.ts";
import { openBrokerLink } from "./external-broker.ts";
import type { GatewayLink } from "./ports.ts";

// Many commits and password checks: a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

/** A real broker, and a center whose commits are decided by the test. */
const openBrokerStory = async () => {
  const broker = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  /** Numbers of the messages the center has acknowledged, as seen on the wire. */
  const acknowledged: number[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      acknowledged.push(...pubacksIn(chunk));
      note();
    });
    broker.handle(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has no path
  const { port } = server.address() as AddressInfo;

  const taken: { readonly delivery: UpDelivery; readonly commit: PromiseWithResolvers<void> }[] =
    [];
  let changed = Promise.withResolvers<void>();
  const note = (): void => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const link = await openBrokerLink({
    url: `mqtt://127.0.0.1:${port}`,
    clientId: "canary-center-test",
    shared: false,
    take: (delivery) => {
      const commit = Promise.withResolvers<void>();
      taken.push({ delivery, commit });
      note();
      return commit.promise;
    },
    onChange: () => note(),
  });

  return {
    link,
    taken,
    acknowledged,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    until: async (condition: () => boolean): Promise<void> => {
      while (!condition()) await changed.promise;
    },
    publish: (payload: string, topic = "canary/v1/gateways/gw-1/up/alarm") =>
      new Promise<void>((done, failed) => {
        broker.publish(
          { cmd: "publish", topic, payload, qos: 1, retain: false, dup: false },
          (error) => (error ? failed(error) : done()),
        );
      }),
    close: async () => {
      await link.close();
      await new Promise<void>((done) => broker.close(done));
      server.close();
    },
  };
};

/** A PUBACK is 0x40 0x02 and two bytes; the other short packets a center sends have two in all. */
const pubacksIn = (chunk: Buffer): readonly number[] => {
  const numbers: number[] = [];
  for (let at = 0; at + 3 < chunk.length; at += 1) {
    if (chunk[at] !== 0x40 || chunk[at + 1] !== 2) continue;
    numbers.push(chunk.readUInt16BE(at + 2));
    at += 3;
  }
  return numbers;
};

let story: Awaited<ReturnType<typeof openBrokerStory>>;
let link: GatewayLink;
beforeEach(async () => {
  story = await openBrokerStory();
  ({ link } = story);
  await story.until(() => link.hindrance() === undefined);
});
afterEach(() => story.close());

test("messages are taken together, and each is acknowledged only after its own commit", async () => {
  for (const payload of ["a", "b", "c"]) void story.publish(payload);
  await story.until(() => story.taken.length === 3);
  expect(story.acknowledged).toEqual([]);

  story.taken[1]?.commit.resolve();
  await story.until(() => story.acknowledged.length === 1);
  story.taken[2]?.commit.resolve();
  story.taken[0]?.commit.resolve();
  await story.until(() => story.acknowledged.length === 3);
  // The broker counts up: b is one after a.
  const [b = 0, c = 0, a = 0] = story.acknowledged;
  expect([b - a, c - a]).toEqual([1, 2]);
});

test("a failed commit is never acknowledged: the center begins anew and takes the next", async () => {
  void story.publish("lost");
  await story.until(() => story.taken.length === 1);
  story.taken[0]?.commit.reject(new Error("disk full"));
  await story.until(() => link.hindrance() !== undefined);
  expect(link.hindrance()?.zh).toContain("连接中断");
  await expect(link.send("canary/v1/gateways/gw-1/down/receipt", "{}")).rejects.toThrow(
    "not connected",
  );

  await story.until(() => link.hindrance() === undefined);
  void story.publish("again");
  await story.until(() => story.taken.length === 2);
  expect(story.acknowledged).toEqual([]);
  story.taken[1]?.commit.resolve();
  await story.until(() => story.acknowledged.length === 1);
});

test("a commit that ends after the connection did acknowledges nothing on the next one", async () => {
  void story.publish("old");
  await story.until(() => story.taken.length === 1);
  story.cut();
  await story.until(() => link.hindrance() !== undefined);
  await story.until(() => link.hindrance() === undefined);
  story.taken[0]?.commit.resolve();
  void story.publish("new");
  await story.until(() => story.taken.length === 2);
  expect(story.acknowledged).toEqual([]);
  story.taken[1]?.commit.resolve();
  await story.until(() => story.acknowledged.length === 1);
});

test("what is on no gateway's topic is acknowledged and not taken", async () => {
  await story.publish("gossip", "canary/v1/gateways/bad name/up/alarm");
  await story.until(() => story.acknowledged.length === 1);
  expect(story.taken).toEqual([]);
});
