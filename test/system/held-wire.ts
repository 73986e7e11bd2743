import { connect, createServer, type Socket } from "node:net";

/** A TCP wire that a test can turn into a black hole: connections stay, nothing comes through, no RST. */
export interface HeldWire {
  readonly port: number;
  /** From now on every byte is swallowed, on the connections there are and on new ones. */
  readonly swallow: () => void;
  /** New connections come through again; those that lost bytes stay dead, as on a real line. */
  readonly mend: () => void;
  readonly close: () => Promise<void>;
}

export const openHeldWire = async (targetPort: number): Promise<HeldWire> => {
  const sockets = new Set<Socket>();
  let swallowing = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((near) => {
    const far = keep(connect(targetPort, "127.0.0.1"));
    let isDead = false;
    const join = (from: Socket, to: Socket): void => {
      from.on("data", (chunk) => {
        isDead ||= swallowing;
        if (!isDead) to.write(chunk);
      });
      from.on("close", () => {
        if (!swallowing) to.destroy();
      });
    };
    join(keep(near), far);
    join(far, near);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    swallow: () => {
      swallowing = true;
    },
    mend: () => {
      swallowing = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
};
