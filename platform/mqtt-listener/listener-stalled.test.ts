/** A disk that does not answer, or refuses, must not make the listener deaf. */
import { afterEach, expect, test } from "vitest";
import type { MqttListenerOptions } from "./listener.ts";
import {
  logIn,
  openObserved,
  pingPacket,
  publishPacket,
  reading,
  type ObservedListener,
} from "./wire-for-tests.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Every message that says `alarm` must be committed by this disk. */
const openOver = async (commit: () => Promise<void>): Promise<ObservedListener> => {
  const options: Partial<MqttListenerOptions> = {
    limits: { messagesPerSecond: 100_000, burst: 100_000 },
    onPublish: ({ payload }) =>
      Buffer.from(payload).toString() === "alarm" ? commit() : undefined,
  };
  const listener = await openObserved(options);
  cleanups.push(listener.close);
  return listener;
};

const never = (): Promise<void> => new Promise(() => undefined);

test("behind an alarm that waits for a stalled disk, a bridge's next 5,000 messages of QoS 0 are all heard", async () => {
  const listener = await openOver(never);
  const bridge = await logIn(listener.port, { username: "bridge" });
  const topic = reading("bridge");

  bridge.send(publishPacket(topic, "alarm"));
  for (let count = 0; count < 5_000; count += 1) bridge.send(publishPacket(topic, `${count}`));
  bridge.send(publishPacket(topic, "another alarm"), pingPacket);
  expect(await bridge.read(2)).toEqual(Buffer.from([0xd0, 0]));

  expect(listener.taken).toHaveLength(5_002);
  expect(listener.taken.at(-1)).toBe(`${topic} another alarm`);
});

test("nor is a bridge that waits for no PUBACK held up by its alarm of QoS 1", async () => {
  const listener = await openOver(never);
  const bridge = await logIn(listener.port, { username: "bridge" });
  const topic = reading("bridge");

  bridge.send(publishPacket(topic, "alarm", { qos: 1, id: 1 }));
  for (let id = 2; id <= 5_000; id += 1) bridge.send(publishPacket(topic, `${id}`, { qos: 1, id }));
  bridge.send(pingPacket);
  expect(await bridge.read(2)).toEqual(Buffer.from([0xd0, 0]));
  expect(listener.taken).toHaveLength(5_000);
});

test("a commit that fails does not end the connection of one who waits for no PUBACK: it would not send again", async () => {
  const listener = await openOver(() => Promise.reject(new Error("disk full")));
  const bridge = await logIn(listener.port, { username: "bridge" });
  const topic = reading("bridge");

  for (const payload of ["alarm", "later"]) {
    bridge.send(publishPacket(topic, payload), pingPacket);
    expect(await bridge.read(2)).toEqual(Buffer.from([0xd0, 0]));
  }
  expect(listener.taken).toEqual([`${topic} alarm`, `${topic} later`]);
});
