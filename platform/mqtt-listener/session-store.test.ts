import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aedes } from "aedes";
import mqtt from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { createSessionStore } from "./session-store.ts";
import { logIn, openObserved, suback, subscribePacket } from "./wire-for-tests.ts";

const open = (dataFolder: string) => openObserved({ dataFolder });

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), "canary-sessions-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
};

test("filters that overlap are all kept: what only the wider one matches is queued across a restart", async () => {
  // aedes-persistence-level forgets the second filter here.
  const dataFolder = await folder();
  const first = await open(dataFolder);
  const away = await logIn(first.port, { username: "away", clean: false });
  away.send(subscribePacket("site/+", "site/#"));
  expect(await away.read(6)).toEqual(suback(1, 1));
  await first.close();

  const second = await open(dataFolder);
  await second.publish("site/a", "1", { qos: 1, retain: false });
  await second.publish("site/a/b", "2", { qos: 1, retain: false });
  await second.close();

  // One copy of each, although "site/a" matches both: taken once, nothing is left.
  const third = await open(dataFolder);
  expect(third.stats().queued).toBe(2);
  const back = await mqtt.connectAsync(`mqtt://127.0.0.1:${third.port}`, {
    username: "away",
    clientId: "c1",
    clean: false,
  });
  await expect.poll(() => third.stats().queued).toBe(0);
  await back.endAsync();
  await third.close();
  const fourth = await open(dataFolder);
  expect(fourth.stats().queued).toBe(0);
  await fourth.close();
});

test("queues keep their order over several lives of the program", async () => {
  // aedes-persistence-level sorts by a random broker id.
  const dataFolder = await folder();
  for (let life = 0; life < 6; life += 1) {
    const listener = await open(dataFolder);
    if (life === 0) {
      const away = await logIn(listener.port, { username: "away", clean: false });
      away.send(subscribePacket("t"));
      await away.read(5);
      away.hangUp();
      await away.closed;
    }
    await listener.publish("t", String(life), { qos: 1, retain: false });
    await listener.close();
  }

  const listener = await open(dataFolder);
  const back = await logIn(listener.port, { username: "away", clean: false });
  // PUBLISH: 2 + topic 3 + id 2 + payload 1.
  const queue = await back.read(48);
  const lives = [0, 1, 2, 3, 4, 5];
  expect(lives.map((life) => queue.toString("latin1", life * 8 + 7, life * 8 + 8)).join("")).toBe(
    "012345",
  );
  await listener.close();
});

test("a session that begins clean leaves nothing behind, also not on disk", async () => {
  const dataFolder = await folder();
  const first = await open(dataFolder);
  const kept = await logIn(first.port, { username: "u", clean: false });
  kept.send(subscribePacket("t"));
  await kept.read(5);
  kept.hangUp();
  await kept.closed;
  await first.publish("t", "1", { qos: 1, retain: false });
  await logIn(first.port, { username: "u", clean: true });
  await first.close();

  const second = await open(dataFolder);
  expect(second.stats().queued).toBe(0);
  await second.publish("t", "2", { qos: 1, retain: false });
  expect(second.stats().queued).toBe(0);
  await second.close();
});

test("an empty retained message forgets the topic, also on disk", async () => {
  const dataFolder = await folder();
  const first = await open(dataFolder);
  await first.publish("a", "1", { qos: 1, retain: true });
  await first.publish("b", "1", { qos: 1, retain: true });
  await first.publish("a", "", { qos: 1, retain: true });
  await first.close();

  const second = await open(dataFolder);
  expect(second.stats().retained).toBe(1);
  await second.close();
});

test("a message that is stored and one that is not overtake each other without loss", async () => {
  // aedes drops what has a lower number than the last it delivered.
  const listener = await open(await folder());
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${listener.port}`);
  const heard: string[] = [];
  client.on("message", (topic) => heard.push(topic));
  await client.subscribeAsync("buzzers/#", { qos: 1 });

  const sent = Array.from({ length: 100 }, (_, index) => `buzzers/${index}`);
  await Promise.all(
    sent.map((topic, index) => listener.publish(topic, "on", { qos: 1, retain: index % 2 === 0 })),
  );

  await expect.poll(() => heard.toSorted()).toEqual(sent.toSorted());
  await client.endAsync();
  await listener.close();
});

test("a client whose filters overlap is sent one copy", async () => {
  const listener = await open(await folder());
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${listener.port}`);
  const heard: string[] = [];
  client.on("message", (topic) => heard.push(topic));
  await client.subscribeAsync(["site/+", "site/#"], { qos: 1 });

  for (const topic of ["site/a", "site/b", "site/end"])
    await listener.publish(topic, "1", { qos: 1, retain: false });

  await expect.poll(() => heard).toContain("site/end");
  expect(heard).toEqual(["site/a", "site/b", "site/end"]);
  await client.endAsync();
  await listener.close();
});

test("a subscriber does not wait for the disk: a buzzer sounds while it is stuck", async () => {
  const stuck = new Promise<never>(() => {});
  const store = createSessionStore({
    file: {
      entries: async function* () {},
      write: () => stuck,
      written: () => stuck,
      close: async () => {},
    },
    queuedMessages: 10,
    mayKeep: () => true,
    onEvicted: () => {},
    onUnreadable: () => {},
  });
  const broker = await Aedes.createBroker({ persistence: store.persistence });
  const heard = new Promise((resolve) => {
    broker.subscribe(
      "buzzers/#",
      (packet, done) => {
        resolve(packet.topic);
        done();
      },
      () => {},
    );
  });
  broker.publish(
    { cmd: "publish", topic: "buzzers/b/set", payload: "on", qos: 1, retain: true, dup: false },
    () => {},
  );

  expect(await heard).toBe("buzzers/b/set");
  broker.close();
});
