import { connect, type Socket } from "node:net";
import type { Bilingual, Result } from "#domain/result.ts";
import { err, ok } from "#domain/result.ts";
import type { BytePort, OpenPort, PortEvents } from "./byte-port.ts";
import { errorText } from "./error-text.ts";
import type { Timers } from "#platform/timers.ts";

/** A LAN answers within milliseconds; together with the longest back-off this stays below 5 s. */
const connectTimeoutMs = 3_000;

/** Opens a TCP connection to a Modbus TCP device or a transparent serial server. */
export const openTcpPort =
  (host: string, port: number, timers: Timers): OpenPort =>
  (events) =>
    new Promise((resolve) => {
      const place = `${host}:${port}`;
      // Without noDelay an 8-byte request waits for the answer to the one before (Nagle).
      const socket = connect({ host, port, noDelay: true, keepAlive: true });
      const fail = (cause: string): void => {
        stopWaiting();
        socket.destroy();
        resolve(err(connectFailed(place, cause)));
      };
      const stopWaiting = timers.after(connectTimeoutMs, () => fail("no answer within 3 s"));
      const onFirstError = (error: Error): void => fail(errorText(error));
      socket.once("error", onFirstError);
      socket.once("connect", () => {
        stopWaiting();
        socket.off("error", onFirstError);
        resolve(ok(tcpPort(socket, place, events)));
      });
    });

const tcpPort = (socket: Socket, place: string, events: PortEvents): BytePort => {
  let lastError = "closed by the other end";
  let closing = false;
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("data", events.onBytes);
  // An error is always followed by `close`.
  socket.on("error", (error) => {
    lastError = errorText(error);
  });
  socket.once("close", () => {
    if (!closing) events.onClose(connectionLost(place, lastError));
  });

  return {
    write: (bytes) =>
      new Promise<Result<void, Bilingual>>((resolve) => {
        socket.write(bytes, (error) =>
          resolve(error ? err(connectionLost(place, errorText(error))) : ok(undefined)),
        );
      }),
    drain: async () => ok(undefined),
    flush: async () => {},
    close: async () => {
      closing = true;
      socket.destroy();
      await closed;
    },
  };
};

const connectFailed = (place: string, cause: string): Bilingual => ({
  zh: `无法连接 ${place}(${cause})。请检查设备是否通电、网线、地址与端口设置。`,
  en: `Cannot connect to ${place} (${cause}). Check the device's power, the network cable, and the address and port in the site file.`,
});

const connectionLost = (place: string, cause: string): Bilingual => ({
  zh: `与 ${place} 的连接中断(${cause}),正在重新连接。请检查设备电源与网线。`,
  en: `The connection to ${place} was lost (${cause}); reconnecting. Check the device's power and the network cable.`,
});
