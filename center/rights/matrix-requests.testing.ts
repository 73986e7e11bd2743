/** One good request for each route of the matrix, and what it answers whom. */
import { randomUUID } from "node:crypto";
import {
  done,
  includes,
  named,
  type Ask,
  type RequestOf,
  type Thing,
} from "./matrix-ask.testing.ts";
import { places } from "./plant-register.testing.ts";

const personFacts = { kind: "staff", name: "李敏", phone: "13900001111", area: "xian" };

const get = (path: string | ((thing: Thing) => string)): RequestOf["ask"] => {
  const pathOf = typeof path === "string" ? () => path : path;
  return (thing) => ({ method: "GET", path: pathOf(thing) });
};
const post =
  (path: string | ((thing: Thing) => string), body: object | ((thing: Thing) => object)) =>
  (thing: Thing): Ask => ({
    method: "POST",
    path: typeof path === "string" ? path : path(thing),
    body: typeof body === "function" ? body(thing) : body,
  });
const remove =
  (path: (thing: Thing) => string): RequestOf["ask"] =>
  (thing) => ({ method: "DELETE", path: path(thing) });

const self = (ask: RequestOf["ask"]): RequestOf => ({ ask, outside: true, shows: done });
const account = (rest: string) => (thing: Thing) => `/api/v1/accounts/${thing.name}${rest}`;
const grant = { role: "grid", area: places.xian };
const reason = { reason: "居民来电要求" };

const caseHeaders = { "if-match": '"1"' };

/** Of accounts, people, alarms and cases; the rest is in `matrix-places.testing.ts`. */
export const deskRequests: Readonly<Record<string, RequestOf>> = {
  "GET /api/openapi.json": { ask: get("/api/openapi.json"), outside: true, shows: done },
  "POST /api/v1/session": {
    ask: post("/api/v1/session", { username: "admin", password: "correct horse battery" }),
    outside: true,
    shows: done,
  },
  "GET /api/v1/session": self(get("/api/v1/session")),
  "DELETE /api/v1/session": self(remove(() => "/api/v1/session")),
  "POST /api/v1/session/password": self(
    post("/api/v1/session/password", { current: "not mine", next: "a longer password" }),
  ),
  "POST /api/v1/session/second-factor": self(
    post("/api/v1/session/second-factor", { password: "not mine" }),
  ),
  "POST /api/v1/session/second-factor/confirm": self(
    post("/api/v1/session/second-factor/confirm", { code: "000000" }),
  ),
  "POST /api/v1/session/second-factor/remove": self(
    post("/api/v1/session/second-factor/remove", { password: "not mine", code: "000000" }),
  ),
  "GET /api/v1/sessions": self(get("/api/v1/sessions")),
  "DELETE /api/v1/sessions/:id": self(remove(() => `/api/v1/sessions/${"0".repeat(24)}`)),

  "GET /api/v1/desk": { ask: get("/api/v1/desk"), outside: false, shows: named },
  // A stream does not end: `stream.test.ts` reads it. Here it is asked for as a bad request.
  "GET /api/v1/stream": {
    ask: get("/api/v1/stream?after=x"),
    outside: 400,
    inside: 400,
    shows: done,
  },
  "GET /api/v1/alarms": { ask: get("/api/v1/alarms?limit=5"), outside: false, shows: named },
  "POST /api/v1/alarms/:episode/sign": {
    ask: ({ name }) => ({
      method: "POST",
      path: `/api/v1/alarms/${name}/sign`,
      headers: { "if-match": '"1"', "idempotency-key": randomUUID() },
    }),
    outside: 404,
    shows: named,
  },
  // What is not signed for yet is signed for first: nothing but that stands in the way.
  "POST /api/v1/alarms/:episode/acknowledge": {
    ask: post(({ name }) => `/api/v1/alarms/${name}/acknowledge`, {}),
    outside: 404,
    inside: 409,
    shows: includes("not-signed"),
  },
  // Its gateway has said nothing of it since: nothing but that stands in the way.
  "POST /api/v1/alarms/:episode/end": {
    ask: ({ name }) => ({
      method: "POST",
      path: `/api/v1/alarms/${name}/end`,
      body: reason,
      headers: { "if-match": '"1"', "idempotency-key": randomUUID() },
    }),
    outside: 404,
    inside: 409,
    shows: includes("alarm-not-ended"),
  },
  "GET /api/v1/detectors/:gateway/:detector/history": {
    ask: get(({ name }) => `/api/v1/detectors/gw-xian/${name}/history`),
    outside: 404,
    shows: includes('"series"'),
  },
  "GET /api/v1/cases": {
    ask: get("/api/v1/cases?limit=5"),
    outside: false,
    shows: (answer, { caseId }) => answer.body.includes(`"${caseId}"`),
  },
  "GET /api/v1/cases/:id": {
    ask: get(({ caseId }) => `/api/v1/cases/${caseId}`),
    outside: 404,
    shows: named,
  },
  "GET /api/v1/cases/:id/reporters": {
    ask: get(({ caseId }) => `/api/v1/cases/${caseId}/reporters`),
    outside: 404,
    shows: includes('"items"'),
  },
  // Who may take which step is tried by the model of the flow; every role that sees may note.
  "POST /api/v1/cases/:id/actions/:action": {
    ask: (thing) => ({
      ...post(`/api/v1/cases/${thing.caseId}/actions/accept`, {})(thing),
      headers: { "if-match": '"9"', "idempotency-key": randomUUID() },
    }),
    outside: 404,
    inside: 409,
    shows: done,
  },
  "POST /api/v1/cases/:id/notes": {
    ask: (thing) => ({
      ...post(`/api/v1/cases/${thing.caseId}/notes`, { reason: "电话联系住户" })(thing),
      headers: { ...caseHeaders, "idempotency-key": randomUUID() },
    }),
    outside: 404,
    shows: done,
  },
  "GET /api/v1/figures": {
    ask: get("/api/v1/figures"),
    outside: false,
    shows: includes(`"area":"${places.xian}"`),
  },
  "GET /api/v1/figures.csv": {
    ask: get("/api/v1/figures.csv"),
    outside: false,
    shows: includes(`area,${places.xian},`),
  },

  // Of the street above: whoever holds a role in Xian alone has no street there.
  "GET /api/v1/clocks": {
    ask: get(`/api/v1/clocks?area=${encodeURIComponent(places.street)}`),
    outside: 404,
    shows: includes('"sign"'),
    ofStreet: true,
  },
  "PUT /api/v1/clocks/:priority/:clock": {
    ask: () => ({
      method: "PUT",
      path: "/api/v1/clocks/2/sign",
      body: { area: places.street, withinMs: 240_000 },
    }),
    outside: 404,
    shows: includes('"withinMs":240000'),
    ofStreet: true,
  },
  "GET /api/v1/gateways": {
    ask: get("/api/v1/gateways"),
    outside: false,
    shows: includes('"gw-xian"'),
    serving: true,
  },
  "GET /api/v1/gateways/:id/completeness": {
    ask: get("/api/v1/gateways/gw-xian/completeness"),
    outside: 404,
    shows: includes('"gw-xian"'),
    serving: true,
  },

  "GET /api/v1/people": {
    ask: get(({ name }) => `/api/v1/people?after=${name.slice(0, -1)}&limit=200`),
    outside: false,
    shows: named,
  },
  "GET /api/v1/people/:id": {
    ask: get(({ name }) => `/api/v1/people/${name}`),
    outside: 404,
    shows: includes("138****1234"),
  },
  "POST /api/v1/people/:id/reveal": {
    ask: post(({ name }) => `/api/v1/people/${name}/reveal`, reason),
    outside: 404,
    shows: includes("13812341234"),
  },
  "GET /api/v1/people/:id/export": {
    ask: get(({ name }) => `/api/v1/people/${name}/export`),
    outside: 404,
    shows: includes("13812341234"),
  },
  "POST /api/v1/people": {
    ask: post("/api/v1/people", ({ name }) => ({ ...personFacts, id: `new-${name}` })),
    outside: 404,
    shows: (answer, { name }) => answer.body.includes(`"new-${name}"`),
  },
  "PATCH /api/v1/people/:id": {
    ask: ({ name }) => ({
      method: "PATCH",
      path: `/api/v1/people/${name}`,
      body: { phone: "13900002222" },
      headers: { "if-match": '"1"' },
    }),
    outside: 404,
    shows: includes('"version":2'),
  },
  "POST /api/v1/people/:id/end": {
    ask: (thing) => ({
      ...post(`/api/v1/people/${thing.name}/end`, reason)(thing),
      headers: { "if-match": '"1"' },
    }),
    outside: 404,
    shows: includes("endedAtMs"),
  },
  "POST /api/v1/people/:id/erase": {
    ask: post(({ name }) => `/api/v1/people/${name}/erase`, reason),
    outside: 404,
    shows: done,
  },

  "GET /api/v1/accounts": {
    ask: get(({ name }) => `/api/v1/accounts?after=${name.slice(0, -1)}&limit=200`),
    outside: false,
    shows: named,
  },
  "POST /api/v1/accounts": {
    ask: post("/api/v1/accounts", ({ name }) => ({ name: `new-${name}`, area: places.xian })),
    outside: 403,
    shows: includes("oneTimePassword"),
  },
  "GET /api/v1/accounts/:name": { ask: get(account("")), outside: 404, shows: named },
  "POST /api/v1/accounts/:name/disable": {
    ask: post(account("/disable"), reason),
    outside: 404,
    shows: includes("disabledAtMs"),
  },
  "POST /api/v1/accounts/:name/reset": {
    ask: post(account("/reset"), { secondFactor: true }),
    outside: 404,
    shows: includes("oneTimePassword"),
  },
  "POST /api/v1/accounts/:name/grants": {
    ask: post(account("/grants"), grant),
    outside: 404,
    shows: includes('"grid"'),
  },
  "DELETE /api/v1/accounts/:name/grants": {
    ask: remove(account(`/grants?role=duty&area=${encodeURIComponent(places.xian)}`)),
    outside: 404,
    shows: includes('"grants":[]'),
  },
  "GET /api/v1/accounts/:name/sessions": {
    ask: get(account("/sessions")),
    outside: 404,
    shows: (answer, { session }) => answer.body.includes(session),
  },
  "DELETE /api/v1/accounts/:name/sessions/:id": {
    ask: remove((thing) => `/api/v1/accounts/${thing.name}/sessions/${thing.session}`),
    outside: 404,
    shows: done,
  },

  "GET /api/v1/audit": {
    ask: get(({ name }) => `/api/v1/audit?subject=${name}&action=planted`),
    outside: false,
    shows: named,
  },
  "GET /api/v1/audit/head": { ask: get("/api/v1/audit/head"), outside: true, shows: done },
};
