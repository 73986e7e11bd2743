/** One client that floods, freezes or hoards must not be felt by any other (capability I10). */
import mqtt from "mqtt";
import { afterEach, expect, test } from "vitest";
import type { MqttListenerOptions } from "./listener.ts";
import {
  connack,
  connectPacket,
  dial,
  logIn,
  openObserved,
  puback,
  publishPacket,
  reading,
  suback,
  subscribePacket,
  type ObservedListener,
} from "./wire-for-tests.ts";

let listener: ObservedListener;
afterEach(() => listener.close());

/** A listener, and a way to wait until a condition holds that messages can change. */
const open = async (options: Partial<MqttListenerOptions>) => {
  const watchers = new Set<() => void>();
  const look = () => watchers.forEach((watcher) => watcher());
  listener = await openObserved({
    ...options,
    onPublish: (message) => {
      setImmediate(look);
      return options.onPublish?.(message);
    },
    onFault: look,
  });
  return {
    until: (condition: () => boolean) =>
      new Promise<void>((resolve) => {
        const watcher = () => {
          if (!condition()) return;
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
        watcher();
      }),
  };
};
const takenFrom = (user: string) =>
  listener.taken.filter((line) => line.startsWith(reading(user))).length;

test("a flooding client is slowed, loses nothing, and the next detector does not notice", async () => {
  const { until } = await open({ limits: { messagesPerSecond: 500, burst: 50 } });
  const flooder = await logIn(listener.port, { username: "flood" });
  const detector = await logIn(listener.port, { username: "d1", clientId: "d1" });
  const flood = Array.from({ length: 300 }, (_, count) =>
    publishPacket(reading("flood"), `${count}`),
  );

  flooder.send(...flood);
  for (let id = 1; id <= 20; id += 1) {
    detector.send(publishPacket(reading("d1"), "alarm", { qos: 1, id }));
    expect(await detector.read(4)).toEqual(puback(id));
  }
  // Twenty alarms went through while the flood was still being let in drop by drop.
  expect(takenFrom("flood")).toBeLessThan(300);
  expect([...listener.faults]).toEqual(["mqtt:slowed:flood (c1)"]);

  await until(() => takenFrom("flood") === 300);
  const inOrder = flood.map((_, count) => `${reading("flood")} ${count}`);
  expect(listener.taken.filter((line) => line.startsWith(reading("flood")))).toEqual(inOrder);
});

test("a client that floods and hangs up still has all its messages taken", async () => {
  const { until } = await open({ limits: { messagesPerSecond: 500, burst: 20 } });
  const hasty = await logIn(listener.port, { username: "hasty" });

  hasty.send(...Array.from({ length: 100 }, () => publishPacket(reading("hasty"), "x")));
  hasty.socket.end();

  await until(() => takenFrom("hasty") === 100);
});

test("a client need not wait for its CONNACK before it sends", async () => {
  const { until } = await open({});
  const eager = await dial(listener.port);

  eager.send(
    connectPacket({ username: "eager" }),
    ...Array.from({ length: 200 }, () => publishPacket(reading("eager"), "x")),
  );

  expect(await eager.read(4)).toEqual(connack(0));
  await until(() => takenFrom("eager") === 200);
});

test("publishers do not stand still for a frozen subscriber, not even while it is still tolerated", async () => {
  // With aedes alone they would until the drain timeout, here an hour.
  const limits = { drainTimeoutMs: 3_600_000, unreadBytes: Infinity, messagesPerSecond: Infinity };
  await open({ limits });
  const frozen = await logIn(listener.port, { username: "frozen" });
  frozen.send(subscribePacket("canary/#"));
  await frozen.read(5);
  frozen.socket.pause();
  const bridge = await logIn(listener.port, { username: "bridge", clientId: "bridge" });

  // 20 MB: more than any kernel buffers for a socket.
  const one = publishPacket(reading("bridge"), Buffer.alloc(1_000), { qos: 1 });
  for (let round = 0; round < 200; round += 1) {
    bridge.send(...Array.from({ length: 100 }, () => one));
    await bridge.read(400);
  }
  expect(takenFrom("bridge")).toBe(20_000);
});

test("a frozen subscriber is put out before it costs memory; other subscribers lose nothing", async () => {
  const { until } = await open({ limits: { drainTimeoutMs: 3_600_000 } });
  const frozen = await logIn(listener.port, { username: "frozen" });
  frozen.send(subscribePacket("canary/#"));
  await frozen.read(5);
  frozen.socket.pause();
  const reader = await mqtt.connectAsync(`mqtt://127.0.0.1:${listener.port}`, { username: "r" });
  const heard: number[] = [];
  reader.on("message", (_topic, payload) => heard.push(payload.readUInt32BE()));
  await reader.subscribeAsync("canary/#", { qos: 1 });
  const detector = await logIn(listener.port, { username: "d1", clientId: "d1" });

  // 30 MB: more than any kernel buffers for a socket.
  const count = 150;
  const payload = Buffer.alloc(200_000);
  for (let id = 1; id <= count; id += 1) {
    payload.writeUInt32BE(id);
    detector.send(publishPacket(reading("d1"), payload, { qos: 1, id }));
    expect(await detector.read(4)).toEqual(puback(id));
  }

  await until(() => listener.faults.has("mqtt:slow-reader:frozen (c1)"));
  frozen.socket.resume();
  await frozen.closed;
  await expect.poll(() => heard).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  await reader.endAsync(true);
});

test("a session that is away keeps its newest messages up to the limit, and the duty seat hears of the rest", async () => {
  await open({ limits: { queuedMessages: 3 } });
  const away = await logIn(listener.port, { username: "away", clean: false });
  away.send(subscribePacket("canary/#"));
  await away.read(5);
  away.hangUp();
  await away.closed;

  for (const count of [1, 2, 3, 4, 5])
    await listener.publish("canary/v1/x", `${count}`, { qos: 1, retain: false });

  expect(listener.stats()).toMatchObject({ queued: 3, refused: { "queue-full": 2 } });
  const back = await logIn(listener.port, { username: "away", clean: false });
  // Three PUBLISH of 2 + 2 + 11 + 2 + 1 bytes.
  const queue = await back.read(54);
  expect([17, 35, 53].map((at) => String.fromCodePoint(queue[at] ?? 0))).toEqual(["3", "4", "5"]);
});

test("nobody hoards subscriptions or sessions", async () => {
  await open({ limits: { subscriptionsPerClient: 2, keptSessionsPerUser: 1 } });
  const greedy = await logIn(listener.port, { username: "greedy", clientId: "1", clean: false });
  greedy.send(subscribePacket("a", "b", "c", "a"));
  expect(await greedy.read(7)).toEqual(suback(1, 1, 128));

  const again = await logIn(listener.port, { username: "greedy", clientId: "2", clean: false });
  again.send(subscribePacket("a"));
  expect(await again.read(5)).toEqual(suback(128));
  // Someone else's share is untouched.
  const modest = await logIn(listener.port, { username: "modest", clientId: "2", clean: false });
  modest.send(subscribePacket("a"));
  expect(await modest.read(5)).toEqual(suback(1));
});

test("a client that asks for no keep-alive is cut when it stays silent too long", async () => {
  await open({ limits: { keepAliveSeconds: 1 } });
  const silent = await logIn(listener.port, { username: "d1", keepAliveSeconds: 0 });

  await silent.closed;
});

test("connections beyond the limit are refused, those inside stay", async () => {
  await open({ limits: { connections: 2 } });
  const first = await logIn(listener.port, { username: "d1", clientId: "d1" });
  await logIn(listener.port, { username: "d2", clientId: "d2" });
  const third = await dial(listener.port);

  await third.closed;
  first.send(publishPacket(reading("d1"), "1", { qos: 1 }));
  expect(await first.read(4)).toEqual(puback(1));
  expect(listener.stats().refused).toEqual({ "connection-flood": 1 });
});

test("a storm of reconnecting detectors is let in at a pace, all of them", async () => {
  await open({ limits: { connectionsPerSecond: 200 } });
  const wires = await Promise.all(
    Array.from({ length: 240 }, (_, count) =>
      logIn(listener.port, { username: `d${count}`, clientId: `d${count}` }),
    ),
  );

  expect(wires).toHaveLength(240);
  expect(listener.stats()).toMatchObject({ clients: 240, refused: {} });
});
