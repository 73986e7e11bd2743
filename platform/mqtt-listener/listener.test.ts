import mqtt, { type MqttClient } from "mqtt";
import { afterEach, expect, test } from "vitest";
import { createToken, hashToken, verifyToken } from "#platform/device-credentials.ts";
import { err, ok } from "#domain/result.ts";
import type { MqttListenerOptions } from "./listener.ts";
import {
  logIn,
  openObserved,
  pingPacket,
  puback,
  publishPacket,
  reading,
  suback,
  subscribePacket,
  type ObservedListener,
} from "./wire-for-tests.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const open = async (options?: Partial<MqttListenerOptions>): Promise<ObservedListener> => {
  const listener = await openObserved(options);
  cleanups.push(listener.close);
  return listener;
};

const join = async (port: number, username: string, options: object = {}): Promise<MqttClient> => {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    username,
    clientId: username,
    reconnectPeriod: 0,
    ...options,
  });
  client.on("error", () => undefined);
  cleanups.push(() => client.endAsync(true));
  return client;
};

/** A promise and its ends. */
const gate = () => Promise.withResolvers<void>();

test("a detector's reading reaches the program, with who sent it", async () => {
  const seen: unknown[] = [];
  const { port } = await open({
    onPublish: ({ topic, qos, retain, client }) => {
      seen.push({ topic, qos, retain, client });
      return undefined;
    },
  });
  const detector = await join(port, "d1");

  await detector.publishAsync(reading("d1"), '{"co_ppm":31.5}', { qos: 1 });

  const client = { clientId: "d1", username: "d1", remoteAddress: "127.0.0.1" };
  expect(seen).toEqual([{ topic: reading("d1"), qos: 1, retain: false, client }]);
});

test("a token opens the door to its own topics, a wrong one does not, and the cause is reported, not sent", async () => {
  const token = createToken();
  const stored = hashToken(token);
  const listener = await open({
    authenticate: ({ username }, password) =>
      username === "d1" && verifyToken(password, stored)
        ? ok({ mayPublish: (topic) => topic === reading("d1"), maySubscribe: () => false })
        : err({ zh: "令牌不符", en: "wrong token" }),
  });

  const detector = await join(listener.port, "d1", { password: token });
  await detector.publishAsync(reading("d1"), "1", { qos: 1 });
  const stranger = join(listener.port, "d1", { password: createToken() });

  await expect(stranger).rejects.toThrow("Not authorized");
  expect(listener.taken).toEqual([`${reading("d1")} 1`]);
  expect(listener.stats().refused).toEqual({ credentials: 1 });
  expect(listener.texts.join()).toContain("wrong token");
});

test("a login check that breaks down refuses for now and says so", async () => {
  const listener = await open({
    authenticate: () => Promise.reject(new Error("the list of devices cannot be read")),
  });

  await expect(join(listener.port, "d1")).rejects.toThrow("Server unavailable");
  expect(listener.texts.join()).toContain("the list of devices cannot be read");
});

test("a detector that writes another's topic is cut off, that message reaches nobody, the duty seat hears of it", async () => {
  const listener = await open();
  const intruder = await logIn(listener.port, { username: "d1" });

  intruder.send(
    publishPacket(reading("d1"), "own", { qos: 1, id: 1 }),
    publishPacket(reading("d2"), "not own", { qos: 1, id: 2 }),
  );
  await intruder.closed;

  expect(listener.taken).toEqual([`${reading("d1")} own`]);
  expect(listener.stats().refused).toEqual({ "publish-not-allowed": 1 });
  expect([...listener.faults]).toEqual(["mqtt:publish-not-allowed:d1"]);
});

test("a message that changes an alarm is acknowledged after its commit, not before", async () => {
  const commit = gate();
  const listener = await open({ onPublish: () => commit.promise });
  const detector = await logIn(listener.port, { username: "d1" });

  detector.send(publishPacket(reading("d1"), "alarm", { qos: 1, id: 5 }), pingPacket);
  // The answer to a ping that was sent later comes first: there is no PUBACK yet.
  expect(await detector.read(2)).toEqual(Buffer.from([0xd0, 0]));
  commit.resolve();

  expect(await detector.read(4)).toEqual(puback(5));
});

test("while one waits for the disk, later ones still reach the program, and acknowledgements keep their order", async () => {
  const commit = gate();
  const third = gate();
  const listener = await open({
    onPublish: ({ payload }) => {
      const text = Buffer.from(payload).toString();
      if (text === "3") third.resolve();
      return text === "1" ? commit.promise : undefined;
    },
  });
  const detector = await logIn(listener.port, { username: "bridge" });

  for (const id of [1, 2]) detector.send(publishPacket(reading("bridge"), `${id}`, { qos: 1, id }));
  detector.send(pingPacket);
  await detector.read(2);
  detector.send(publishPacket(reading("bridge"), "3", { qos: 1, id: 3 }));
  await third.promise;
  commit.resolve();

  expect(await detector.read(12)).toEqual(Buffer.concat([puback(1), puback(2), puback(3)]));
});

test("a commit that fails is not acknowledged: the connection ends, the client sends again", async () => {
  let attempts = 0;
  const listener = await open({
    onPublish: () => ((attempts += 1) === 1 ? Promise.reject(new Error("disk full")) : undefined),
  });
  const detector = await join(listener.port, "d1", { reconnectPeriod: 1, clean: false });

  await detector.publishAsync(reading("d1"), "alarm", { qos: 1 });

  expect(listener.taken).toEqual([`${reading("d1")} alarm`, `${reading("d1")} alarm`]);
  expect(listener.stats().refused).toEqual({ "not-committed": 1 });
  expect(listener.texts.join()).toContain("disk full");
});

test("a mistake in the program costs that message its PUBACK, not the listener its life", async () => {
  const listener = await open({
    onPublish: () => {
      throw new TypeError("a bug");
    },
  });
  const one = await logIn(listener.port, { username: "d1" });
  one.send(publishPacket(reading("d1"), "x", { qos: 1 }));
  await one.closed;

  expect(listener.texts.join()).toContain("a bug");
  await logIn(listener.port, { username: "d2" });
});

test("one connection waiting for a commit delays no other", async () => {
  const never = gate();
  const { port } = await open({
    onPublish: ({ client }) => (client.username === "stuck" ? never.promise : undefined),
  });
  const stuck = await logIn(port, { username: "stuck" });
  stuck.send(publishPacket(reading("stuck"), "x", { qos: 1 }));
  const other = await join(port, "other");

  for (let count = 0; count < 20; count += 1)
    await other.publishAsync(reading("other"), `${count}`, { qos: 1 });
  never.resolve();
  expect(await stuck.read(4)).toEqual(puback(1));
});

test("two users with the same client id both stay; the same user twice is the same client come back", async () => {
  const { port } = await open();
  const victim = await logIn(port, { clientId: "meter", username: "victim" });
  const attacker = await logIn(port, { clientId: "meter", username: "attacker" });

  victim.send(publishPacket(reading("victim"), "1", { qos: 1 }));
  attacker.send(publishPacket(reading("attacker"), "1", { qos: 1 }));
  expect(await victim.read(4)).toEqual(puback(1));
  expect(await attacker.read(4)).toEqual(puback(1));

  await logIn(port, { clientId: "meter", username: "victim" });
  await victim.closed;
});

test("nobody gets another user's queue by taking its client id", async () => {
  const listener = await open();
  const owner = await join(listener.port, "owner", { clientId: "c", clean: false });
  await owner.subscribeAsync("canary/v1/buzzers/b/set", { qos: 1 });
  await owner.endAsync(true);
  await listener.publish("canary/v1/buzzers/b/set", "secret", { qos: 1, retain: false });

  const thief = await logIn(listener.port, { clientId: "c", username: "thief", clean: false });
  thief.send(pingPacket);

  expect(await thief.read(2)).toEqual(Buffer.from([0xd0, 0]));
  expect(listener.stats().queued).toBe(1);
});

test("filters: granted or answered with 128 one by one, and a refused one is not kept either", async () => {
  const listener = await open({
    authenticate: () =>
      ok({ mayPublish: () => false, maySubscribe: (filter) => filter.startsWith("mine/") }),
  });
  const client = await logIn(listener.port, { username: "u", clean: false });

  client.send(
    subscribePacket("mine/#", "others/#", "$SYS/#", "#", "$share/g/mine/x", "mine/a\u0000"),
  );
  expect(await client.read(10)).toEqual(suback(1, 128, 128, 128, 128, 128));
  client.hangUp();
  await client.closed;
  await listener.publish("others/x", "1", { qos: 1, retain: false });
  await listener.publish("mine/x", "1", { qos: 1, retain: false });

  expect(listener.stats()).toMatchObject({ queued: 1, refused: { "subscribe-not-allowed": 5 } });
});

test("the last message is kept for later subscribers only where it may be", async () => {
  const listener = await open({
    authenticate: ({ username }) =>
      ok({
        mayPublish: () => true,
        maySubscribe: () => true,
        mayRetain: (topic) => topic !== reading(String(username)),
      }),
    limits: { retainedMessages: 1 },
  });
  const detector = await join(listener.port, "d1");
  for (const topic of [reading("d1"), "tele/d1/LWT", "tele/d1/second"])
    await detector.publishAsync(topic, "x", { qos: 1, retain: true });

  expect(listener.taken).toHaveLength(3);
  expect(listener.stats()).toMatchObject({ retained: 1, refused: { "too-many-retained": 1 } });

  const dashboard = await logIn(listener.port, { username: "dash" });
  dashboard.send(subscribePacket("tele/#"));
  await dashboard.read(5);
  // QoS 1, retained; then length, topic.
  expect((await dashboard.read(15)).toString("latin1")).toContain("tele/d1/LWT");
});

test("a revoked user is cut off at once, the others stay", async () => {
  const listener = await open();
  const revoked = await logIn(listener.port, { username: "revoked" });
  const other = await logIn(listener.port, { username: "other" });

  listener.disconnect("revoked");
  await revoked.closed;

  other.send(pingPacket);
  expect(await other.read(2)).toEqual(Buffer.from([0xd0, 0]));
});

test("the program subscribes in its own process and hears clients and itself; its mistakes are reported", async () => {
  const listener = await open();
  const heard: string[] = [];
  listener.subscribe("canary/v1/#", (topic, payload) => {
    heard.push(`${topic} ${Buffer.from(payload).toString()}`);
    if (topic.endsWith("set")) throw new Error("a mistake");
  });
  const detector = await join(listener.port, "d1");

  await detector.publishAsync(reading("d1"), "1", { qos: 1 });
  await listener.publish("canary/v1/buzzers/b/set", "on", { qos: 1, retain: true });

  expect(heard).toEqual([`${reading("d1")} 1`, "canary/v1/buzzers/b/set on"]);
  expect(listener.texts.join()).toContain("a mistake");
  await expect(listener.publish("a/#", "", { qos: 0, retain: false })).rejects.toThrow(
    "not a topic",
  );
});
