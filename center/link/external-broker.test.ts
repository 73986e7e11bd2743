import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { Aedes } from "aedes";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Bilingual } from "#domain/result.ts";
import type { UpDelivery } from "../intake/read-message.ts";
import { openBrokerLink } from "./external-broker.ts";
import type { GatewayLink } from "./ports.ts";

/** A real broker, and a center whose commits are decided by the test. */
const openBrokerStory = async () => {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has no path
  const { port } = server.address() as AddressInfo;

  const taken: { readonly delivery: UpDelivery; readonly commit: PromiseWithResolvers<void> }[] =
    [];
  const acknowledged: string[] = [];
  const hindrances: (Bilingual | undefined)[] = [];
  let changed = Promise.withResolvers<void>();
  const note = (): void => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  broker.on("ack", (packet) => {
    // aedes tells of PUBACKs with the message they are for.
    if (packet !== undefined && "payload" in packet) acknowledged.push(String(packet.payload));
    note();
  });
  broker.on("subscribe", note);
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
    onChange: (hindrance) => {
      hindrances.push(hindrance);
      note();
    },
  });

  return {
    broker,
    link,
    taken,
    acknowledged,
    hindrances,
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
  expect(story.acknowledged).toEqual(["b", "c", "a"]);
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
  story.taken[1]?.commit.resolve();
  await story.until(() => story.acknowledged.length === 1);
  expect(story.acknowledged).toEqual(["again"]);
});

test("a commit that ends after the connection did acknowledges nothing on the next one", async () => {
  void story.publish("old");
  await story.until(() => story.taken.length === 1);
  for (const client of Object.values(story.broker.clients)) client.close();
  await story.until(() => link.hindrance() !== undefined);
  await story.until(() => link.hindrance() === undefined);
  story.taken[0]?.commit.resolve();
  void story.publish("new");
  await story.until(() => story.taken.length === 2);
  story.taken[1]?.commit.resolve();
  await story.until(() => story.acknowledged.length > 0);
  expect(story.acknowledged).toEqual(["new"]);
});

test("what is on no gateway's topic is acknowledged and not taken", async () => {
  const received = new Promise<string>((resolve) => {
    story.broker.on("publish", (packet) => {
      if (packet.topic.endsWith("/down/receipt")) resolve(String(packet.payload));
    });
  });
  await story.publish("gossip", "canary/v1/gateways/gw-1/up/gossip");
  await link.send("canary/v1/gateways/gw-1/down/receipt", "receipt");
  expect(await received).toBe("receipt");
  expect(story.taken).toEqual([]);
});
