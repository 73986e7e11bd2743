/** The wire between gateway and center, and everything that can go wrong on it. */
import type { CenterLink } from "#gateway/uplinks/center-link.ts";
import type { Timers } from "#platform/timers.ts";
import { never, type Process } from "./machine.ts";
import type { Random } from "./random.ts";

/** `half-open`: both sides think it is up and nothing passes. */
export type Line = "up" | "down" | "half-open";

/** Shares of messages, 0 to 1, and how late one may come. */
export interface Weather {
  readonly duplicates: number;
  readonly losses: number;
  readonly receiptLosses: number;
  /** The longest way of a message; those sent later may overtake it. */
  readonly delayMs: number;
}

export interface Packet {
  readonly topic: string;
  readonly payload: string;
}

export const createNetwork = (
  world: Timers,
  nowMs: () => number,
  random: Random,
  ends: {
    /** Resolves when the center acknowledges; may never. */
    readonly toCenter: (packet: Packet) => Promise<void>;
    readonly onPublish: (packet: Packet) => void;
  },
) => {
  let line: Line = "up";
  let weather: Weather = { duplicates: 0, losses: 0, receiptLosses: 0, delayMs: 20 };
  let gateway: { process: Process; state: (up: boolean) => void; take: (packet: Packet) => void };
  let rejectAll: (() => void)[] = [];
  let session = 0;
  let travelling = 0;
  let upSince: number | undefined = 0;
  gateway = {
    process: { timers: world, alive: () => false, kill: () => {} },
    state: () => {},
    take: () => {},
  };

  const travel = (lost: number, arrive: () => void): void => {
    const copies = random.chance(weather.duplicates) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (line === "half-open" || random.chance(lost)) continue;
      travelling += 1;
      world.after(random.between(1, weather.delayMs), () => {
        travelling -= 1;
        arrive();
      });
    }
  };

  const publish = (packet: Packet, process: Process): Promise<void> => {
    if (!process.alive()) return never();
    if (line === "down") return Promise.reject(new Error("the line is down"));
    ends.onPublish(packet);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const mine = session;
    rejectAll.push(() => reject(new Error("the line went down")));
    travel(weather.losses, () => {
      ends.toCenter(packet).then(
        () => {
          if (line === "up" && mine === session && process.alive()) resolve();
        },
        () => {}, // not acknowledged
      );
    });
    return promise;
  };

  return {
    /** The wire as a new process of the gateway finds it. */
    plugIn: (process: Process): CenterLink => {
      const handlers: ((topic: string, payload: string) => void)[] = [];
      const states: ((up: boolean) => void)[] = [];
      gateway = {
        process,
        state: (up) => states.forEach((state) => state(up)),
        take: ({ topic, payload }) => handlers.forEach((take) => take(topic, payload)),
      };
      return {
        publish: (topic, payload) => publish({ topic, payload }, process),
        onMessage: (handler) => void handlers.push(handler),
        onState: (handler) => {
          states.push(handler);
          handler(line !== "down");
        },
        close: async () => {},
      };
    },
    /** A receipt on its way down; it reaches whichever process is connected then. */
    send: (packet: Packet): void => {
      travel(weather.receiptLosses, () => {
        if (line === "up" && gateway.process.alive()) gateway.take(packet);
      });
    },
    setLine: (next: Line): void => {
      const wasDown = line === "down";
      line = next;
      if (next === "down" && !wasDown) {
        session += 1;
        upSince = undefined;
        const rejecting = rejectAll;
        rejectAll = [];
        if (gateway.process.alive()) {
          rejecting.forEach((reject) => reject());
          gateway.state(false);
        }
      }
      if (next !== "down") upSince ??= nowMs();
      if (next !== "down" && wasDown && gateway.process.alive()) gateway.state(true);
    },
    setWeather: (next: Weather): void => {
      weather = next;
    },
    line: () => line,
    /** Messages on their way, in either direction. */
    travelling: () => travelling,
    /** How long the gateway has been able to send, as far as it knows. */
    upForMs: (): number => (upSince === undefined ? 0 : nowMs() - upSince),
  };
};

export type Network = ReturnType<typeof createNetwork>;
