import type { Clock } from "#domain/time.ts";
import { err, type Result } from "#domain/result.ts";
import type { LineError } from "./line-error.ts";
import {
  checkReply,
  isRead,
  type Framing,
  type ModbusReply,
  type ModbusRequest,
} from "./modbus-frames.ts";
import type { Timers } from "#platform/timers.ts";

/** What a request came to: the registers or bits read, or why there are none. */
export type Outcome = Result<readonly number[], LineError>;

/** The wire as an exchange needs it. */
export interface Wire {
  readonly isOpen: () => boolean;
  readonly send: (bytes: Uint8Array) => void;
  /** Forgets what the system has received but not handed over. */
  readonly flush: () => Promise<void>;
  readonly framing: Framing;
  /** Silence that must part two frames (RTU: 3.5 characters), 0 where the framing needs none. */
  readonly gapMs: number;
  /** How long request and answer themselves take on the wire. */
  readonly wireTimeMs: (request: ModbusRequest) => number;
}

/** One request on the wire, and the one answer to it. Never called again before it has resolved. */
export interface Exchange {
  readonly ask: (request: ModbusRequest, replyTimeoutMs: number) => Promise<Outcome>;
  readonly receive: (bytes: Uint8Array) => void;
  /** Ends what is being asked with `line-closed`: the port went away or shall. */
  readonly breakOff: () => void;
  readonly lastByteAtMs: () => number;
  /** Complete answers nobody waited for, and bytes that made no sense. */
  readonly dropped: () => { readonly staleReplies: number; readonly discardedBytes: number };
}

/** `owesAnswer`: units whose answer is still out, so that it is known when it comes late. */
export const createExchange = (
  wire: Wire,
  owesAnswer: (unit: number) => boolean,
  clock: Clock,
  timers: Timers,
): Exchange => {
  let received: Buffer = Buffer.alloc(0);
  let lastByteAtMs = -Infinity;
  let staleReplies = 0;
  let discardedBytes = 0;
  let asked: Asked | undefined;

  const discardReceived = (): void => {
    discardedBytes += received.length;
    received = Buffer.alloc(0);
  };

  const takeReplies = (request: ModbusRequest | undefined): void => {
    const taken = wire.framing.takeReply(received, request);
    if (taken === undefined) return;
    received = taken.rest;
    discardedBytes += taken.skipped;
    const outcome = asked && outcomeOf(asked.request, taken.reply);
    if (outcome === undefined) staleReplies += 1;
    else asked?.finish(outcome);
    takeReplies(asked?.request);
  };

  /** `undefined`: a late answer of a unit that owes one, given instead of the one asked for. */
  const outcomeOf = (request: ModbusRequest, reply: ModbusReply): Outcome | undefined => {
    if (reply.late) return;
    const outcome = checkReply(request, reply);
    const isElse = !outcome.ok && (reply.unit !== request.unit || !isRead(request));
    return isElse && owesAnswer(reply.unit) ? undefined : outcome;
  };

  const timeOut = (request: ModbusRequest, waitedMs: number): void => {
    // A frame of somebody else may have hidden behind what looked like the start of an answer.
    takeReplies(undefined);
    asked?.finish(err(noAnswer(request.unit, waitedMs, received)));
  };

  return {
    ask: (request, replyTimeoutMs) =>
      new Promise((resolve) => {
        discardReceived();
        const stopWaiting = timers.after(replyTimeoutMs + wire.wireTimeMs(request), () =>
          timeOut(request, replyTimeoutMs),
        );
        const finish = (outcome: Outcome): void => {
          stopWaiting();
          asked = undefined;
          resolve(outcome);
        };
        asked = { request, finish };
        wire.send(wire.framing.encode(request));
      }),

    receive: (bytes) => {
      lastByteAtMs = clock.now().monoMs;
      received = Buffer.concat([received, bytes]);
      takeReplies(asked?.request);
      if (received.length > longestFrame) discardReceived();
    },

    breakOff: () => {
      discardReceived();
      asked?.finish(err({ kind: "line-closed", unit: asked.request.unit }));
    },

    lastByteAtMs: () => lastByteAtMs,
    dropped: () => ({ staleReplies, discardedBytes }),
  };
};

interface Asked {
  readonly request: ModbusRequest;
  readonly finish: (outcome: Outcome) => void;
}

const noAnswer = (unit: number, waitedMs: number, received: Buffer): LineError =>
  received.length === 0
    ? { kind: "no-reply", unit, waitedMs }
    : { kind: "garbled", unit, hex: received.toString("hex") };

/** Modbus TCP, the longest framing: 7 bytes of header and a PDU of 253. */
const longestFrame = 260;
