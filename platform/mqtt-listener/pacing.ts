/** Connections before they are anybody's: how many a second, and how many strangers per address. */
import type { Socket } from "node:net";
import { createTokenBucket } from "./token-bucket.ts";

/** The other end's address; an IPv4 one as such, also where the port speaks both. */
export const addressOf = (socket: Socket): string => plainAddress(socket.remoteAddress);
export const plainAddress = (address: string | undefined): string =>
  address?.replace(/^::ffff:(?=\d+\.)/u, "") ?? "?";

export interface Pacer {
  readonly run: (job: () => void) => void;
  readonly stop: () => void;
}

/** Runs at most so many jobs a second, the rest in turn. */
export const createPacer = (perSecond: number, nowMs: () => number): Pacer => {
  const bucket = createTokenBucket(perSecond, Math.max(1, perSecond), nowMs());
  const queue: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const work = (): void => {
    timer = undefined;
    bucket.refill(nowMs());
    while (queue.length > 0 && bucket.take(1)) queue.shift()?.();
    if (queue.length > 0) timer = setTimeout(work, Math.ceil(bucket.waitMs(1)));
  };
  return {
    run: (job: () => void): void => {
      queue.push(job);
      if (timer === undefined) work();
    },
    stop: (): void => {
      clearTimeout(timer);
      queue.length = 0;
    },
  };
};

export interface Strangers {
  /** False: this address has too many already. */
  readonly add: (socket: Socket) => boolean;
  /** Somebody vouches for this connection; a TLS socket stands for the plain one beneath it. */
  readonly admitted: (socket: Socket) => void;
  readonly connections: () => number;
  readonly destroyAll: () => void;
}

/** All open sockets, and per address those that nobody has vouched for yet. */
export const createStrangers = (perAddress: number): Strangers => {
  const sockets = new Set<Socket>();
  const strangers = new Map<string, string>();
  const byAddress = new Map<string, number>();

  const admit = (end: string): void => {
    const address = strangers.get(end);
    if (address === undefined) return;
    strangers.delete(end);
    const left = (byAddress.get(address) ?? 1) - 1;
    if (left === 0) byAddress.delete(address);
    else byAddress.set(address, left);
  };

  return {
    add: (socket) => {
      const address = addressOf(socket);
      const end = endOf(socket);
      const known = byAddress.get(address) ?? 0;
      if (known >= perAddress) return false;
      sockets.add(socket);
      strangers.set(end, address);
      byAddress.set(address, known + 1);
      socket.once("close", () => {
        sockets.delete(socket);
        admit(end);
      });
      return true;
    },
    admitted: (socket) => admit(endOf(socket)),
    connections: () => sockets.size,
    destroyAll: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
};

const endOf = (socket: Socket): string => `${socket.remoteAddress}|${socket.remotePort}`;
