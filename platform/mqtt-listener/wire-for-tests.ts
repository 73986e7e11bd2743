/** For tests: a listener with everything observed, and a bare socket that can say what no client would. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { ok } from "#domain/result.ts";
import { openMqttListener, type MqttListener, type MqttListenerOptions } from "./listener.ts";

export interface ObservedListener extends MqttListener {
  /** What reached the program: `topic payload`. */
  readonly taken: string[];
  /** Keys of faults now present, and every text that was reported. */
  readonly faults: Set<string>;
  readonly texts: string[];
}

/** Everybody may log in; a user may publish below `canary/v1/detectors/<user>/` and subscribe to anything. */
export const openObserved = async (
  options: Partial<MqttListenerOptions> = {},
): Promise<ObservedListener> => {
  const taken: string[] = [];
  const faults = new Set<string>();
  const texts: string[] = [];
  const opened = await openMqttListener({
    host: "127.0.0.1",
    port: 0,
    authenticate: ({ username }) =>
      ok({
        mayPublish: (topic) => topic.startsWith(`canary/v1/detectors/${username}/`),
        maySubscribe: () => true,
      }),
    ...options,
    onPublish: (message) => {
      taken.push(`${message.topic} ${Buffer.from(message.payload).toString()}`);
      return options.onPublish?.(message);
    },
    onFault: (fault) => {
      if (fault.present) faults.add(fault.key);
      else faults.delete(fault.key);
      texts.push(fault.text.en);
      options.onFault?.(fault);
    },
  });
  if (!opened.ok) throw new Error(opened.error.en);
  return { ...opened.value, taken, faults, texts };
};

export interface Wire {
  readonly socket: Socket;
  readonly send: (...bytes: readonly Uint8Array[]) => void;
  /** Resolves with the next so many bytes; rejects when the connection closes before. */
  readonly read: (count: number) => Promise<Buffer>;
  readonly closed: Promise<void>;
  readonly hangUp: () => void;
}

export const dial = async (port: number): Promise<Wire> => {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  // Not `once`: a reset by the other side is what these tests want to see.
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));

  let received = Buffer.alloc(0);
  let wake = (): void => undefined;
  socket.on("data", (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    wake();
  });
  void closed.then(() => wake());

  return {
    socket,
    send: (...bytes) => {
      if (!socket.destroyed) socket.write(Buffer.concat(bytes));
    },
    read: async (count) => {
      while (received.length < count) {
        if (socket.closed) throw new Error(`closed before ${count} bytes came`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const bytes = received.subarray(0, count);
      received = received.subarray(count);
      return bytes;
    },
    closed,
    hangUp: () => socket.destroy(),
  };
};

const text = (value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

/** A packet with its first byte and its length as MQTT writes it. */
export const packet = (firstByte: number, ...body: readonly Uint8Array[]): Buffer => {
  const bytes = Buffer.concat(body);
  return Buffer.concat([Buffer.from([firstByte, ...lengthBytes(bytes.length)]), bytes]);
};

export const lengthBytes = (length: number): number[] =>
  length < 128 ? [length] : [(length % 128) | 0x80, ...lengthBytes(Math.floor(length / 128))];

export interface Connect {
  readonly clientId?: string | Uint8Array;
  readonly username?: string;
  readonly clean?: boolean;
  readonly keepAliveSeconds?: number;
  readonly level?: number;
  readonly will?: {
    readonly topic: string | Uint8Array;
    readonly payload?: Uint8Array;
    readonly qos?: number;
  };
}

export const connectPacket = (connect: Connect = {}): Buffer => {
  const { clientId = "c1", username, clean = true, keepAliveSeconds = 60, level = 4 } = connect;
  const will = connect.will;
  const flags =
    (clean ? 2 : 0) |
    (username === undefined ? 0 : 0x80) |
    (will === undefined ? 0 : 4 | ((will.qos ?? 0) << 3));
  return packet(
    0x10,
    text("MQTT"),
    Buffer.from([level, flags, keepAliveSeconds >> 8, keepAliveSeconds & 0xff]),
    level === 5 ? Buffer.from([0]) : Buffer.alloc(0),
    text(clientId),
    ...(will === undefined ? [] : [text(will.topic), text(will.payload ?? Buffer.from("gone"))]),
    ...(username === undefined ? [] : [text(username)]),
  );
};

export const publishPacket = (
  topic: string | Uint8Array,
  payload: string | Uint8Array,
  { qos = 0, id = 1, retain = false }: { qos?: number; id?: number; retain?: boolean } = {},
): Buffer =>
  packet(
    0x30 | (qos << 1) | (retain ? 1 : 0),
    text(topic),
    qos === 0 ? Buffer.alloc(0) : Buffer.from([id >> 8, id & 0xff]),
    Buffer.from(payload),
  );

export const subscribePacket = (...filters: readonly (string | Uint8Array)[]): Buffer =>
  packet(
    0x82,
    Buffer.from([0, 9]),
    ...filters.map((filter) => Buffer.concat([text(filter), Buffer.from([1])])),
  );

export const pingPacket = packet(0xc0);

export const connack = (code: number): Buffer => Buffer.from([0x20, 2, 0, code]);
export const puback = (id: number): Buffer => Buffer.from([0x40, 2, id >> 8, id & 0xff]);
export const suback = (...codes: readonly number[]): Buffer =>
  Buffer.from([0x90, 2 + codes.length, 0, 9, ...codes]);

/** Logs in on a new wire. */
export const logIn = async (port: number, connect: Connect): Promise<Wire> => {
  const wire = await dial(port);
  wire.send(connectPacket(connect));
  const answer = await wire.read(4);
  if (answer[3] !== 0) throw new Error(`login refused with ${answer[3]}`);
  return wire;
};

export const reading = (user: string): string => `canary/v1/detectors/${user}/reading`;
