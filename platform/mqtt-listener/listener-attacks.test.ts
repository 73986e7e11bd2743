/** What arrives when somebody means harm, or a device is broken. Bytes by hand: no client would send them. */
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  connack,
  connectPacket,
  dial,
  lengthBytes,
  logIn,
  openObserved,
  packet,
  puback,
  publishPacket,
  reading,
  type Connect,
  type ObservedListener,
  type Wire,
} from "./wire-for-tests.ts";

let listener: ObservedListener;
let witness: Wire;

beforeAll(async () => {
  listener = await openObserved({
    limits: {
      payloadBytes: 1_000,
      strangersPerAddress: 50,
      connectTimeoutMs: 300,
      topicLevels: 6,
      topicBytes: 100,
    },
  });
  witness = await logIn(listener.port, { username: "witness", clientId: "witness" });
});
afterAll(() => listener.close());

/** The listener still serves those who were there before. */
const othersAreServed = async (): Promise<void> => {
  witness.send(publishPacket(reading("witness"), "1", { qos: 1, id: 9 }));
  expect(await witness.read(4)).toEqual(puback(9));
};
type Counts = ReturnType<ObservedListener["stats"]>["refused"];
const refusedSince = (before: Counts, reason: keyof Counts): number =>
  (listener.stats().refused[reason] ?? 0) - (before[reason] ?? 0);

const withoutPacketId = (topic: string): Buffer =>
  packet(0x32, Buffer.from([0, topic.length]), Buffer.from(topic));

test.each<[string, Connect, number]>([
  ["no id but a session to keep", { clientId: "", clean: false }, 2],
  ["U+0000 in the id", { clientId: "a\u0000b" }, 2],
  ["a control character in the id", { clientId: "a\u001B[2Jb" }, 2],
  ["an id that is not UTF-8", { clientId: Buffer.from([0x61, 0xff]) }, 2],
  ["a control character in the user name", { username: "a\nb" }, 2],
  ["an endless id", { clientId: "x".repeat(300) }, 2],
  ["a will of QoS 3", { username: "u", will: { topic: reading("u"), qos: 3 } }, 5],
  ["a will on a wildcard", { username: "u", will: { topic: "canary/#" } }, 5],
  ["a will on another's topic", { username: "u", will: { topic: reading("other") } }, 5],
  ["a will below $SYS", { username: "u", will: { topic: "$SYS/x" } }, 5],
  [
    "a will above the payload limit",
    { username: "u", will: { topic: reading("u"), payload: Buffer.alloc(1_001) } },
    5,
  ],
  ["MQTT 5", { level: 5 }, 1],
])("%s is turned away with a code", async (_what, connect, code) => {
  const before = { ...listener.stats().refused };
  const wire = await dial(listener.port);
  wire.send(connectPacket(connect));

  expect(await wire.read(4)).toEqual(connack(code));
  await wire.closed;
  const reason = code === 2 ? "client-id" : code === 1 ? "protocol-version" : "will";
  expect(refusedSince(before, reason)).toBe(1);
  await othersAreServed();
});

test("without an id and without a session to keep, one is given", async () => {
  await logIn(listener.port, { clientId: "", username: "u" });
});

test.each<[string, Buffer, keyof Counts]>([
  ["U+0000 in the topic", publishPacket(`${reading("u")}\u0000`, ""), "publish-topic"],
  ["a line break in the topic", publishPacket(`${reading("u")}\n`, ""), "publish-topic"],
  [
    "a topic that is not UTF-8",
    publishPacket(Buffer.from([0x61, 0xed, 0xa0, 0x80]), ""),
    "publish-topic",
  ],
  ["a topic too deep", publishPacket(`canary/v1/detectors/u/${"a/".repeat(9)}`, ""), "not-mqtt"],
  [
    "a topic too long",
    publishPacket(`canary/v1/detectors/u/${"a".repeat(90)}`, ""),
    "publish-topic",
  ],
  ["the broker's own topics", publishPacket("$SYS/x/new/clients", "witness"), "publish-topic"],
  ["a wildcard", publishPacket("canary/v1/detectors/u/#", ""), "not-mqtt"],
  ["no topic", publishPacket("", ""), "not-mqtt"],
  [
    "a payload just above the limit",
    publishPacket(reading("u"), Buffer.alloc(1_001)),
    "packet-too-large",
  ],
  ["QoS 3", packet(0x36, Buffer.from([0, 1, 0x61, 0, 1])), "not-mqtt"],
  ["QoS 1 without a packet id", withoutPacketId(reading("u")), "not-mqtt"],
  ["packet id 0", publishPacket(reading("u"), "x", { qos: 1, id: 0 }), "not-mqtt"],
  ["a second CONNECT", connectPacket({ username: "u" }), "not-mqtt"],
  ["a server's packet", Buffer.from([0x20, 2, 0, 0]), "not-mqtt"],
])("publishing with %s ends the connection and reaches nobody", async (_what, bytes, reason) => {
  const before = { ...listener.stats().refused };
  const taken = listener.taken.length;
  const wire = await logIn(listener.port, { username: "u" });
  wire.send(bytes);

  await wire.closed;
  expect(listener.taken).toHaveLength(taken);
  expect(refusedSince(before, reason)).toBe(1);
  await othersAreServed();
});

test("a payload at the limit is taken", async () => {
  const wire = await logIn(listener.port, { username: "u" });
  wire.send(publishPacket(reading("u"), Buffer.alloc(1_000), { qos: 1 }));
  expect(await wire.read(4)).toEqual(puback(1));
});

test("a hundred clients that announce 200 MB and send megabytes cost no memory and no one's time", async () => {
  const wires = [];
  for (let count = 0; count < 100; count += 1)
    wires.push(await logIn(listener.port, { username: `u${count}`, clientId: `u${count}` }));
  const chunk = Buffer.alloc(1024 * 1024, 0x61);
  const before = process.memoryUsage();

  for (const wire of wires) {
    wire.send(Buffer.from([0x30, ...lengthBytes(200_000_000)]));
    // The same chunk for all: what memory grows is the listener's.
    wire.socket.write(chunk);
  }
  await othersAreServed();
  await Promise.all(wires.map(({ closed }) => closed));
  await othersAreServed();

  // 100 MB were on their way; a listener reads 64 KB before it looks, perhaps twice.
  const grown = process.memoryUsage().arrayBuffers - before.arrayBuffers;
  expect(grown).toBeLessThan(20 * chunk.length);
});

test("whoever connects and says nothing, or half a CONNECT, is put out", async () => {
  const silent = await dial(listener.port);
  const half = await dial(listener.port);
  half.send(connectPacket({ username: "half" }).subarray(0, 9));

  await Promise.all([silent.closed, half.closed]);
  expect(listener.stats().refused["no-connect"]).toBeGreaterThanOrEqual(2);
});

test("a flood of connections from one address is refused beyond its share, logged-in clients stay", async () => {
  const before = { ...listener.stats().refused };
  const wires = await Promise.all(Array.from({ length: 120 }, () => dial(listener.port)));
  await othersAreServed();
  await Promise.all(wires.map(({ closed }) => closed));

  expect(refusedSince(before, "connection-flood")).toBe(70);
  expect(refusedSince(before, "no-connect")).toBe(50);
  expect([...listener.faults]).toContain("mqtt:connection-flood:127.0.0.1");
  // Those who gave up made room again.
  await logIn(listener.port, { username: "later", clientId: "later" });
});

test("random bytes, raw or after a proper login, never take the listener down", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1 }), fc.boolean(), async (bytes, loggedIn) => {
      const wire = loggedIn
        ? await logIn(listener.port, { username: "noise", clientId: "noise" })
        : await dial(listener.port);
      wire.send(bytes);
      wire.socket.end();
      await wire.closed;
    }),
    { numRuns: 150 },
  );
  await othersAreServed();
});

test("a proper stream with one byte changed never takes the listener down", async () => {
  const stream = Buffer.concat([
    connectPacket({ username: "bent", will: { topic: reading("bent"), qos: 1 } }),
    publishPacket(reading("bent"), "x", { qos: 1 }),
    publishPacket(reading("bent"), "x", { qos: 2, id: 2 }),
    packet(0x82, Buffer.from([0, 1, 0, 1, 0x61, 1])),
    packet(0xa2, Buffer.from([0, 1, 0, 1, 0x61])),
    packet(0x62, Buffer.from([0, 2])),
  ]);
  await fc.assert(
    fc.asyncProperty(fc.nat(stream.length - 1), fc.nat(255), async (at, value) => {
      const bent = Buffer.from(stream);
      bent[at] = value;
      const wire = await dial(listener.port);
      wire.send(bent);
      wire.socket.end();
      await wire.closed;
    }),
    { numRuns: 150 },
  );
  await othersAreServed();
});

test("no name of a stranger reaches the log as a terminal command", () => {
  for (const text of listener.texts) expect(text).not.toMatch(/\p{Cc}/u);
});
