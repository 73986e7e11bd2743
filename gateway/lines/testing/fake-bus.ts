import crc16 from "modbus-serial/utils/crc16.js";
import { err, ok } from "#domain/result.ts";
import type { OpenPort, PortEvents } from "../byte-port.ts";
import type { Timers } from "#platform/timers.ts";

/** A request as a unit on the bus sees it. */
export interface SeenRequest {
  readonly atMs: number;
  readonly unit: number;
  readonly functionCode: number;
  readonly address: number;
  readonly value: number;
  readonly bytes: Buffer;
}

/** What happens on the bus after a request: frames, each so long after it, in this order. */
export type Behaviour = (
  request: SeenRequest,
) => readonly { readonly afterMs: number; readonly bytes: Uint8Array }[];

export interface FakeBus {
  readonly openPort: OpenPort;
  readonly requests: readonly SeenRequest[];
  /** Bytes on the wire that nobody asked for. */
  readonly say: (bytes: Uint8Array) => void;
  readonly unplug: () => void;
  readonly plugIn: () => void;
  readonly openPorts: () => number;
}

/** An RTU bus in memory: `behave` says what its units answer, `timers` when. */
export const createFakeBus = (timers: Timers, nowMs: () => number, behave: Behaviour): FakeBus => {
  const requests: SeenRequest[] = [];
  let events: PortEvents | undefined;
  let openPorts = 0;
  let isPlugged = true;

  return {
    requests,
    say: (bytes) => events?.onBytes(bytes),
    unplug: () => {
      isPlugged = false;
      events?.onClose(unplugged);
    },
    plugIn: () => {
      isPlugged = true;
    },
    openPorts: () => openPorts,
    openPort: async (opened) => {
      if (!isPlugged) return err(unplugged);
      events = opened;
      openPorts += 1;
      return ok({
        write: async (bytes) => {
          const request = seen(Buffer.from(bytes), nowMs());
          requests.push(request);
          for (const answer of behave(request)) {
            timers.after(answer.afterMs, () => opened.onBytes(answer.bytes));
          }
          return ok(undefined);
        },
        drain: async () => ok(undefined),
        flush: async () => {},
        close: async () => {
          openPorts -= 1;
        },
      });
    },
  };
};

const unplugged = { zh: "已拔出", en: "unplugged" };

/** The bytes with their checksum behind them. */
export const withCrc = (...bytes: readonly number[]): Buffer => {
  const crc = crc16(Buffer.from(bytes));
  return Buffer.from([...bytes, crc & 0xff, crc >> 8]);
};

/** The answer to a read of registers. */
export const registersAnswer = (
  unit: number,
  functionCode: number,
  values: readonly number[],
): Buffer =>
  withCrc(
    unit,
    functionCode,
    values.length * 2,
    ...values.flatMap((value) => [value >> 8, value & 0xff]),
  );

const seen = (bytes: Buffer, atMs: number): SeenRequest => ({
  atMs,
  unit: bytes.readUInt8(0),
  functionCode: bytes.readUInt8(1),
  address: bytes.readUInt16BE(2),
  value: bytes.readUInt16BE(4),
  bytes,
});
