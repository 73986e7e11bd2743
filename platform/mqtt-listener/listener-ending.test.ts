/** How connections and the listener itself come to an end. */
import mqtt, { type MqttClient } from "mqtt";
import { afterEach, expect, test } from "vitest";
import { err } from "#domain/result.ts";
import type { MqttListenerOptions } from "./listener.ts";
import { openMqttListener } from "./listener.ts";
import {
  dial,
  logIn,
  openObserved,
  publishPacket,
  reading,
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

test("a will comes through the same door: published when its owner vanishes, not when it leaves", async () => {
  const arrived = gate();
  const listener = await open({
    onPublish: () => {
      arrived.resolve();
      return undefined;
    },
  });
  const will = {
    topic: reading("d1"),
    payload: Buffer.from("gone"),
    qos: 1 as const,
    retain: false,
  };
  const leaving = await join(listener.port, "d1", { will });
  await leaving.endAsync();
  expect(listener.taken).toEqual([]);

  const vanishing = await join(listener.port, "d1", { will });
  vanishing.stream.destroy();
  await arrived.promise;
  expect(listener.taken).toEqual([`${reading("d1")} gone`]);
});

test("a will is published also when a failed commit ended its owner's connection", async () => {
  const heard = gate();
  const listener = await open({
    onPublish: ({ payload }) =>
      Buffer.from(payload).toString() === "gone"
        ? Promise.resolve()
        : Promise.reject(new Error("disk full")),
  });
  listener.subscribe(reading("d1"), () => heard.resolve());
  const detector = await logIn(listener.port, { username: "d1", will: { topic: reading("d1") } });

  detector.send(publishPacket(reading("d1"), "alarm", { qos: 1 }));
  await detector.closed;
  await heard.promise;

  expect(listener.stats().refused).toEqual({ "not-committed": 1 });
});

test("when the listener itself stops, nobody's will is published", async () => {
  const listener = await open();
  await logIn(listener.port, { username: "d1", will: { topic: reading("d1") } });

  await listener.close();

  expect(listener.taken).toEqual([]);
});

test("a taken port is an error that names port and holder", async () => {
  const { port } = await open();

  const second = await openMqttListener({
    host: "127.0.0.1",
    port,
    authenticate: () => err({ zh: "", en: "" }),
    onPublish: () => undefined,
    onFault: () => undefined,
  });

  expect(second).toMatchObject({
    ok: false,
    error: { en: expect.stringContaining(`port ${port}`) },
  });
  if (!second.ok) expect(second.error.en).toContain(`pid ${process.pid}`);
});

test("closing lets go of every connection and of the port", async () => {
  const listener = await openObserved();
  const client = await logIn(listener.port, { username: "d1" });
  const halfOpen = await dial(listener.port);

  await listener.close();

  await Promise.all([client.closed, halfOpen.closed]);
  await expect(dial(listener.port)).rejects.toThrow("ECONNREFUSED");
});
