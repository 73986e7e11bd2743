/**
 * Modbus frames: a request to bytes, bytes to an answer.
 *
 * The checksum is modbus-serial's. Its client is not used: it skips the answer of a wrong unit or a
 * wrong length without a word, compares no echo, and takes a late answer for the next one.
 */
import crc16 from "modbus-serial/utils/crc16.js";
import type { Result } from "#domain/result.ts";
import { err, ok } from "#domain/result.ts";
import type { LineError } from "./line-error.ts";

/** One request: functions 1–4 read `value` items from `address`, 5 and 6 write `value` there. */
export interface ModbusRequest {
  readonly unit: number;
  readonly functionCode: 1 | 2 | 3 | 4 | 5 | 6;
  /** As on the wire, counted from 0. */
  readonly address: number;
  readonly value: number;
}

/** One answer with a right checksum, from whomever it came. */
export interface ModbusReply {
  readonly unit: number;
  /** With the top bit set for an exception. */
  readonly functionCode: number;
  /** What follows the function code, without checksum. */
  readonly body: Buffer;
  /** Modbus TCP only: the answer to another request than the last one. */
  readonly late: boolean;
}

export interface TakenReply {
  readonly reply: ModbusReply;
  /** Bytes before it that made no sense. */
  readonly skipped: number;
  readonly rest: Buffer;
}

/** How requests and answers look on one kind of line. */
export interface Framing {
  readonly encode: (request: ModbusRequest) => Buffer;
  /** The first whole answer in what has come so far; `undefined`: wait for more. */
  readonly takeReply: (bytes: Buffer, asked: ModbusRequest | undefined) => TakenReply | undefined;
}

/** RTU, on a serial line or through a transparent TCP converter. */
export const rtuFraming: Framing = {
  encode: (request) => {
    const message = encodeMessage(request);
    const frame = Buffer.concat([message, Buffer.alloc(2)]);
    frame.writeUInt16LE(crc16(message), message.length);
    return frame;
  },

  takeReply: (bytes, asked) => {
    // The start of the expected answer is waited for: a shorter frame found inside it is chance.
    const own = asked && findAnswer(bytes, asked);
    return own === "incomplete" ? undefined : (own ?? findFrameAtEnd(bytes));
  },
};

/** Modbus TCP. Each connection has its own, because it counts its requests. */
export const createTcpFraming = (): Framing => {
  let transaction = 0;
  return {
    encode: (request) => {
      transaction = (transaction + 1) & 0xffff;
      const message = encodeMessage(request);
      const header = Buffer.alloc(6);
      header.writeUInt16BE(transaction, 0);
      header.writeUInt16BE(message.length, 4);
      return Buffer.concat([header, message]);
    },

    takeReply: (bytes) => {
      if (bytes.length < 9) return;
      const end = 6 + bytes.readUInt16BE(4);
      if (bytes.length < end || end < 9) return;
      return {
        reply: {
          unit: bytes.readUInt8(6),
          functionCode: bytes.readUInt8(7),
          body: bytes.subarray(8, end),
          late: bytes.readUInt16BE(0) !== transaction,
        },
        skipped: 0,
        rest: bytes.subarray(end),
      };
    },
  };
};

/**
 * The data of an answer, once unit, function, length and echo are those that were asked for:
 * registers or bits for a read, nothing for a write.
 */
export const checkReply = (
  request: ModbusRequest,
  reply: ModbusReply,
): Result<readonly number[], LineError> => {
  const { unit, functionCode } = request;
  if (reply.unit !== unit) return err({ kind: "wrong-unit", unit, answeredBy: reply.unit });
  if (reply.functionCode === (functionCode | exceptionBit) && reply.body.length === 1) {
    return err({ kind: "exception", unit, code: reply.body.readUInt8(0) });
  }
  if (reply.functionCode !== functionCode) {
    return err({
      kind: "wrong-function",
      unit,
      asked: functionCode,
      answered: reply.functionCode,
    });
  }
  return isRead(request) ? checkRead(request, reply.body) : checkEcho(request, reply.body);
};

export const isRead = (request: ModbusRequest): boolean => request.functionCode <= 4;

/** Bytes of the whole right answer in RTU framing: what the wire needs time for. */
export const rtuAnswerBytes = (request: ModbusRequest): number =>
  isRead(request) ? 5 + dataBytes(request) : 8;

const exceptionBit = 0x80;

/** Unit and PDU, the same in all framings. */
const encodeMessage = (request: ModbusRequest): Buffer => {
  const message = Buffer.alloc(6);
  message.writeUInt8(request.unit, 0);
  message.writeUInt8(request.functionCode, 1);
  message.writeUInt16BE(request.address, 2);
  message.writeUInt16BE(request.value, 4);
  return message;
};

const dataBytes = (request: ModbusRequest): number =>
  request.functionCode <= 2 ? Math.ceil(request.value / 8) : request.value * 2;

const checkRead = (request: ModbusRequest, body: Buffer): Result<readonly number[], LineError> => {
  const askedBytes = dataBytes(request);
  const answeredBytes = body.length - 1;
  if (answeredBytes !== askedBytes || body.readUInt8(0) !== askedBytes) {
    return err({ kind: "wrong-length", unit: request.unit, askedBytes, answeredBytes });
  }
  const item =
    request.functionCode <= 2
      ? (index: number): number => (body.readUInt8(1 + (index >> 3)) >> (index & 7)) & 1
      : (index: number): number => body.readUInt16BE(1 + index * 2);
  return ok(Array.from({ length: request.value }, (_, index) => item(index)));
};

const checkEcho = (request: ModbusRequest, body: Buffer): Result<readonly number[], LineError> => {
  const sent = encodeMessage(request).subarray(2);
  if (sent.equals(body)) return ok([]);
  return err({
    kind: "wrong-echo",
    unit: request.unit,
    sentHex: sent.toString("hex"),
    echoedHex: body.toString("hex"),
  });
};

/** The answer to `asked`, wherever it begins. */
const findAnswer = (bytes: Buffer, asked: ModbusRequest): TakenReply | "incomplete" | undefined => {
  for (let start = 0; start < bytes.length; start += 1) {
    if (!mayBeAnswer(bytes, start, asked)) continue;
    const end = replyEnd(bytes, start);
    if (end === undefined || end > bytes.length) return "incomplete";
    if (hasChecksum(bytes, start, end)) return rtuReply(bytes, start, end);
  }
  return;
};

/** Anybody's frame, when the line has paused after it. */
const findFrameAtEnd = (bytes: Buffer): TakenReply | undefined => {
  for (let start = 0; start < bytes.length; start += 1) {
    const end = replyEnd(bytes, start);
    if (end === bytes.length && hasChecksum(bytes, start, end)) return rtuReply(bytes, start, end);
  }
  return;
};

/** Whether an answer to `asked` can begin here, judged by as much of its head as has come. */
const mayBeAnswer = (bytes: Buffer, start: number, asked: ModbusRequest): boolean => {
  if (bytes[start] !== asked.unit) return false;
  const functionCode = bytes[start + 1];
  if (functionCode === undefined || functionCode === (asked.functionCode | exceptionBit)) {
    return true;
  }
  if (functionCode !== asked.functionCode) return false;
  const count = bytes[start + 2];
  return !isRead(asked) || count === undefined || count === dataBytes(asked);
};

/** Where a frame that begins at `start` ends, by its own head; `undefined` when it is no answer. */
const replyEnd = (bytes: Buffer, start: number): number | undefined => {
  const functionCode = bytes[start + 1];
  const count = bytes[start + 2];
  if (functionCode === undefined || count === undefined) return;
  if (functionCode === 1 || functionCode === 2) return start + 5 + count;
  // Registers come in pairs of bytes. The own request, heard again on a two-wire adapter, does not.
  if (functionCode === 3 || functionCode === 4)
    return count % 2 === 0 ? start + 5 + count : undefined;
  if ([5, 6, 15, 16].includes(functionCode)) return start + 8;
  if (functionCode > exceptionBit) return start + 5;
  return;
};

const hasChecksum = (bytes: Buffer, start: number, end: number): boolean =>
  crc16(bytes.subarray(start, end - 2)) === bytes.readUInt16LE(end - 2);

const rtuReply = (bytes: Buffer, start: number, end: number): TakenReply => ({
  reply: {
    unit: bytes.readUInt8(start),
    functionCode: bytes.readUInt8(start + 1),
    body: bytes.subarray(start + 2, end - 2),
    late: false,
  },
  skipped: start,
  rest: bytes.subarray(end),
});
