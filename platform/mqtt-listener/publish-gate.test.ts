import type { Client, PublishPacket } from "aedes";
import { expect, test } from "vitest";
import { defaultMqttLimits } from "./limits.ts";
import { createGate, type GateOptions, type Session } from "./publish-gate.ts";

const session = (): Session => ({
  client: { clientId: "d1", username: "d1", remoteAddress: "127.0.0.1" },
  grant: { mayPublish: () => true, maySubscribe: () => true },
  readOn: () => undefined,
  filters: new Set(),
  waiting: 0,
  waitingBytes: 0,
  last: Promise.resolve(),
  checkedTopic: undefined,
});
const packet = (more: Partial<PublishPacket> = {}): PublishPacket => ({
  cmd: "publish",
  topic: "t",
  payload: Buffer.from("x"),
  qos: 1,
  dup: false,
  retain: false,
  messageId: 1,
  ...more,
});
// The gate only passes it on.
const from = {} satisfies object;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const nobody = from as Client;

const gateWith = (log: string[], options: Partial<GateOptions>) => {
  const gate = createGate({
    limits: defaultMqttLimits,
    onPublish: () => undefined,
    onRefused: (reason) => log.push(reason),
    publishAhead: () => Promise.resolve(),
    roomToRetain: () => true,
    queuesForSessions: () => false,
    ...options,
  });
  return (own: Session, sent: PublishPacket) =>
    gate(nobody, own, sent, (error) => log.push(error?.message ?? "acknowledged"));
};

test("nothing to wait for: acknowledged within the call", () => {
  const log: string[] = [];
  gateWith(log, {})(session(), packet());

  expect(log).toEqual(["acknowledged"]);
});

test("with sessions that may be away, or to be retained, it is stored before it is acknowledged", async () => {
  for (const [queues, sent] of [
    [true, packet()],
    [false, packet({ retain: true })],
  ] as const) {
    const log: string[] = [];
    const stored = Promise.withResolvers<void>();
    const own = session();
    gateWith(log, { queuesForSessions: () => queues, publishAhead: () => stored.promise })(
      own,
      sent,
    );
    await Promise.resolve();
    log.push("stored");
    stored.resolve();
    await own.last;

    expect(log).toEqual(["stored", "acknowledged"]);
  }
});

test("a store that fails costs the PUBACK of this message and of those behind it", async () => {
  const log: string[] = [];
  const own = session();
  const send = gateWith(log, {
    queuesForSessions: () => true,
    publishAhead: () => Promise.reject(new Error("disk")),
  });
  send(own, packet({ messageId: 1 }));
  send(own, packet({ messageId: 2 }));

  await expect(own.last).rejects.toThrow("disk");
  expect(log).not.toContain("acknowledged");
});

test("beyond so many waiting messages the connection is not read on", () => {
  let reads = 0;
  const own = { ...session(), readOn: () => (reads += 1) };
  const limits = { ...defaultMqttLimits, waitingAcknowledgements: 3 };
  const send = gateWith([], { limits, onPublish: () => new Promise(() => undefined) });
  for (let messageId = 1; messageId <= 10; messageId += 1) send(own, packet({ messageId }));

  expect(own.waiting).toBe(10);
  expect(reads).toBe(3);
});

test("nor beyond so many waiting bytes", () => {
  let reads = 0;
  const own = { ...session(), readOn: () => (reads += 1) };
  const limits = { ...defaultMqttLimits, waitingBytes: 100 };
  const send = gateWith([], { limits, onPublish: () => new Promise(() => undefined) });
  const payload = Buffer.alloc(40);
  for (let messageId = 1; messageId <= 10; messageId += 1)
    send(own, packet({ messageId, payload }));

  expect(reads).toBe(2);
});
