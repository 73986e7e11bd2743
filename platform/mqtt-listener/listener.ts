/** The embedded MQTT listener: aedes with locks on its doors. Speaks MQTT 3.1 and 3.1.1. */
import { join } from "node:path";
import { Aedes, type Client } from "aedes";
import { ok, type Bilingual, type Result } from "#domain/result.ts";
import { deliverOvertaken, deliverWithoutWaiting, publishAheadOfAck } from "./aedes-patches.ts";
import { explainSession, type MqttClient, type MqttGrant } from "./admission.ts";
import { openKeptFile, type KeptFile } from "./kept-file.ts";
import { defaultMqttLimits, type MqttLimits } from "./limits.ts";
import { loginHooks } from "./login-hooks.ts";
import type { MqttMessage } from "./publish-gate.ts";
import { createRefusals, type RefusalReason, type Refusals, type ReportFault } from "./refusals.ts";
import { openServer, type TlsFiles } from "./server.ts";
import { createSessionStore, type SessionStore } from "./session-store.ts";
import { isPlainTopic } from "./topic-rules.ts";
import { reasonOf, trafficHooks } from "./traffic-hooks.ts";
import { createVisitors, type Visitors } from "./visitors.ts";

export type { MqttClient, MqttGrant } from "./admission.ts";
export { defaultMqttLimits, type MqttLimits } from "./limits.ts";
export type { MqttMessage } from "./publish-gate.ts";

export interface MqttListenerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Where the port is configured, for the words of an error. */
  readonly setting?: string;
  /** PEM texts; with `ca`, clients must show a certificate. */
  readonly tls?: TlsFiles;
  /** Sessions and retained messages survive `kill -9` here; absent: they live in memory. */
  readonly dataFolder?: string;
  readonly limits?: Partial<MqttLimits>;
  /** Who it is and what it may do. An error refuses the login; its text is reported, never sent. */
  readonly authenticate: (
    client: MqttClient,
    password: Uint8Array | undefined,
  ) => Promise<Result<MqttGrant, Bilingual>> | Result<MqttGrant, Bilingual>;
  /**
   * Undefined: acknowledged at once. A promise: the PUBACK follows once it resolves; when it rejects
   * there is none, and the connection is closed so that the client comes back and sends again.
   * Called in the order of arrival, for each message before the one before is committed.
   * Wills come this way too. The payload is only valid until the call returns, unless copied.
   */
  readonly onPublish: (message: MqttMessage) => Promise<void> | undefined;
  /** Refusals, limits, trouble with the store. One per cause until it has not come again for 10 min. */
  readonly onFault: ReportFault;
}

export interface MqttListenerStats {
  /** Open sockets; clients that have logged in. */
  readonly connections: number;
  readonly clients: number;
  /** Messages from clients since the start. */
  readonly received: number;
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
  readonly retained: number;
  /** Messages waiting for sessions that are away or have not acknowledged yet. */
  readonly queued: number;
}

export interface MqttListener {
  readonly port: number;
  /**
   * Resolves once it is stored where it must be and handed to every connected subscriber; these do
   * not wait for the disk.
   */
  readonly publish: (
    topic: string,
    payload: string | Uint8Array,
    options: { readonly qos: 0 | 1; readonly retain: boolean },
  ) => Promise<void>;
  /** In this process: new messages only, no retained ones. Called for own publishes as well. */
  readonly subscribe: (
    filter: string,
    handler: (topic: string, payload: Uint8Array) => void,
  ) => void;
  /** Closes every connection of a user, so that a revoked token ends now. */
  readonly disconnect: (username: string) => void;
  readonly stats: () => MqttListenerStats;
  /** Closes without publishing wills: it is we who leave. */
  readonly close: () => Promise<void>;
}

/** aedes' sign of life to itself; a will left by an earlier life is published after four of these. */
const heartbeatMs = 15_000;
const sweepMs = 60_000;

/** Opens the listener, or says why not: a taken port, an unusable certificate, a store in use. */
export const openMqttListener = async (
  options: MqttListenerOptions,
): Promise<Result<MqttListener, Bilingual>> => {
  const limits: MqttLimits = { ...defaultMqttLimits, ...options.limits };
  const nowMs = (): number => performance.now();
  const where = `${options.host}:${options.port}`;
  const file = await openFile(options);
  if (!file.ok) return file;

  const refusals = createRefusals(options.onFault, nowMs, where);
  const visitors = createVisitors(limits, refusals, nowMs);
  const store = createSessionStore({
    file: file.value,
    queuedMessages: limits.queuedMessages,
    mayKeep: visitors.maySubscribe,
    onEvicted: (sessionId) => refusals.add("queue-full", explainSession(sessionId)),
    onUnreadable: (count) => options.onFault(unreadable(where, count)),
  });
  const traffic = { received: 0, closing: false };
  const broker = await openBroker(options, { limits, visitors, refusals, store, traffic });
  const withoutLoss = deliverOvertaken(broker);

  const server = await openServer({
    setting: "port",
    ...options,
    limits,
    nowMs,
    onConnection: (socket, admitted) =>
      visitors.enter(socket, admitted, () => withoutLoss(broker.handle(socket))),
    onRefused: refusals.add,
  });
  if (!server.ok) {
    await closeBroker(broker);
    await store.close();
    return server;
  }
  const sweep = setInterval(() => refusals.forgetOld(nowMs()), sweepMs).unref();

  return ok({
    port: server.value.port,
    publish: (topic, payload, how) => publish(broker, store, limits, topic, payload, how),
    subscribe: (filter, handler) => subscribe(broker, filter, handler, options.onFault),
    disconnect: visitors.disconnect,
    stats: () => ({
      connections: server.value.connections(),
      clients: broker.connectedClients,
      received: traffic.received,
      refused: refusals.counts(),
      ...store.counts(),
    }),
    close: async () => {
      traffic.closing = true;
      clearInterval(sweep);
      await server.value.close();
      await closeBroker(broker);
      await store.close();
    },
  });
};

interface Parts {
  readonly limits: MqttLimits;
  readonly visitors: Visitors;
  readonly refusals: Refusals;
  readonly store: SessionStore;
  readonly traffic: { received: number; closing: boolean };
}

const openBroker = async (
  options: MqttListenerOptions,
  { limits, visitors, refusals, store, traffic }: Parts,
): Promise<Aedes> => {
  const broker = new Aedes({
    persistence: store.persistence,
    heartbeatInterval: heartbeatMs,
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxTopicLevels: limits.topicLevels,
    // Session ids carry the user name; the length of a client id is ours to judge.
    maxClientsIdLength: 65_535,
    // A client need not wait for its CONNACK before it sends; how much, the guard has limited.
    queueLimit: 1_000,
    maxInflightInbound: 100,
    ...loginHooks({ limits, visitors, authenticate: options.authenticate }),
  });
  deliverWithoutWaiting(broker);
  const publishAhead = publishAheadOfAck(broker);
  Object.assign(
    broker,
    trafficHooks({
      limits,
      visitors,
      refusals,
      store,
      publishAhead: async (packet, from) => {
        await publishAhead(packet, from);
        await store.written();
      },
      onPublish: (message) => {
        traffic.received += 1;
        return options.onPublish(message);
      },
      isClosing: () => traffic.closing,
    }),
  );
  watch(broker, visitors, options);
  await broker.listen();
  return broker;
};

const openFile = async (
  options: MqttListenerOptions,
): Promise<Result<KeptFile | undefined, Bilingual>> =>
  options.dataFolder === undefined
    ? ok(undefined)
    : openKeptFile(join(options.dataFolder, "mqtt-sessions"), (present, text) =>
        options.onFault({ key: "mqtt:store", present, text }),
      );

const watch = (broker: Aedes, visitors: Visitors, options: MqttListenerOptions): void => {
  const failed = (client: Client, error: Error): void => {
    const visitor = visitors.of(client);
    const reason = reasonOf(error);
    if (visitor !== undefined && reason !== undefined)
      visitors.refuse(reason, visitor, error.message);
  };
  broker.on("clientError", failed);
  broker.on("connectionError", failed);
  broker.on("unsubscribe", (filters, client) => {
    for (const filter of filters) visitors.of(client)?.session?.filters.delete(filter);
  });
  // aedes' types do not know its own error event; without a listener it would end the process.
  const errors: NodeJS.EventEmitter = broker;
  errors.on("error", (error: unknown) => {
    const text = {
      zh: `MQTT ${options.host}:${options.port} 内部错误:${String(error)};请重启本程序并上报`,
      en: `MQTT ${options.host}:${options.port} internal error: ${String(error)}; restart this program and report it`,
    };
    options.onFault({ key: "mqtt:broker", present: true, text });
  });
};

const publish = async (
  broker: Aedes,
  store: SessionStore,
  limits: MqttLimits,
  topic: string,
  payload: string | Uint8Array,
  { qos, retain }: { readonly qos: 0 | 1; readonly retain: boolean },
): Promise<void> => {
  if (!isPlainTopic(topic, limits)) throw new Error(`not a topic to publish to: "${topic}"`);
  const packet = { topic, payload: Buffer.from(payload), qos, retain };
  await new Promise<void>((resolve, reject) => {
    broker.publish({ cmd: "publish", dup: false, ...packet }, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
  await store.written();
};

const subscribe = (
  broker: Aedes,
  filter: string,
  handler: (topic: string, payload: Uint8Array) => void,
  onFault: ReportFault,
): void => {
  broker.subscribe(
    filter,
    (packet, done) => {
      try {
        handler(packet.topic, Buffer.from(packet.payload));
      } catch (error) {
        const text = {
          zh: `处理 MQTT 主题 ${packet.topic} 的消息时出错:${String(error)};请上报此错误`,
          en: `handling a message on MQTT topic ${packet.topic} failed: ${String(error)}; report this error`,
        };
        onFault({ key: `mqtt:handler:${filter}`, present: true, text });
      }
      done();
    },
    () => undefined,
  );
};

const closeBroker = (broker: Aedes): Promise<void> =>
  new Promise((resolve) => {
    broker.close(resolve);
  });

const unreadable = (where: string, count: number): Parameters<ReportFault>[0] => ({
  key: "mqtt:store-entries",
  present: true,
  text: {
    zh: `MQTT ${where} 会话存储中有 ${count} 条记录无法读取,已忽略;请重新下发保留消息`,
    en: `MQTT ${where}: ${count} entries of the session store could not be read and are ignored; publish retained messages again`,
  },
});
