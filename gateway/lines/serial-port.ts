import type { SerialPort } from "serialport";
import type { Bilingual, Result } from "#domain/result.ts";
import { err, ok } from "#domain/result.ts";
import type { BytePort, OpenPort, PortEvents } from "./byte-port.ts";
import { errorText } from "./error-text.ts";
import type { Timers } from "#platform/timers.ts";

export interface SerialSettings {
  /** Stable across re-plugging: /dev/serial/by-id/… */
  readonly path: string;
  readonly baudRate: number;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
}

/** How the operating system's serial ports are reached; tests put a mock binding in its place. */
export type SerialBinding = typeof SerialPort.binding;

/** Opens a serial port with exclusive access; the symbolic link is followed anew at each opening. */
export const openSerialPort =
  (settings: SerialSettings, timers: Timers, binding?: SerialBinding): OpenPort =>
  async (events) => {
    try {
      // Loaded here, so that a gateway without serial lines starts without the native module.
      const { SerialPort } = await import("serialport");
      const port = new SerialPort({
        ...settings,
        dataBits: 8,
        autoOpen: false,
        ...(binding === undefined ? {} : { binding }),
      });
      await new Promise<void>((resolve, reject) => {
        port.open((error) => (error === null ? resolve() : reject(error)));
      });
      return ok(serialPort(port, settings.path, timers, events));
    } catch (error) {
      return err(openFailed(settings.path, errorText(error)));
    }
  };

const serialPort = (
  port: SerialPort,
  path: string,
  timers: Timers,
  events: PortEvents,
): BytePort => {
  let closing = false;
  const goneByItself = (cause: string): void => {
    if (closing) return;
    closing = true;
    stopWatching();
    events.onClose(unplugged(path, cause));
  };
  const stopWatching = watchForHangUp(port, timers, goneByItself);
  port.on("data", (bytes: Buffer) => {
    if (!closing) events.onBytes(bytes);
  });
  port.on("error", (error: Error) => goneByItself(error.message));
  port.on("close", (cause: unknown) => goneByItself(errorText(cause ?? "closed")));

  const settle =
    (resolve: (result: Result<void, Bilingual>) => void) =>
    (error: Error | null | undefined): void =>
      resolve(error ? err(unplugged(path, error.message)) : ok(undefined));

  return {
    write: (bytes) => new Promise((resolve) => port.write(bytes, settle(resolve))),
    drain: () => new Promise((resolve) => port.drain(settle(resolve))),
    // A port that cannot be flushed is gone and says so by `close`.
    flush: () => new Promise((resolve) => port.flush(() => resolve())),
    close: () => {
      closing = true;
      stopWatching();
      return closeFully(port);
    },
  };
};

/**
 * Reading alone does not show every hang-up: Linux then reads 0 bytes, which serialport 13 takes
 * for "try again", without end (seen with a pseudo terminal unplugged just after it was opened).
 * Draining fails with EIO, so that is asked once a second.
 */
const watchForHangUp = (
  port: SerialPort,
  timers: Timers,
  onHangUp: (cause: string) => void,
): (() => void) => {
  let cancel = (): void => {};
  let stopped = false;
  const watch = (): void => {
    if (stopped) return;
    cancel = timers.after(hangUpCheckMs, () =>
      port.drain((error) => (error ? onHangUp(error.message) : watch())),
    );
  };
  watch();
  return () => {
    stopped = true;
    cancel();
  };
};

const hangUpCheckMs = 1_000;

/** Closing is awaited, because a port that is still closing cannot be locked again. */
const closeFully = (port: SerialPort): Promise<void> =>
  new Promise((resolve) => {
    if (!port.isOpen) return resolve();
    port.close(() => resolve());
  });

const openFailed = (path: string, cause: string): Bilingual => ({
  zh: `无法打开串口 ${path}(${cause})。${adviceFor(cause).zh}`,
  en: `Cannot open the serial port ${path} (${cause}). ${adviceFor(cause).en}`,
});

const adviceFor = (cause: string): Bilingual => {
  if (/permission|EACCES/i.test(cause)) {
    return {
      zh: "请把运行网关的用户加入 dialout 组。",
      en: "Add the gateway's user to the group dialout.",
    };
  }
  if (/lock|EBUSY|temporarily unavailable/i.test(cause)) {
    return {
      zh: "另一个程序占用了它,请关闭该程序;一条线路只能有一个主站。",
      en: "Another program holds it: close that program, a line can have only one master.",
    };
  }
  return {
    zh: "请检查 USB 转换器是否插好,并与 /dev/serial/by-id/ 中的名称核对。",
    en: "Check that the USB converter is plugged in and compare the name with /dev/serial/by-id/.",
  };
};

const unplugged = (path: string, cause: string): Bilingual => ({
  zh: `串口 ${path} 断开(${cause}),正在重新打开。请检查 USB 转换器与接线。`,
  en: `The serial port ${path} went away (${cause}); reopening. Check the USB converter and the wiring.`,
});
