/** A session with a password that was printed or handed over may change it, and nothing else. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { roles } from "#domain/rights.ts";
import { openSession } from "../accounts/sessions.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { methods } from "../rights/matrix-ask.testing.ts";
import { routeRights } from "../rights/route-rights.ts";

let desk: OpenDesk;
beforeAll(async () => {
  desk = await openDesk();
  const times = { created_at_ms: 0, disabled_at_ms: null, password_expires_at_ms: null };
  const user = { name: "new", password_hash: "", must_change_password: 1, area: "/", ...times };
  await desk.store.db.insertInto("users").values(user).execute();
  const grants = roles.map((role) => ({ user_name: "new", role, area: "/" }));
  await desk.store.db.insertInto("grants").values(grants).execute();
  await desk.take(createFakeGateway("gw-1").alarm({ seq: 1 }));
});
afterAll(() => desk.close());

/** A new session each time: logging out ends it. */
const ask = async (route: string) => {
  const [word = "", path = ""] = route.split(" ");
  const method = methods.find((known) => known === word);
  if (method === undefined) throw new Error(`no method ${word}`);
  const nowMs = desk.time.clock.now().wallMs;
  const session = { user: "new", source: "", agent: "", secondFactor: true, nowMs };
  const cookie = `canary_session=${await openSession(desk.store.db, session)}`;
  return desk.app.inject({ method, url: path.replaceAll(/:\w+/g, "1"), headers: { cookie } });
};

const allowed = ["GET /api/v1/session", "DELETE /api/v1/session", "POST /api/v1/session/password"];
const closed = Object.entries(routeRights).flatMap(([route, { who }]) =>
  who === "stranger" || allowed.includes(route) ? [] : [route],
);

test.each(closed)("%s is refused, and told why", async (route) => {
  const answer = await ask(route);
  expect([answer.statusCode, answer.json()]).toEqual([
    403,
    expect.objectContaining({ type: "/problems/password-change-required" }),
  ]);
});

test.each(allowed)("%s is open", async (route) => {
  const { statusCode, body } = await ask(route);
  expect(body).not.toContain("password-change-required");
  // Without a body the change itself is a mistake of the asker's.
  expect(statusCode).toBe(route.endsWith("password") ? 400 : route.startsWith("GET") ? 200 : 204);
});

test("asking for the head of a page shows no more than asking for the page", async () => {
  const nowMs = desk.time.clock.now().wallMs;
  const session = { user: "new", source: "", agent: "", secondFactor: true, nowMs };
  const cookie = `canary_session=${await openSession(desk.store.db, session)}`;
  const answer = await desk.app.inject({
    method: "HEAD",
    url: "/api/v1/cases",
    headers: { cookie },
  });
  expect(answer.statusCode).toBe(403);
});
