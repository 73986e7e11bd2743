import { afterEach, expect, test, vi } from "vitest";
import { openDesk, adminPassword, type DeskOptions, type OpenDesk } from "../open-desk.testing.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";

// Many commits and password checks: a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

let desk: OpenDesk | undefined;
afterEach(async () => {
  await desk?.close();
  desk = undefined;
});
const open = async (options?: DeskOptions): Promise<OpenDesk> => {
  desk = await openDesk(options);
  return desk;
};

const tryLogin = (at: OpenDesk, password: string, headers: Record<string, string> = {}) =>
  fetch(`${at.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ username: "admin", password }),
  });

test("the cookie is for this site and for no script; the token itself is not in the database", async () => {
  const at = await open();
  const response = await tryLogin(at, adminPassword);
  expect(await response.json()).toMatchObject({
    user: { name: "admin", mustChangePassword: false, secondFactor: false },
  });
  const cookie = response.headers.getSetCookie()[0] ?? "";
  expect(cookie).toMatch(/^canary_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict/);
  const token = cookie.slice("canary_session=".length).split(";")[0] ?? "";
  const rows = await at.store.db.selectFrom("sessions").selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(token);
  const users = await at.store.db.selectFrom("users").selectAll().execute();
  expect(users[0]?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test("behind TLS the cookie is Secure and bound to this host", async () => {
  const at = await open({ trustedProxies: ["127.0.0.1"] });
  const response = await tryLogin(at, adminPassword, { "x-forwarded-proto": "https" });
  expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-canary_session=.*; Secure$/);
});

test("a stranger's X-Forwarded headers are not believed", async () => {
  const at = await open();
  const response = await tryLogin(at, adminPassword, {
    "x-forwarded-proto": "https",
    "x-forwarded-for": "203.0.113.9",
  });
  expect(response.headers.getSetCookie()[0]).toMatch(/^canary_session=(?!.*Secure)/);
  const rows = await at.store.db
    .selectFrom("audit")
    .select("source")
    .where("action", "=", "login")
    .execute();
  expect(rows).toEqual([{ source: "127.0.0.1" }]);
});

test("without a given password the first one is random, and all else waits until it is changed", async () => {
  const at = await open({ adminPassword: undefined });
  const first = at.firstAdmin?.password ?? "";
  expect(first.length).toBeGreaterThanOrEqual(16);
  const cookie = await at.login(first);
  await at.take(createFakeGateway("gw-1").alarm({ seq: 1 }));

  expect((await at.get("/api/v1/desk", cookie)).status).toBe(403);
  const alarm = { episode: "ep-1", case: { version: 1 } };
  expect((await at.sign(alarm, cookie)).status).toBe(403);
  const change = (current: string, next: string) =>
    fetch(`${at.url}/api/v1/session/password`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie },
      body: JSON.stringify({ current, next }),
    });
  expect((await change(first, "short")).status).toBe(400);
  expect((await change("wrong", "a long enough one")).status).toBe(403);
  const elsewhere = await at.login(first);
  expect((await change(first, "a long enough one")).status).toBe(204);
  expect((await at.sign(alarm, cookie)).status).toBe(200);
  expect((await at.get("/api/v1/session", elsewhere)).status).toBe(401);
});

test("guessing is slowed down more and more, also for the right password, and ends by waiting", async () => {
  const at = await open();
  for (let guess = 0; guess < 4; guess += 1) {
    expect((await tryLogin(at, `guess ${guess}`)).status).toBe(401);
  }
  const held = await tryLogin(at, adminPassword);
  expect(held.status).toBe(429);
  const wait = Number(held.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(0);
  at.time.advance(wait * 1_000);
  expect((await tryLogin(at, adminPassword)).status).toBe(200);
});

test("a hundred guesses at once are not a hundred checks", async () => {
  const at = await open();
  const guesses = Array.from({ length: 100 }, (_, index) => tryLogin(at, `guess ${index}`));
  const statuses = (await Promise.all(guesses)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(4);
  expect(statuses.filter((status) => status === 429)).toHaveLength(96);
});

test("logging in, failing and signing leave audit rows; logging out ends the session", async () => {
  const at = await open();
  await tryLogin(at, "wrong");
  const cookie = await at.login();
  await at.take(createFakeGateway("gw-1").alarm({ seq: 1 }));
  await at.sign({ episode: "ep-1", case: { version: 1 } }, cookie);
  await fetch(`${at.url}/api/v1/session`, { method: "DELETE", headers: { cookie } });

  expect((await at.get("/api/v1/session", cookie)).status).toBe(401);
  const rows = await at.store.db.selectFrom("audit").selectAll().execute();
  expect(rows.map(({ action }) => action).sort()).toEqual([
    "account-create",
    "login",
    "login-failed",
    "logout",
    "sign",
  ]);
  expect(rows.find(({ action }) => action === "sign")).toMatchObject({
    actor: "admin",
    subject: "ep-1",
  });
});

test("a session ends a day after its page was last alive", async () => {
  const at = await open();
  const cookie = await at.login();
  at.time.advance(23 * 3_600_000);
  expect((await at.get("/api/v1/session", cookie)).status).toBe(200);
  at.time.advance(23 * 3_600_000);
  expect((await at.get("/api/v1/session", cookie)).status).toBe(200);
  at.time.advance(25 * 3_600_000);
  expect((await at.get("/api/v1/session", cookie)).status).toBe(401);
});

test("a form on another site cannot log in or act for a person", async () => {
  const at = await open();
  const form = await fetch(`${at.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: JSON.stringify({ username: "admin", password: adminPassword }),
  });
  expect(form.status).toBe(415);
  expect((await tryLogin(at, adminPassword, { "sec-fetch-site": "cross-site" })).status).toBe(403);
});
