import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { expect, onTestFinished, test } from "vitest";
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
