/** The real journal, the real uplink and a real Mosquitto that dies on the way. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { bootId, gatewayId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import { downTopic, parseUpMessage } from "#domain/wire.ts";
import { openJournal } from "#gateway/journal/open-journal.ts";
import { alarmRecord } from "#gateway/journal/sample-notice.ts";
import { freePort, hasMosquitto, startMosquitto } from "#gateway/uplinks/mosquitto.ts";
import { openMqttCenterLink } from "#gateway/uplinks/mqtt-center-link.ts";
import { systemTimers } from "#platform/timers.ts";
import { createUplink } from "#gateway/uplinks/uplink.ts";

const gateway = gatewayId("gateway-1");
const clock: Clock = {
  now: () => ({
    bootId: bootId("boot-1"),
    monoMs: monoMs(performance.now()),
    wallMs: epochMs(Date.now()),
  }),
};

/** Commits what comes, answers each message with a receipt; `enough` resolves at `count` records. */
const startCenter = async (port: number, count: number) => {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 200 });
  const committed = new Map<number, string>();
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  client.on("message", (_topic, payload) => {
    const parsed = parseUpMessage(payload.toString());
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    const { seq, journalid, id } = { seq: undefined, ...parsed.value };
    if (seq !== undefined) committed.set(Number(seq), id);
    const upTo = Math.max(0, ...committed.keys());
    const missing = Array.from({ length: upTo }, (_, n) => n + 1).filter((n) => !committed.has(n));
    const receipt = {
      specversion: "1.0",
      id: "receipt",
      source: "/canary/center",
      type: "canary.receipt.v1",
      time: new Date().toISOString(),
      datacontenttype: "application/json",
      data: { journalid, upTo, holes: missing.map((n) => [n, n]), ids: [], refused: [] },
    };
    client.publish(downTopic(gateway, "receipt"), JSON.stringify(receipt), { qos: 1 });
    if (committed.size === count) resolve();
  });
  await client.subscribeAsync("canary/v1/gateways/+/up/#", { qos: 1 });
  return { committed, enough, close: () => client.endAsync(true) };
};

test.skipIf(!hasMosquitto)(
  "600 alarms, the broker away, there, killed and back: all arrive once and are settled",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "canary-uplink-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { journal } = await openJournal(join(folder, "journal.sqlite"), {
      clock,
      reportFault: () => {},
    });
    onTestFinished(journal.close);
    const port = await freePort();
    const link = openMqttCenterLink({ url: `mqtt://127.0.0.1:${port}`, gateway, random: () => 0 });
    onTestFinished(link.close);
    const uplink = createUplink({
      journal,
      link,
      clock,
      gateway,
      timers: systemTimers,
      status: () => ({ drill: false, detectors: [], faults: [] }),
      reportFault: () => {},
    });
    onTestFinished(uplink.close);
    const keep = async (from: number, to: number): Promise<void> => {
      for (let n = from; n <= to; n += 1) await journal.append([alarmRecord(`event-${n}`)], []);
      uplink.wake();
    };

    await keep(1, 200);
    const first = await startMosquitto(port);
    const center = await startCenter(port, 600);
    onTestFinished(center.close);
    await keep(201, 400);
    await first.stop();
    await keep(401, 600);
    const second = await startMosquitto(port);
    onTestFinished(second.stop);
    await center.enough;

    expect(new Set(center.committed.values()).size).toBe(600);
    await expect
      .poll(() => journal.counts(), { timeout: 20_000 })
      .toEqual({ lastSeq: 600, pending: 0 });
    expect(uplink.state()).toMatchObject({ link: "up" });
  },
);
