/**
 * Whatever is asked, by whomever, the answer is never our fault, and looks as the description says.
 * Some forty requests for each route and more with `FUZZ_RUNS`; `fc.assert` names seed and path.
 */
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { roles } from "#domain/rights.ts";
import { hashPassword } from "../accounts/passwords.ts";
import { openSession } from "../accounts/sessions.ts";
import { createFakeGateway, detectorAt } from "../fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { newPostgres, newSqlite } from "../open-ground.testing.ts";
import { places, plantRegister } from "../rights/plant-register.testing.ts";
import { createBodyCheck, operationsOf, recordOf, type Operation } from "./answer-check.testing.ts";
import described from "../../docs/openapi.json" with { type: "json" };
import { pathsWith, requestFor, type MadeRequest } from "./request-arbitrary.testing.ts";

const runs = Number(process.env["FUZZ_RUNS"] ?? 40);
vi.setConfig({ testTimeout: 60_000 + runs * 500, hookTimeout: 60_000 });

// On PostgreSQL where one is offered: it refuses values that SQLite takes.
const serverUrl = process.env["CANARY_TEST_DATABASE_URL"];
const newDatabase = serverUrl === undefined ? newSqlite : newPostgres(serverUrl);

let desk: OpenDesk;
const checkBody = createBodyCheck();

const everybody = ["", "admin", "printed-password", ...roles.map((role) => `of-${role}`)] as const;

/** What the street below has, so that many requests get as far as the database. */
const words = [
  ..."gw-xian gw-west kitchen h-xian b-xian p-xian i-xian xian g1 person-xian victim".split(" "),
  ...'ep-1 ep-2 AJ-000001 AJ-000002 all new-thing "1" "2" 1 2 50 1795000100000'.split(" "),
  ..."accept dispatch take close 居民来电 2栋 co".split(" "),
  places.xian,
  places.street,
  "correct horse battery",
];

beforeAll(async () => {
  desk = await openDesk({ newDatabase });
  await plantRegister(desk.store);
  for (const name of everybody.slice(2)) await addUser(name, "/", name === "printed-password");
  await addUser("victim", places.xian, false);
  for (const role of roles) await addGrant(`of-${role}`, role);
  await addGrant("printed-password", "street_duty");
  const gateway = createFakeGateway("gw-xian");
  await desk.take(gateway.alarm({ seq: 1, episode: "ep-1" }));
  await desk.take(gateway.alarm({ seq: 3, episode: "ep-2", detector: "bath", id: "bath-1" }));
  await desk.take(gateway.status({ atMs: 1, detectors: [detectorAt("kitchen", 9)] }));
});
afterAll(() => desk.close());

/** Names that fit the place are tried more often than the others. */
const namesIn: readonly (readonly [string, readonly string[]])[] = [
  ["/cases/", ["AJ-000001", "AJ-000002"]],
  ["/alarms/", ["ep-1", "ep-2"]],
  ["/people/", ["person-xian", "person-west"]],
  ["/accounts/", ["victim"]],
  ["/points/", ["p-xian"]],
  ["/installations/", ["i-xian"]],
  ["/households/", ["h-xian"]],
  ["/buildings/", ["b-xian"]],
  ["/areas/", ["xian", "g1"]],
  ["/gateways/", ["gw-xian"]],
];
const knownFor = ({ path }: Operation): readonly string[] => {
  const apt = namesIn.flatMap(([part, names]) => (path.includes(part) ? names : []));
  return [...Array.from({ length: 20 }, () => apt).flat(), ...words];
};

const addUser = async (name: string, area: string, printed: boolean): Promise<void> => {
  const times = { created_at_ms: 0, disabled_at_ms: null, password_expires_at_ms: null };
  const password_hash = await hashPassword("correct horse battery");
  const row = { name, password_hash, must_change_password: Number(printed), area, ...times };
  await desk.store.db.insertInto("users").values(row).execute();
};
const addGrant = (user: string, role: string) =>
  desk.store.db.insertInto("grants").values({ user_name: user, role, area: "/" }).execute();

/** A new one each time: what is asked may be to log out. */
const cookieOf = async (user: string): Promise<string> => {
  if (user === "") return "";
  const nowMs = desk.time.clock.now().wallMs;
  const session = { user, source: "", agent: "", secondFactor: true, nowMs };
  return `canary_session=${await openSession(desk.store.db, session)}`;
};

const ask = async ({ method, path }: Operation, user: string, request: MadeRequest) => {
  const answer = await desk.app.inject({
    method: asMethod(method),
    url: request.path,
    headers: {
      cookie: await cookieOf(user),
      ...(request.body !== undefined && { "content-type": "application/json" }),
      ...request.headers,
    },
    ...(request.body !== undefined && method !== "get" && { payload: request.body }),
  });
  return { ...answer, path };
};

const asMethod = (method: string) =>
  method === "post"
    ? "POST"
    : method === "patch"
      ? "PATCH"
      : method === "delete"
        ? "DELETE"
        : method === "put"
          ? "PUT"
          : "GET";

// A stream does not end: stream.test.ts reads it. What Prometheus reads is no JSON.
const operations = operationsOf(described).filter(
  ({ path }) => !path.endsWith("/stream") && path !== "/metrics",
);

test.each(operations.map((one) => [`${one.method} ${one.path}`, one] as const))(
  "%s is never our fault, and answers as described",
  async (_name, operation) => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(...everybody), fc.constant("admin")),
        requestFor(operation, knownFor(operation)),
        async (user, request) => {
          const answer = await ask(operation, user, request);
          const shown = `${user} ${answer.statusCode} ${answer.body.slice(0, 500)}`;
          expect(answer.statusCode, shown).toBeLessThan(500);
          const type = answer.headers["content-type"] ?? "";
          if (answer.statusCode >= 400) expectProblem(type, answer.json());
          if (isJson(type) && operation.path !== "/api/openapi.json") {
            checkBody(operation, answer.statusCode, answer.json());
          }
        },
      ),
      { numRuns: runs },
    );
  },
);

test.each(operations.map((one) => [`${one.method} ${one.path}`, one] as const))(
  "%s takes a null character neither in its address nor in its body for a fault of ours",
  async (_name, operation) => {
    const body = '{"reason":"\\u0000","a\\u0000":{"b":["\\u0000"]}}';
    for (const path of pathsWith(operation, "\0")) {
      const answer = await ask(operation, "admin", { path, headers: {}, body });
      expect(answer.statusCode, `${path} ${answer.body}`).toBeLessThan(500);
    }
  },
);

const isJson = (type: string): boolean => /^application\/(problem\+)?json/.test(type);

const expectProblem = (type: string, body: unknown): void => {
  expect(type).toContain("application/problem+json");
  const { detail, detailEn } = recordOf(body);
  expect(detail).toMatch(/\p{Script=Han}/u);
  expect(detailEn).toMatch(/[a-z]{3}/);
};
