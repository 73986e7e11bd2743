/** The live stream of a center that is killed and started again: every change once, none lost. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeGateway } from "#center/fake-gateway.testing.ts";
import { followStream, type StreamEvent, type StreamReader } from "#center/sse-client.testing.ts";
import { startCenterProcess, type CenterProcess } from "./center-alone.ts";

let folder: string;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-stream-"));
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await rm(folder, { recursive: true, force: true });
});

const start = async (httpPort = 0, mqttPort = 0): Promise<CenterProcess> => {
  const center = await startCenterProcess(folder, httpPort, mqttPort);
  ends.push(() => center.kill("SIGKILL"));
  return center;
};

const logIn = async (httpPort: number): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${httpPort}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password: "correct horse battery" }),
  });
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
};

const follow = async (port: number, cookie: string, after: string): Promise<StreamReader> => {
  const reader = await followStream(`http://127.0.0.1:${port}/api/v1/stream`, {
    cookie,
    "last-event-id": after,
  });
  ends.push(() => reader.close());
  return reader;
};

const gateway = createFakeGateway("gw-1");
const send = async (mqttPort: number, from: number, to: number): Promise<void> => {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
    clientId: "gw-1",
    reconnectPeriod: 0,
  });
  const told = Array.from({ length: to - from + 1 }, (_, index) => {
    const seq = from + index;
    const name = { episode: `ep-${seq}`, detector: `det-${seq}`, id: `event-${seq}` };
    return gateway.alarm({ seq, ...name });
  });
  await Promise.all(
    told.map(({ topic, payload }) => client.publishAsync(topic, Buffer.from(payload), { qos: 1 })),
  );
  await client.endAsync();
};

/** The episode an event is about, and the position after it. */
const episodeOf = ({ event, data }: StreamEvent): string | undefined => {
  if (event !== "alarm" || typeof data !== "object" || data === null) return undefined;
  return "episode" in data && typeof data.episode === "string" ? data.episode : undefined;
};

test("1,000 alarms across a kill: a page that comes back with Last-Event-ID hears each, in order, none twice", async () => {
  const first = await start();
  const cookie = await logIn(first.httpPort);
  const desk: { eventId: number } = JSON.parse(
    await (
      await fetch(`http://127.0.0.1:${first.httpPort}/api/v1/desk`, { headers: { cookie } })
    ).text(),
  );
  const before = await follow(first.httpPort, cookie, String(desk.eventId));
  await before.until(({ event }) => event === "heartbeat");
  await send(first.mqttPort, 1, 400);
  // The page hears a part of it, then its center dies in the middle of what follows.
  const heard = [...(await before.until((one) => episodeOf(one) === "ep-250"))];
  const dying = send(first.mqttPort, 401, 700).catch(() => undefined);
  await first.kill("SIGKILL");
  await dying;

  const again = await start(first.httpPort, first.mqttPort);
  // What the gateway got no acknowledgement for it sends again; what the center had it drops.
  await send(again.mqttPort, 401, 700);
  const position = heard.findLast(({ id }) => id !== undefined)?.id ?? "none";
  const after = await follow(again.httpPort, cookie, position);
  const live = send(again.mqttPort, 701, 1_000);
  const wanted = new Set(Array.from({ length: 1_000 }, (_, index) => `ep-${index + 1}`));
  for (const one of heard) wanted.delete(episodeOf(one) ?? "");
  heard.push(
    ...(await after.until((one) => {
      wanted.delete(episodeOf(one) ?? "");
      return wanted.size === 0;
    })),
  );
  await live;

  expect(heard.map(({ event }) => event)).not.toContain("reset");
  const positions = heard.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]));
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  // An effect is a position with its alarm: no page is told one twice.
  const effects = heard.flatMap((one) => {
    const episode = episodeOf(one);
    return episode === undefined ? [] : [`${one.id} ${episode}`];
  });
  expect(new Set(effects).size).toBe(effects.length);
  expect(new Set(heard.flatMap((one) => episodeOf(one) ?? [])).size).toBe(1_000);
});
