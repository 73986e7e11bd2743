/**
 * The authorisation matrix, tried in full against the running server: every route × every role ×
 * every place that role may be held in relation to the thing asked for.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify from "fastify";
import { roles, type Role } from "#domain/rights.ts";
import { hashPassword } from "../accounts/passwords.ts";
import { openSession } from "../accounts/sessions.ts";
import { createFakeGateway, detectorAt } from "../fake-gateway.testing.ts";
import type { App } from "../http/app.ts";
import { refuseUndecidedRoutes } from "../http/require-session.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { audit } from "../store/audit.ts";
import { photoForm, placeRequests } from "./matrix-places.testing.ts";
import type { Ask, Thing } from "./matrix-ask.testing.ts";
import { deskRequests } from "./matrix-requests.testing.ts";
import { plantThing } from "./plant-things.testing.ts";
import { rolesWith } from "./permissions.ts";
import { places, plantRegister } from "./plant-register.testing.ts";
import { routeRights, type RouteRight } from "./route-rights.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Where the role is held, seen from the community Xian in which every thing lies. */
const holdings = {
  everything: { area: "/", covers: true },
  district: { area: places.district, covers: true },
  street: { area: places.street, covers: true },
  community: { area: places.xian, covers: true },
  grid: { area: places.grid, covers: false },
  sibling: { area: places.west, covers: false },
  "sibling of the same beginning": { area: places.xian2, covers: false },
} as const;
type Holding = keyof typeof holdings;
const isHolding = (text: string): text is Holding => text in holdings;
const holdingNames = Object.keys(holdings).filter(isHolding);

let desk: OpenDesk;
const cookies = new Map<string, string>();
const nameOf = (role: Role, holding: Holding) => `${role}-at-${holding.replaceAll(" ", "-")}`;

const addUser = async (name: string, area = "/", passwordHash = ""): Promise<void> => {
  await desk.store.db
    .insertInto("users")
    .values({
      name,
      password_hash: passwordHash,
      must_change_password: 0,
      created_at_ms: 0,
      area,
      disabled_at_ms: null,
      password_expires_at_ms: null,
    })
    .execute();
};
const addGrant = (user: string, role: Role, area: string) =>
  desk.store.db.insertInto("grants").values({ user_name: user, role, area }).execute();
const openCookie = async (user: string): Promise<string> => {
  const nowMs = desk.time.clock.now().wallMs;
  const session = { user, source: "", agent: "", secondFactor: true, nowMs };
  return `canary_session=${await openSession(desk.store.db, session)}`;
};

beforeAll(async () => {
  desk = await openDesk({ requireSecondFactor: true });
  await plantRegister(desk.store);
  await addUser("nobody", "/", await hashPassword("a password of nobody"));
  for (const role of roles) {
    for (const holding of holdingNames) {
      const name = nameOf(role, holding);
      await addUser(name);
      await addGrant(name, role, holdings[holding].area);
      cookies.set(name, await openCookie(name));
    }
  }
});
afterAll(() => desk.close());

const requests = { ...deskRequests, ...placeRequests };

const send = (cookie: string, { method, path, body, form, headers }: Ask) =>
  desk.app.inject({
    method,
    url: path,
    headers: {
      cookie,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(form && { "content-type": "multipart/form-data; boundary=matrix" }),
      ...headers,
    },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
    ...(form && { payload: form }),
  });

let things = 0;
/** Each request gets a thing of its own: an alarm to sign, a person to forget, an account to end. */
const newThing = async (route: Route): Promise<Thing> => {
  things += 1;
  desk.time.advance(1);
  const name = `thing-${String(things).padStart(5, "0")}`;
  const { db } = desk.store;
  let session = "";
  let caseId = "";
  let evidence = "";
  if (/alarms|desk|cases|figures|evidence|pages/.test(route)) {
    const gateway = createFakeGateway("gw-xian");
    const home = { detector: name };
    await desk.take(gateway.alarm({ seq: things, episode: name, id: name, ...home }));
    const row = await db
      .selectFrom("case_alarms")
      .select("case_id")
      .where("episode", "=", name)
      .executeTakeFirstOrThrow();
    caseId = row.case_id;
  }
  await plantThing(db, route, { name, caseId });
  if (route.includes("/evidence/")) {
    const path = `/api/v1/cases/${caseId}/evidence`;
    const cookie = cookies.get(nameOf("street_duty", "everything")) ?? "";
    const added = await send(cookie, { method: "POST", path, ...photoForm(name) });
    evidence = String(Object(added.json()).id);
  }
  if (route.includes("detectors")) {
    const status = JSON.stringify(detectorAt(name, 2, "normal"));
    const heard = { gateway: "gw-xian", detector: name, state: "normal", status };
    await db
      .insertInto("detectors")
      .values({ ...heard, boot: null, mono_ms: null, standing: 0 })
      .execute();
  }
  if (route.includes("people")) {
    const place = { area: "xian", household: null, user_name: null };
    const person = { id: name, kind: "resident", name: "王秀英", phone: "13812341234" };
    await db
      .insertInto("people")
      .values({ ...person, ...place, flags: "{}", erased_at_ms: null })
      .execute();
  }
  if (route.includes("accounts")) {
    await addUser(name, places.xian);
    await addGrant(name, "duty", places.xian);
    await openCookie(name);
    const row = await db
      .selectFrom("sessions")
      .select("token_hash")
      .where("user_name", "=", name)
      .executeTakeFirstOrThrow();
    session = row.token_hash.slice(0, 24);
  }
  if (route.includes("audit")) {
    const deed = { atMs: 0, actor: "test", action: "planted", source: "" };
    await desk.store.write((tx) => audit(tx, { ...deed, subject: name, area: places.xian }));
  }
  return { name, session, caseId, evidence };
};

/** How many rows the audit log holds of somebody's deeds. */
const deedsOf = async (actor?: string): Promise<number> => {
  let query = desk.store.db.selectFrom("audit").where("action", "!=", "planted");
  if (actor !== undefined) query = query.where("actor", "=", actor);
  const row = await query
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return row.count;
};

type Route = string;
const entries = Object.keys(routeRights);
const rightOf = (route: Route): RouteRight => {
  const right = routeRights[route];
  if (right === undefined) throw new Error(`no right for ${route}`);
  return right;
};

const requestOf = (route: Route) => {
  const request = requests[route];
  if (request === undefined) throw new Error(`no request for ${route}`);
  return request;
};

test("a route for which nobody has decided does not start", async () => {
  const app: App = Fastify().withTypeProvider<TypeBoxTypeProvider>();
  refuseUndecidedRoutes(app);
  expect(() => app.get("/api/v1/secrets", () => "")).toThrow(/does not say who may call/);
  await app.close();
});

test("whatever changes something, or shows people's data, is meant to be written down", () => {
  for (const route of entries) {
    const { audit: written } = rightOf(route);
    if (!route.startsWith("GET ")) expect(written, route).not.toBe("none");
    if (route.includes("/people")) expect(written, route).not.toBe("none");
  }
});

/** Their callers prove themselves in other ways: `intake.contract.ts` and `resident-links.contract.ts`. */
const withoutLogin = ["POST /api/v1/intake/events", "POST /api/v1/intake/resident/:link"];

test("every route is tried here", () => {
  expect(entries.filter((route) => requests[route] === undefined)).toEqual(withoutLogin);
});

describe.each(entries.filter((route) => requests[route] !== undefined))("%s", (route) => {
  const { who, audit: written } = rightOf(route);
  const {
    ask,
    shows,
    inside = true,
    outside,
    serving = false,
    by = roles,
    ofStreet = false,
  } = requestOf(route);

  if (who === "stranger") {
    test("is open to strangers", async () => {
      const before = await deedsOf();
      expect((await send("", ask(await newThing(route)))).statusCode).toBe(200);
      expect((await deedsOf()) > before).toBe(written !== "none");
    });
    return;
  }
  test("is closed to strangers", async () => {
    expect((await send("", ask(await newThing(route)))).statusCode).toBe(401);
  });
  if (who === "self") {
    test("is open to everybody, and about nobody else", async () => {
      const before = await deedsOf("nobody");
      const answer = await send(await openCookie("nobody"), ask(await newThing(route)));
      expect(answer.statusCode).not.toBe(401);
      expect(answer.statusCode).toBeLessThan(500);
      expect((await deedsOf("nobody")) > before).toBe(written !== "none");
      expect(answer.body).not.toContain("second-factor-required");
      expect(answer.body).not.toContain("not-allowed");
    });
    return;
  }

  test("is closed to somebody without a role", async () => {
    const answer = await send(await openCookie("nobody"), ask(await newThing(route)));
    expect(answer.statusCode).toBe(403);
  });
  const able: readonly Role[] = rolesWith[who];
  test.each(roles)("%s, wherever the role is held", async (role) => {
    const got: Record<string, unknown> = {};
    const due: Record<string, unknown> = {};
    for (const holding of holdingNames) {
      const thing = await newThing(route);
      const name = nameOf(role, holding);
      const before = await deedsOf(name);
      const answer = await send(cookies.get(name) ?? "", ask(thing));
      if (answer.statusCode < 300) {
        expect((await deedsOf(name)) > before, `${name} is in the audit log`).toBe(
          written !== "none",
        );
      }
      got[holding] = answer.statusCode < 300 ? shows(answer, thing) : answer.statusCode;
      const reached =
        (holdings[holding].covers && !(ofStreet && holding === "community")) ||
        (serving && holding === "grid");
      const isAble = able.includes(role) && (!reached || by.includes(role));
      due[holding] = !isAble ? 403 : reached ? inside : outside;
    }
    expect(got).toEqual(due);
  });
});
