import type { BuzzerId } from "#domain/ids.ts";
import { err, type Bilingual, type Result } from "#domain/result.ts";
import type { OpenPort } from "../lines/byte-port.ts";
import { openSerialPort } from "../lines/serial-port.ts";
import { supervisePort } from "../lines/supervised-port.ts";
import type { Timers } from "#platform/timers.ts";
import type { Buzzer, ReportFault } from "../ports.ts";
import { createSwitchedBuzzer } from "./switched-buzzer.ts";

export interface SerialRelayBuzzerOptions {
  readonly id: BuzzerId;
  /** Stable across re-plugging: /dev/serial/by-id/… */
  readonly path: string;
  readonly frames: RelayFrames;
  readonly patterned: boolean;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  /** How the port is opened, when not by `path`: a test's own wire. */
  readonly openPort?: OpenPort;
}

/** What switches the relay, byte by byte. */
export interface RelayFrames {
  readonly baudRate: number;
  readonly on: readonly number[];
  readonly off: readonly number[];
}

/** LCUS-1 USB relay: start, relay 1, state, sum of the three. Source: LCUS-1 module description. */
export const lcus1Frames: RelayFrames = {
  baudRate: 9_600,
  on: [0xa0, 0x01, 0x01, 0xa2],
  off: [0xa0, 0x01, 0x00, 0xa1],
};

/**
 * A siren on a serial relay board. Such boards answer nothing, so `ok` means only that all bytes
 * have left the machine; whether the siren sounds, only a test on site can tell. When the board
 * comes back after it was unplugged, its last state is set again.
 */
export const openSerialRelayBuzzer = (options: SerialRelayBuzzerOptions): Buzzer => {
  const { id, path, frames, timers, reportFault } = options;
  let wanted: boolean | undefined;

  const send = async (on: boolean): Promise<Result<void, Bilingual>> => {
    const open = port.current();
    if (open === undefined) return err(notOpen(id, path));
    const written = await open.write(Uint8Array.from(on ? frames.on : frames.off));
    return written.ok ? open.drain() : written;
  };
  const port = supervisePort({
    faultKey: `buzzer-port-${id}`,
    open:
      options.openPort ??
      openSerialPort({ path, baudRate: frames.baudRate, parity: "none", stopBits: 1 }, timers),
    onBytes: () => {},
    // A failed write ends the port again, which the supervision tells.
    onOpen: () => void (wanted !== undefined && send(wanted)),
    timers,
    reportFault,
  });

  return createSwitchedBuzzer({
    ...options,
    contact: {
      turn: (on) => {
        wanted = on;
        return send(on);
      },
      close: port.close,
    },
  });
};

const notOpen = (id: BuzzerId, path: string): Bilingual => ({
  zh: `声光报警器 ${id} 的继电器 ${path} 未连接,没有切换。请检查 USB 继电器;重新插上后会自动恢复状态。`,
  en: `The relay ${path} of sounder ${id} is not connected and was not switched. Check the USB relay; once plugged in it takes its state again.`,
});
