import type { Bilingual, Result } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { ReportFault } from "../ports.ts";
import { createBusMaster, type BusCounts, type BusMaster } from "./bus-master.ts";
import type { OpenPort } from "./byte-port.ts";
import type { LineError } from "./line-error.ts";
import {
  createTcpFraming,
  rtuAnswerBytes,
  rtuFraming,
  type Framing,
  type ModbusRequest,
} from "./modbus-frames.ts";
import { openSerialPort } from "./serial-port.ts";
import { supervisePort } from "./supervised-port.ts";
import { openTcpPort } from "./tcp-port.ts";
import type { Timers } from "#platform/timers.ts";

export type { LineError } from "./line-error.ts";

/** One physical line with Modbus units on it. */
export type LineOptions =
  | {
      readonly kind: "modbus-rtu";
      /** Stable across re-plugging: /dev/serial/by-id/… */
      readonly path: string;
      readonly baudRate: number;
      readonly parity: "none" | "even" | "odd";
      readonly stopBits: 1 | 2;
    }
  /** `rtu-over-tcp`: RTU frames through a transparent converter; `modbus-tcp`: with MBAP header. */
  | { readonly kind: "modbus-tcp" | "rtu-over-tcp"; readonly host: string; readonly port: number };

export interface LineDeps {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  /** How the port is opened, when not as `options` say: a test's own wire. */
  readonly openPort?: OpenPort;
}

export interface ReadRequest {
  readonly unit: number;
  readonly functionCode: 1 | 2 | 3 | 4;
  /** As on the wire, counted from 0. */
  readonly address: number;
  /** Bits (functions 1, 2: 1–2000) or registers (3, 4: 1–125). */
  readonly count: number;
  /** How long the unit may think; the time the bytes need on a serial wire is added. */
  readonly replyTimeoutMs: number;
}

export interface LineStats extends BusCounts {
  readonly open: boolean;
  /** 1 after the first opening; more: it was unplugged, cut off or mute. */
  readonly openings: number;
}

/**
 * One line and its queue: one request on the wire at a time, writes before reads, each answer
 * checked for unit, function, length and echo. Expected failures are values.
 */
export interface BusLine {
  readonly id: string;
  /** Registers as unsigned 16-bit numbers, or bits as 0 and 1. */
  readonly read: (request: ReadRequest) => Promise<Result<readonly number[], LineError>>;
  /**
   * Urgent; `ok` once the unit has echoed address and value. On an adapter that hears its own
   * sending the echo proves nothing: read back where it matters.
   */
  readonly writeCoil: (request: {
    readonly unit: number;
    readonly address: number;
    readonly on: boolean;
    readonly replyTimeoutMs: number;
  }) => Promise<Result<void, LineError>>;
  /** Urgent, echo checked as above. */
  readonly writeRegister: (request: {
    readonly unit: number;
    readonly address: number;
    readonly value: number;
    readonly replyTimeoutMs: number;
  }) => Promise<Result<void, LineError>>;
  readonly stats: () => LineStats;
  /**
   * Resolves when the line has been opened for the first time, or is so late that it may never be:
   * at a start, sirens and valves must not wait for the next time they are told.
   */
  readonly opened: () => Promise<void>;
  /** Answers what is waiting with `line-closed` and frees the port. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a line in the background and keeps it open until `close`. Never throws for a port that is
 * absent: requests are answered with `line-closed`, and the fault `line-<id>` says what to check.
 */
export const openLine = (id: string, options: LineOptions, deps: LineDeps): BusLine => {
  const { clock, timers, reportFault } = deps;
  const opening = Promise.withResolvers<void>();
  const stopWaiting = timers.after(openingGraceMs, opening.resolve);
  const port = supervisePort({
    faultKey: `line-${id}`,
    open: deps.openPort ?? openPortOf(options, timers),
    onBytes: (bytes) => {
      muteness.heard();
      bus.receive(bytes);
    },
    onOpen: () => opening.resolve(),
    onGone: () => bus.portGone(),
    timers,
    reportFault,
  });
  const bus: BusMaster = createBusMaster(
    {
      isOpen: () => port.current() !== undefined,
      // A failed write ends the port, which answers the request with `line-closed`.
      send: (bytes) => void port.current()?.write(bytes),
      flush: async () => port.current()?.flush(),
      ...wireOf(options),
    },
    clock,
    timers,
  );
  const muteness = watchMuteness(clock, () => port.reopen(goneMute(id)));

  const ask = async (request: ModbusRequest, replyTimeoutMs: number) => {
    const outcome = await bus.ask(checkRequest(request, options), replyTimeoutMs);
    if (!outcome.ok && outcome.error.kind === "no-reply") muteness.notHeard();
    return outcome;
  };
  const write = async (
    request: ModbusRequest,
    replyTimeoutMs: number,
  ): Promise<Result<void, LineError>> => {
    const outcome = await ask(request, replyTimeoutMs);
    return outcome.ok ? { ok: true, value: undefined } : outcome;
  };

  return {
    id,
    read: ({ count, replyTimeoutMs, ...request }) =>
      ask({ ...request, value: count }, replyTimeoutMs),
    writeCoil: ({ unit, address, on, replyTimeoutMs }) =>
      write({ unit, functionCode: 5, address, value: on ? coilOn : 0 }, replyTimeoutMs),
    writeRegister: ({ replyTimeoutMs, ...request }) =>
      write({ ...request, functionCode: 6 }, replyTimeoutMs),
    stats: () => ({
      ...bus.counts(),
      open: port.current() !== undefined,
      openings: port.openings(),
    }),
    opened: () => opening.promise,
    close: async () => {
      stopWaiting();
      opening.resolve();
      await bus.close();
      await port.close();
    },
  };
};

/** A port opens within milliseconds, a TCP connection within its time-out. */
export const openingGraceMs = 3_000;

/** Source: MODBUS Application Protocol Specification V1.1b3, §6.5. */
const coilOn = 0xff00;

const openPortOf = (options: LineOptions, timers: Timers): OpenPort =>
  options.kind === "modbus-rtu"
    ? openSerialPort(options, timers)
    : openTcpPort(options.host, options.port, timers);

const wireOf = (
  options: LineOptions,
): { framing: Framing; gapMs: number; wireTimeMs: (request: ModbusRequest) => number } => {
  switch (options.kind) {
    case "modbus-tcp":
      return { framing: createTcpFraming(), gapMs: 0, wireTimeMs: () => 0 };
    case "rtu-over-tcp":
      // The converter keeps the silence between frames; its baud rate is not known here.
      return { framing: rtuFraming, gapMs: 0, wireTimeMs: () => 0 };
    case "modbus-rtu": {
      const bits = 1 + 8 + (options.parity === "none" ? 0 : 1) + options.stopBits;
      const characterMs = (1_000 * bits) / options.baudRate;
      return {
        framing: rtuFraming,
        // Source: MODBUS over Serial Line V1.02, §2.5.1.1: 3.5 characters, 1.75 ms above 19,200 baud.
        gapMs: options.baudRate > 19_200 ? 1.75 : 3.5 * characterMs,
        wireTimeMs: (request) => (8 + rtuAnswerBytes(request)) * characterMs,
      };
    }
  }
};

const checkRequest = (request: ModbusRequest, options: LineOptions): ModbusRequest => {
  // Unit 0 is everybody on a serial line, and nobody answers.
  const lowestUnit = options.kind === "modbus-tcp" ? 0 : 1;
  if (request.unit < lowestUnit || request.unit > 255) {
    throw new RangeError(`no single unit has the address ${request.unit}`);
  }
  return request;
};

/**
 * A converter can hang, and a TCP peer can vanish without a word, while the port looks open. After
 * five time-outs in a row and 10 s without one byte the port is opened anew: less would do it for a
 * single dead unit, more would leave a restarted converter unheard.
 */
const watchMuteness = (clock: Clock, onMute: () => void) => {
  let silentSinceMs = clock.now().monoMs;
  let timeouts = 0;
  const restart = (): void => {
    silentSinceMs = clock.now().monoMs;
    timeouts = 0;
  };
  return {
    heard: restart,
    notHeard: (): void => {
      timeouts += 1;
      if (timeouts < 5 || clock.now().monoMs - silentSinceMs < 10_000) return;
      restart();
      onMute();
    },
  };
};

const goneMute = (id: string): Bilingual => ({
  zh: `线路 ${id} 已打开但 10 秒以上没有任何应答,正在重新打开。请检查转换器供电与总线接线。`,
  en: `Line ${id} is open but nothing has answered for more than 10 s; reopening it. Check the converter's power and the bus wiring.`,
});
