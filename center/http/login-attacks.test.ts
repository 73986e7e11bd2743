/** What is tried at the door, by a stranger, by another site, and by somebody in the same office. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hashPassword } from "../accounts/passwords.ts";
import { jsonOf } from "../json-answer.testing.ts";
import { adminPassword, openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { routeRights } from "../rights/route-rights.ts";

vi.setConfig({ testTimeout: 60_000 });

let desk: OpenDesk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const tryLogin = (username: string, password: string, cookie = "") =>
  fetch(`${desk.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie },
    body: JSON.stringify({ username, password }),
  });
/** All cookies of a browser after a login. */
const browser = async (username: string, password: string, cookie = ""): Promise<string> => {
  const answer = await tryLogin(username, password, cookie);
  expect(answer.status).toBe(200);
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(";")[0] ?? "")
    .join("; ");
};

test("a guesser behind the same address does not keep the officer's own browser out", async () => {
  const own = await browser("admin", adminPassword);
  for (let guess = 0; guess < 10; guess += 1) await tryLogin("admin", `guess ${guess}`);
  expect((await tryLogin("admin", adminPassword)).status).toBe(429);
  expect((await tryLogin("admin", adminPassword, own)).status).toBe(200);
});

test("a browser that is known for one person is no free pass for another's name", async () => {
  const hash = await hashPassword("a password of li");
  const row = { must_change_password: 0, disabled_at_ms: null, password_expires_at_ms: null };
  await desk.store.db
    .insertInto("users")
    .values({ name: "li", password_hash: hash, created_at_ms: 0, area: "/", ...row })
    .execute();
  const lis = await browser("li", "a password of li");
  const statuses: number[] = [];
  for (let guess = 0; guess < 8; guess += 1) {
    statuses.push((await tryLogin("admin", `guess ${guess}`, lis)).status);
  }
  expect(statuses.filter((status) => status === 401)).toHaveLength(4);
});

test("a browser cookie that was planted is not kept: the officer gets one the planter does not know", async () => {
  const planted = `canary_device=${"a".repeat(43)}`;
  const own = await browser("admin", adminPassword, planted);
  expect(own).toMatch(/canary_device=[\w-]{43}$/);
  expect(own).not.toContain("a".repeat(43));
});

test("somebody logged in has requests of their own, whatever a stranger at the same address does", async () => {
  const busy = await openDesk({ requestsPerMinute: 20 });
  try {
    const cookie = await busy.login();
    for (let request = 0; request < 40; request += 1) await busy.get("/api/v1/desk");
    expect((await busy.get("/api/v1/desk")).status).toBe(429);
    expect((await busy.get("/api/v1/desk", cookie)).status).toBe(200);
  } finally {
    await busy.close();
  }
});

test("a stranger who asks without end keeps no browser out that somebody has logged in with", async () => {
  const busy = await openDesk({ requestsPerMinute: 20 });
  const logIn = (cookie: string) =>
    fetch(`${busy.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie },
      body: JSON.stringify({ username: "admin", password: adminPassword }),
    });
  try {
    const [, device = ""] = (await logIn("")).headers.getSetCookie();
    const own = device.split(";")[0] ?? "";
    const planted = `canary_device=${"a".repeat(43)}`;
    for (let request = 0; request < 40; request += 1) await busy.get("/api/v1/desk", planted);
    expect((await logIn(planted)).status).toBe(429);
    expect((await logIn(own)).status).toBe(200);
  } finally {
    await busy.close();
  }
});

test("no session token is good before a login, nor after the next one has replaced it", async () => {
  const before = await browser("admin", adminPassword);
  const after = await browser("admin", adminPassword, before);
  expect(after.split("; ")[0]).not.toBe(before.split("; ")[0]);
  const answer = await fetch(`${desk.url}/api/v1/session`, {
    method: "DELETE",
    headers: { cookie: after },
  });
  expect(answer.status).toBe(204);
  expect((await desk.get("/api/v1/session", after)).status).toBe(401);
});

const changing = Object.keys(routeRights).filter((route) => !route.startsWith("GET "));

test.each(changing)("another site cannot make a browser do %s", async (route) => {
  const cookie = await desk.login();
  const [method = "", path = ""] = route.split(" ");
  const url = `${desk.url}${path.replaceAll(/:\w+/g, "x")}`;
  for (const site of ["cross-site", "same-site"]) {
    const headers = { cookie, "sec-fetch-site": site, "content-type": "application/json" };
    const answer = await fetch(url, { method, headers, body: "{}" });
    expect((await jsonOf(answer))["type"]).toBe("/problems/other-site");
  }
  // An old browser says nothing of the site; a form of its can send text, but no JSON.
  const form = { cookie, "content-type": "text/plain" };
  if (method === "POST") {
    const answer = await fetch(url, { method, headers: form, body: "{}" });
    expect([400, 415]).toContain(answer.status);
  }
});

test("a name that does not exist takes as long as one that does", async () => {
  const tookMs = async (username: string): Promise<number> => {
    const began = process.hrtime.bigint();
    expect((await tryLogin(username, "wrong password")).status).toBe(401);
    return Number(process.hrtime.bigint() - began) / 1e6;
  };
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    known.push(await tookMs("admin"));
    unknown.push(await tookMs(`nobody-${round}`));
    desk.time.advance(31 * 60_000);
  }
  // Fastest of each: what is left when the machine is otherwise quiet. Without the equal work an
  // unknown name would be answered in a fraction of the time.
  const ratio = Math.min(...unknown) / Math.min(...known);
  expect(ratio).toBeGreaterThan(0.4);
  expect(ratio).toBeLessThan(2.5);
});

test("a name that is disabled answers like one that never was", async () => {
  await desk.store.db.updateTable("users").set({ disabled_at_ms: 1 }).execute();
  const disabled = await tryLogin("admin", adminPassword);
  const unknown = await tryLogin("nobody", adminPassword);
  expect([disabled.status, await disabled.text()]).toEqual([unknown.status, await unknown.text()]);
});
