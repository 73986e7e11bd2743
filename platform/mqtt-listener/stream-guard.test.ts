import * as fc from "fast-check";
import { expect, test } from "vitest";
import { defaultMqttLimits } from "./limits.ts";
import { createFrameScanner } from "./stream-guard.ts";
import { createTokenBucket } from "./token-bucket.ts";
import {
  connectPacket,
  lengthBytes,
  packet,
  pingPacket,
  publishPacket,
  subscribePacket,
} from "./wire-for-tests.ts";

const unlimited = () => createTokenBucket(Infinity, 1_000, 0);
const scanner = (limits: Partial<typeof defaultMqttLimits> = {}, bucket = unlimited()) =>
  createFrameScanner({ ...defaultMqttLimits, ...limits }, bucket);

const good = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((payload) => publishPacket("a/b", payload)),
      fc.constant(pingPacket),
      fc.constant(subscribePacket("a/#")),
      fc.constant(packet(0x40, Buffer.from([0, 1]))),
    ),
    { maxLength: 20 },
  )
  .map((packets) => Buffer.concat([connectPacket(), ...packets]));

test("a proper stream passes whole, however it is cut", () => {
  fc.assert(
    fc.property(good, fc.array(fc.nat(64), { minLength: 1 }), (stream, cuts) => {
      const { scan } = scanner();
      let at = 0;
      for (let turn = 0; at < stream.length; turn += 1) {
        const chunk = stream.subarray(at, at + 1 + (cuts[turn % cuts.length] ?? 0));
        expect(scan(chunk)).toBe(chunk.length);
        at += chunk.length;
      }
    }),
  );
});

test("over the rate, only whole packets pass, and what was held back passes later", () => {
  fc.assert(
    fc.property(good, (stream) => {
      let now = 0;
      const bucket = createTokenBucket(1_000, 2, now);
      const { scan } = scanner({}, bucket);
      const passed: Buffer[] = [];
      let rest = stream;
      while (rest.length > 0) {
        bucket.refill((now += 1));
        const count = scan(rest);
        if (typeof count !== "number") return expect.unreachable(count);
        passed.push(rest.subarray(0, count));
        rest = rest.subarray(count);
      }
      expect(Buffer.concat(passed)).toEqual(stream);
    }),
  );
});

test("the announced length decides, before the payload is there", () => {
  const announce = (firstByte: number, bytes: number) =>
    Buffer.from([firstByte, ...lengthBytes(bytes)]);
  const after = (header: Buffer) => scanner().scan(Buffer.concat([connectPacket(), header]));

  expect(scanner().scan(announce(0x10, 9_000))).toBe("packet-too-large");
  expect(after(announce(0x30, 300_000))).toBe("packet-too-large");
  expect(after(announce(0x82, 20_000))).toBe("packet-too-large");
  expect(after(announce(0x40, 3))).toBe("packet-too-large");
  expect(after(announce(0xc0, 1))).toBe("packet-too-large");
  expect(after(announce(0x30, 200_000))).toBeTypeOf("number");
});

test("what is not MQTT from a client ends at once: HTTP, TLS, a server's packets, an endless length", () => {
  const streams = [
    Buffer.from("GET / HTTP/1.1\r\n"),
    Buffer.from([0x16, 3, 1]),
    publishPacket("a", "before CONNECT"),
    Buffer.concat([connectPacket(), Buffer.from([0x20, 2, 0, 0])]),
    Buffer.concat([connectPacket(), Buffer.from([0xf0, 0])]),
    Buffer.concat([connectPacket(), Buffer.from([0x00, 0])]),
    Buffer.concat([connectPacket(), connectPacket()]),
    // QoS 3, and a SUBSCRIBE without its reserved bit.
    Buffer.concat([connectPacket(), Buffer.from([0x36])]),
    Buffer.concat([connectPacket(), Buffer.from([0x80])]),
    Buffer.concat([connectPacket(), Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80])]),
  ];
  for (const stream of streams) expect(scanner().scan(stream)).toBe("not-mqtt");
});

test("random bytes are refused or counted, never anything else", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const result = scanner().scan(Buffer.concat([connectPacket(), bytes]));
      expect(["number", "string"]).toContain(typeof result);
    }),
  );
});
