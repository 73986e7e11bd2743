/** The generator's detectors: one raw connection each, so that the load costs little beside the loaded. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connectPacket } from "#platform/mqtt-listener/wire-for-tests.ts";
import { detectorName } from "./jobs.ts";
import { createReadingPackets, type ReadingPackets } from "./reading-packets.ts";

export interface Connection {
  readonly index: number;
  readonly socket: Socket;
  readonly packets: ReadingPackets;
  /** Sent and not acknowledged. */
  inFlight: number;
  onAcknowledged: (count: number) => void;
}

export interface Fleet {
  readonly connections: readonly Connection[];
  /** Rejects when the server closes one of them: then every figure would be wrong. */
  readonly broken: Promise<never>;
  readonly close: () => void;
}

/** Fewer at once than the gateway lets in before they have logged in (256 of one address). */
const atOnce = 100;
const acknowledgementBytes = 4;

export const openFleet = async (port: number, count: number): Promise<Fleet> => {
  const trouble = Promise.withResolvers<never>();
  trouble.promise.catch(() => {});
  const connections: Connection[] = [];
  let closing = false;
  const lost = (index: number, why: string): void => {
    if (!closing) trouble.reject(new Error(`the server closed ${detectorName(index)}: ${why}`));
  };
  let next = 0;
  const opener = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      connections[index] = await open(port, index, lost);
    }
  };
  await Promise.race([
    Promise.all(Array.from({ length: Math.min(atOnce, count) }, opener)),
    trouble.promise,
  ]);
  return {
    connections,
    broken: trouble.promise,
    close: () => {
      closing = true;
      for (const { socket } of connections) socket.destroy();
    },
  };
};

const open = async (
  port: number,
  index: number,
  lost: (index: number, why: string) => void,
): Promise<Connection> => {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", (error) => lost(index, error.message));
  await once(socket, "connect");
  socket.write(connectPacket({ clientId: `bench-${index}`, keepAliveSeconds: 300 }));
  const [answer] = await once(socket, "data");
  if (!Buffer.isBuffer(answer) || answer[0] !== 0x20 || answer[3] !== 0)
    throw new Error(`login of ${detectorName(index)} refused`);
  const connection: Connection = {
    index,
    socket,
    packets: createReadingPackets(index, Date.now()),
    inFlight: 0,
    onAcknowledged: () => {},
  };
  socket.on("close", () => lost(index, "no PUBACK, or refused"));
  followAcknowledgements(connection);
  return connection;
};

/** After CONNACK nothing but PUBACKs of four bytes can come: whole ones are counted, not parsed. */
const followAcknowledgements = (connection: Connection): void => {
  let left = 0;
  connection.socket.on("data", (chunk: Buffer) => {
    left += chunk.length;
    const count = Math.floor(left / acknowledgementBytes);
    left -= count * acknowledgementBytes;
    connection.inFlight -= count;
    if (count > 0) connection.onAcknowledged(count);
  });
};

export const send = (connection: Connection, packet: Buffer, count = 1): void => {
  connection.inFlight += count;
  connection.socket.write(packet);
};
