/** A {@link CenterLink} over MQTT 3.1.1. One client per connection: the library queues nothing. */
import { connect as connectMqtt, type IClientOptions, type MqttClient } from "mqtt";
import { Socket } from "node:net";
import type { GatewayId } from "#domain/ids.ts";
import type { ReportFault } from "#gateway/ports.ts";
import type { CenterLink } from "./center-link.ts";
import { explainLinkFailure, linkUpText } from "./link-failure.ts";
import { systemTimers, type Timers } from "#platform/timers.ts";

export interface MqttCenterLinkOptions {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string;
  readonly gateway: GatewayId;
  readonly username?: string;
  readonly password?: string;
  /** Certificate authority, client certificate and its key, each PEM. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Why there is no connection, as the fault `center-link`; taken back once there is one. */
  readonly reportFault?: ReportFault;
  readonly timers?: Timers;
  /** A link that carries nothing is seen dead after 1.5 times this; 10 when absent. */
  readonly keepaliveSeconds?: number;
  /** 0 to 1; spreads the reconnects of a whole street. */
  readonly random?: () => number;
}

/** Canary's own choices. */
const defaultKeepaliveSeconds = 10;
const connectTimeoutMs = 10_000;
const firstRetryMs = 1_000;
const longestRetryMs = 10_000;
/** A center that starts beside us opens its port within so many tries, 2 to 3 s: no fault yet. */
const quietTries = 2;

/** Connects, and connects again for ever. */
export const openMqttCenterLink = (options: MqttCenterLinkOptions): CenterLink => {
  const timers = options.timers ?? systemTimers;
  const random = options.random ?? Math.random;
  const stateHandlers: ((up: boolean) => void)[] = [];
  const messageHandlers: ((topic: string, payload: string) => void)[] = [];
  let current: Connection | undefined;
  let up = false;
  let failures = 0;
  let wasUp = false;
  let closed = false;
  let cancelRetry = (): void => {};

  const setUp = (now: boolean): void => {
    if (up === now) return;
    up = now;
    for (const handler of stateHandlers) handler(now);
  };
  const report = (why: unknown): void => {
    const text = why === undefined ? linkUpText : explainLinkFailure(options.url, why);
    options.reportFault?.({ key: "center-link", present: why !== undefined, text });
  };

  const start = (): void => {
    current = openConnection(options, {
      onUp: () => {
        failures = 0;
        wasUp = true;
        report(undefined);
        setUp(true);
      },
      onMessage: (topic, payload) => {
        for (const handler of messageHandlers) handler(topic, payload);
      },
      onEnd: (why) => {
        current = undefined;
        setUp(false);
        if (closed) return;
        if (wasUp || failures >= quietTries || !isNobodyThere(why)) report(why);
        cancelRetry = timers.after(retryDelayMs(failures, random()), start);
        failures += 1;
      },
    });
  };
  start();

  return {
    publish: (topic, payload) =>
      current !== undefined && up
        ? current.publish(topic, payload)
        : Promise.reject(new Error("the link to the center is down")),
    onMessage: (handler) => {
      messageHandlers.push(handler);
    },
    onState: (handler) => {
      stateHandlers.push(handler);
      handler(up);
    },
    close: async () => {
      closed = true;
      cancelRetry();
      await current?.close();
    },
  };
};

const isNobodyThere = (why: unknown): boolean =>
  why instanceof Error && "code" in why && why.code === "ECONNREFUSED";

/** Doubles from 1 s to 10 s; half of it by chance. */
export const retryDelayMs = (failures: number, random: number): number =>
  Math.min(firstRetryMs * 2 ** failures, longestRetryMs) * (0.5 + random / 2);

interface Connection {
  readonly publish: (topic: string, payload: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface ConnectionEvents {
  readonly onUp: () => void;
  readonly onMessage: (topic: string, payload: string) => void;
  /** Exactly once, also when the connection never came up. */
  readonly onEnd: (why: unknown) => void;
}

const openConnection = (options: MqttCenterLinkOptions, events: ConnectionEvents): Connection => {
  const client = connectMqtt(options.url, clientOptions(options));
  const publishing = new Set<(error: Error) => void>();
  let ended = false;

  const end = (why: unknown): void => {
    if (ended) return;
    ended = true;
    for (const reject of publishing) reject(wentDown(why));
    client.end(true);
    events.onEnd(why);
  };
  client.on("connect", () => {
    sendAtOnce(client);
    client
      .subscribeAsync(`canary/v1/gateways/${options.gateway}/down/#`, { qos: 1 })
      .then((grants) => {
        if (grants.some(({ qos }) => qos > 2))
          end(new Error("the broker refused the subscription"));
        else if (!ended) events.onUp();
      })
      .catch(end);
  });
  client.on("message", (topic, payload) => {
    if (!ended) events.onMessage(topic, payload.toString("utf8"));
  });
  client.on("error", end);
  client.on("close", () => {
    end(new Error("the connection was closed"));
  });

  return {
    publish: (topic, payload) =>
      new Promise((resolve, reject) => {
        publishing.add(reject);
        client.publish(topic, payload, { qos: 1 }, (error) => {
          publishing.delete(reject);
          if (error) reject(wentDown(error));
          else resolve();
        });
      }),
    close: async () => {
      // Forced: what has no PUBACK yet is sent again at the next start, and a dead line never answers.
      end(undefined);
      await client.endAsync(true);
    },
  };
};

const wentDown = (cause: unknown): Error =>
  new Error("the link to the center went down", { cause });

const clientOptions = (options: MqttCenterLinkOptions): IClientOptions => ({
  clientId: `canary-gateway-${options.gateway}`,
  protocolVersion: 4,
  clean: true,
  keepalive: options.keepaliveSeconds ?? defaultKeepaliveSeconds,
  connectTimeout: connectTimeoutMs,
  reconnectPeriod: 0,
  queueQoSZero: false,
  ...(options.username === undefined ? {} : { username: options.username }),
  ...(options.password === undefined ? {} : { password: options.password }),
  ...(options.ca === undefined ? {} : { ca: options.ca }),
  ...(options.cert === undefined ? {} : { cert: options.cert }),
  ...(options.key === undefined ? {} : { key: options.key }),
});

/** Nagle's algorithm would hold a lone alarm back for up to 40 ms. */
const sendAtOnce = ({ stream }: MqttClient): void => {
  if (stream instanceof Socket) stream.setNoDelay(true);
};
