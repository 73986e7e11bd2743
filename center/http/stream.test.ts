import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFakeGateway, detectorAt } from "../fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { followStream, type StreamEvent, type StreamReader } from "../sse-client.testing.ts";

// Many commits and password checks: a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

let desk: OpenDesk;
let cookie: string;
const readers: StreamReader[] = [];
const gateway = createFakeGateway("gw-1");

beforeEach(async () => {
  desk = await openDesk();
  cookie = await desk.login();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  await desk.close();
});

const follow = async (
  query = "",
  headers: Readonly<Record<string, string>> = {},
): Promise<StreamReader> => {
  const reader = await followStream(`${desk.url}/api/v1/stream${query}`, { cookie, ...headers });
  readers.push(reader);
  return reader;
};
const alarmOf = (episode: string) => (event: StreamEvent) =>
  event.event === "alarm" && JSON.stringify(event.data).includes(`"episode":"${episode}"`);
const names = (events: readonly StreamEvent[]) => events.map(({ event }) => event);

test("an alarm, its present value and its signature reach an open page", async () => {
  const page = await follow();
  await desk.take(gateway.alarm({ seq: 1 }));
  const [alarm] = (await page.until(alarmOf("ep-1"))).slice(-1);
  expect(alarm?.data).toMatchObject({ condition: "active", case: { state: "reported" } });

  await desk.take(gateway.status({ atMs: 1, detectors: [detectorAt("kitchen", 555)] }));
  const [present] = (await page.until(alarmOf("ep-1"))).slice(-1);
  expect(present?.data).toMatchObject({ present: { levels: [{ ppm: 555 }] } });

  await desk.sign({ episode: "ep-1", case: { version: 1 } }, cookie);
  const [signed] = (await page.until(alarmOf("ep-1"))).slice(-1);
  expect(signed?.data).toMatchObject({ case: { state: "accepted", acceptedBy: "admin" } });
});

test("what is told of many homes reaches an open page, and so does its end", async () => {
  const page = await follow();
  const isStreet = ({ event }: StreamEvent): boolean => event === "street";
  const link = { group: "link:bus-1", members: ["kitchen", "bath"] } as const;
  await desk.take(gateway.street({ kind: "link-down", atMs: 1, seq: 1, ...link }));
  const [down] = (await page.until(isStreet)).slice(-1);
  expect(down?.data).toMatchObject({ topic: "link", stands: true, members: ["kitchen", "bath"] });

  await desk.take(gateway.street({ kind: "link-up", atMs: 2, seq: 2, ...link }));
  const [up] = (await page.until(isStreet)).slice(-1);
  expect(up?.data).toMatchObject({ id: "gw-1 link link:bus-1", stands: false });
});

test("a page that was away is told what it missed, in order, and nothing it had", async () => {
  const before = await desk.desk();
  await desk.take(gateway.alarm({ seq: 1, episode: "first" }));
  await desk.take(gateway.alarm({ seq: 2, episode: "second" }));
  const away = await follow(`?after=${before.eventId}`);
  const events = await away.until(alarmOf("second"));
  const ids = events.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]));
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  expect(events.some(alarmOf("first"))).toBe(true);

  const first = events.find(alarmOf("first"));
  const again = await follow("", { "last-event-id": first?.id ?? "" });
  expect((await again.until(alarmOf("second"))).some(alarmOf("first"))).toBe(false);
});

test("a position this database does not know is answered with reset, and the stream goes on", async () => {
  for (const position of ["17", "9007199254740000"]) {
    const page = await follow("", { "last-event-id": position });
    const events = await page.until(({ event }) => event === "reset");
    expect(names(events)).not.toContain("alarm");
    await desk.take(gateway.alarm({ seq: Number(position) % 100, episode: `after-${position}` }));
    await page.until(alarmOf(`after-${position}`));
  }
});

test("a heartbeat with the center's clock comes every five seconds, without an id", async () => {
  const page = await follow();
  await page.until(({ event }) => event === "heartbeat");
  desk.time.advance(5_000);
  const [beat] = (await page.until(({ event }) => event === "heartbeat")).slice(-1);
  expect(beat).toEqual({
    event: "heartbeat",
    id: undefined,
    data: { nowMs: desk.time.clock.now().wallMs },
  });
});

test("a page whose session is ended loses its stream", async () => {
  const page = await follow();
  await fetch(`${desk.url}/api/v1/session`, { method: "DELETE", headers: { cookie } });
  desk.time.advance(30_000);
  await page.ended();
});

test("without a login there is no stream", async () => {
  const response = await desk.get("/api/v1/stream");
  expect(response.status).toBe(401);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
});

test("one person's script cannot take all live pages: beyond a hundred it is refused, the rest go on", async () => {
  for (let page = 0; page < 100; page += 1) await follow();
  const refused = await fetch(`${desk.url}/api/v1/stream`, { headers: { cookie } });
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({
    detailEn: expect.stringContaining("100 live pages"),
  });

  await desk.take(gateway.alarm({ seq: 1 }));
  await readers[99]?.until(alarmOf("ep-1"));
  readers.shift()?.close();
  await expect
    .poll(async () => {
      const again = await fetch(`${desk.url}/api/v1/stream`, { headers: { cookie } });
      await again.body?.cancel();
      return again.status;
    })
    .toBe(200);
});
