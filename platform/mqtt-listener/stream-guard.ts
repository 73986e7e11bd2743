/**
 * Stands between the socket and aedes: sees every byte before the parser does.
 *
 * mqtt-packet believes the length a packet announces and collects up to 256 MB before anybody is
 * asked. Here the first bytes of each packet decide: an illegal or oversized one ends the connection
 * at once, and one that comes too fast stays in the kernel's buffer until its turn (back-pressure).
 */
import type { Socket } from "node:net";
import type { MqttLimits } from "./limits.ts";
import type { TokenBucket } from "./token-bucket.ts";

export type FrameRefusal = "not-mqtt" | "packet-too-large";

export interface FrameScanner {
  /** How many of these bytes may pass now (fewer than all: over the rate), or why none may. */
  readonly scan: (chunk: Uint8Array) => number | FrameRefusal;
}

const connect = 1;
const publish = 3;
const firstAcknowledgement = 4;
const publishRelease = 6;
const lastAcknowledgement = 7;
const subscribe = 8;
const unsubscribe = 10;
const ping = 12;
const disconnect = 14;

/** An acknowledgement costs a tenth of a message: a subscriber owes one for each thing it gets. */
const acknowledgementCost = 0.1;
/** A list of topic filters; more go into another packet. */
const filterListBytes = 16 * 1024;

/** Follows the packets in a byte stream (MQTT 3.1.1, 2.2) without keeping any of them. */
export const createFrameScanner = (limits: MqttLimits, bucket: TokenBucket): FrameScanner => {
  const mayBe = (type: number): number | undefined => {
    if (type === publish) return limits.payloadBytes + limits.topicBytes + 4;
    if (type >= firstAcknowledgement && type <= lastAcknowledgement) return 2;
    if (type === subscribe || type === unsubscribe) return filterListBytes;
    return type === ping || type === disconnect ? 0 : undefined;
  };
  let known = false;
  /** Bytes of the current packet still to come; −1: its length is not complete, −2: between packets. */
  let rest = -2;
  let largest = 0;
  let length = 0;
  let shift = 0;

  return {
    scan: (chunk) => {
      let at = 0;
      while (at < chunk.length) {
        if (rest > 0) {
          const passed = Math.min(rest, chunk.length - at);
          rest -= passed;
          at += passed;
          if (rest === 0) rest = -2;
        } else if (rest === -2) {
          const type = (chunk[at] ?? 0) >> 4;
          const allowed = known ? mayBe(type) : type === connect ? limits.connectBytes : undefined;
          if (allowed === undefined || !hasItsFlags(type, (chunk[at] ?? 0) & 0xf))
            return "not-mqtt";
          const isAcknowledgement = type >= firstAcknowledgement && type <= lastAcknowledgement;
          if (!bucket.take(isAcknowledgement ? acknowledgementCost : 1)) return at;
          known = true;
          largest = allowed;
          [rest, length, shift] = [-1, 0, 0];
          at += 1;
        } else {
          const byte = chunk[at] ?? 0;
          length += (byte & 0x7f) * 2 ** shift;
          shift += 7;
          at += 1;
          if (length > largest) return "packet-too-large";
          if (byte < 0x80) rest = length === 0 ? -2 : length;
          else if (shift === 28) return "not-mqtt";
        }
      }
      return at;
    },
  };
};

/** Fixed flags (MQTT 3.1.1, 2.2.2); a PUBLISH has its own, of which QoS 3 does not exist. */
const hasItsFlags = (type: number, flags: number): boolean => {
  if (type === publish) return (flags & 0b0110) !== 0b0110;
  const isMarked = type === publishRelease || type === subscribe || type === unsubscribe;
  return flags === (isMarked ? 0b0010 : 0);
};

export interface GuardOptions {
  readonly limits: MqttLimits;
  readonly bucket: TokenBucket;
  readonly nowMs: () => number;
  readonly onRefused: (reason: FrameRefusal) => void;
  /** This connection sends faster than it may; told once per wait. */
  readonly onSlowed: () => void;
}

/** Puts a scanner in front of whoever reads this socket with `readable` and `read()`, as aedes does. */
export const guardStream = (socket: Socket, options: GuardOptions): void => {
  const { bucket, nowMs } = options;
  const scanner = createFrameScanner(options.limits, bucket);
  const read: (size?: number) => unknown = socket.read.bind(socket);
  let waiting = false;

  const wait = (): void => {
    waiting = true;
    options.onSlowed();
    // Some packets at a time: a timer for each would cost more than the packets.
    const forPackets = Math.min(options.limits.burst, 16);
    setTimeout(
      () => {
        waiting = false;
        if (!socket.destroyed) socket.emit("readable");
      },
      Math.ceil(bucket.waitMs(forPackets)),
    );
  };

  socket.read = (size?: number): unknown => {
    // Node's own read(0) only starts the filling of the buffer.
    if (size === 0) return read(0);
    if (waiting || socket.destroyed) return null;
    const chunk = read(size);
    if (!Buffer.isBuffer(chunk)) return chunk;
    bucket.refill(nowMs());
    const passed = scanner.scan(chunk);
    if (passed === chunk.length) return chunk;
    if (typeof passed !== "number") {
      options.onRefused(passed);
      socket.destroy();
      return null;
    }
    socket.unshift(chunk.subarray(passed));
    wait();
    return passed === 0 ? null : chunk.subarray(0, passed);
  };
};
