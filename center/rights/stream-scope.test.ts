/** What a live page is told: of its viewer's areas only, also after these have changed. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { jsonOf } from "../json-answer.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { followStream, type StreamReader } from "../sse-client.testing.ts";
import { places, plantRegister } from "./plant-register.testing.ts";

vi.setConfig({ testTimeout: 30_000 });

const xian = createFakeGateway("gw-xian");
const west = createFakeGateway("gw-west");

let desk: OpenDesk;
let admin: string;
let page: StreamReader | undefined;
beforeEach(async () => {
  desk = await openDesk();
  await plantRegister(desk.store);
  admin = await desk.login();
});
afterEach(async () => {
  page?.close();
  await desk.close();
});

const send = async (method: string, path: string, body?: object) => {
  const answer = await fetch(`${desk.url}/api/v1${path}`, {
    method,
    headers: { cookie: admin, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(answer.status, await answer.clone().text()).toBeLessThan(300);
  return answer;
};
/** An officer on duty in Xian, or elsewhere, with the page open. */
const openPage = async (area: string = places.xian): Promise<string> => {
  const grants = [{ role: "duty", area }];
  const created = await send("POST", "/accounts", { name: "li", area, grants });
  const { oneTimePassword } = await jsonOf(created);
  const current = String(oneTimePassword);
  const cookie = await desk.loginAs("li", current);
  // With the one-time password alone there is no stream.
  const changed = await fetch(`${desk.url}/api/v1/session/password`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body: JSON.stringify({ current, next: "a password of my own" }),
  });
  expect(changed.status).toBe(204);
  page = await followStream(`${desk.url}/api/v1/stream`, { cookie });
  await page.until(({ event }) => event === "heartbeat");
  return cookie;
};
const reader = (): StreamReader => {
  if (page === undefined) throw new Error("no page is open");
  return page;
};
const episodesUntil = async (episode: string): Promise<readonly string[]> => {
  const events = await reader().until(({ data }) => JSON.stringify(data).includes(`"${episode}"`));
  return events.flatMap(({ event, data }) =>
    event === "alarm" && typeof data === "object" && data !== null && "episode" in data
      ? [String(data.episode)]
      : [],
  );
};

test("an alarm next door is not told", async () => {
  await openPage();
  await desk.take(west.alarm({ seq: 1, episode: "west-1" }));
  await desk.take(xian.alarm({ seq: 1, episode: "xian-1" }));
  expect(await episodesUntil("xian-1")).toEqual(["xian-1"]);
});

test("a case of the community is not told to one of its grids, as the API would not show it", async () => {
  await openPage(places.grid);
  await desk.take(xian.alarm({ seq: 1, episode: "xian-1" }));
  await send("POST", "/accounts/li/grants", { role: "duty", area: places.xian });
  const told = (await reader().until(({ event }) => event === "reset")).map(({ event }) => event);
  expect(told).not.toContain("case");
  expect(told).not.toContain("alarm");
});

test("a role given now is worth something on the open page, which loads its desk anew", async () => {
  const cookie = await openPage();
  await desk.take(west.alarm({ seq: 1, episode: "west-1" }));
  await send("POST", "/accounts/li/grants", { role: "duty", area: places.west });
  await reader().until(({ event }) => event === "reset");
  const { alarms } = await jsonOf(await desk.get("/api/v1/desk", cookie));
  expect(alarms).toHaveLength(1);
  await desk.take(west.alarm({ seq: 2, episode: "west-2" }));
  expect(await episodesUntil("west-2")).toEqual(["west-2"]);
});

test("a page that was away while a role was given loads its desk anew", async () => {
  const cookie = await openPage();
  await desk.take(xian.alarm({ seq: 1, episode: "xian-1" }));
  const [last] = (await reader().until(({ event }) => event === "alarm")).slice(-1);
  reader().close();
  await desk.take(west.alarm({ seq: 1, episode: "west-1" }));
  await send("POST", "/accounts/li/grants", { role: "duty", area: places.west });
  page = await followStream(`${desk.url}/api/v1/stream`, {
    cookie,
    "last-event-id": last?.id ?? "",
  });
  const told = await reader().until(({ event }) => event === "reset");
  expect(told.map(({ event }) => event)).toEqual(["heartbeat", "reset"]);
});

test("a role withdrawn, an account disabled, a session ended: the page is over at once", async () => {
  await openPage();
  const area = encodeURIComponent(places.xian);
  await send("DELETE", `/accounts/li/grants?role=duty&area=${area}`);
  await reader().ended();
});

test("ending somebody's sessions ends the open pages behind them", async () => {
  await openPage();
  await send("DELETE", "/accounts/li/sessions/all");
  await reader().ended();
});

test("somebody else's change is nobody's business", async () => {
  await openPage();
  await send("POST", "/accounts", { name: "chen", area: places.xian });
  await desk.take(xian.alarm({ seq: 1, episode: "xian-1" }));
  const told = await reader().until(({ event }) => event === "alarm");
  expect(told.map(({ event }) => event)).not.toContain("reset");
});
