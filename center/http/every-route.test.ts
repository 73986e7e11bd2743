/**
 * One good request for every route of the description, as a story of one street: each is answered
 * with success and as described. What the fuzz throws at the routes then reaches their insides.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { roles } from "#domain/rights.ts";
import { generateSync } from "otplib";
import { hashPassword } from "../accounts/passwords.ts";
import { openSession } from "../accounts/sessions.ts";
import { fireTimers } from "../cases/fire-timers.ts";
import { createFakeGateway, detectorAt } from "../fake-gateway.testing.ts";
import { signatureOf } from "../one-intake/keys.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { newPostgres, newSqlite } from "../open-ground.testing.ts";
import { places, plantRegister } from "../rights/plant-register.testing.ts";
import described from "../../docs/openapi.json" with { type: "json" };
import { createBodyCheck, operationsOf, recordOf } from "./answer-check.testing.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const serverUrl = process.env["CANARY_TEST_DATABASE_URL"];
const newDatabase = serverUrl === undefined ? newSqlite : newPostgres(serverUrl);
const password = "correct horse battery";

let desk: OpenDesk;
beforeAll(async () => {
  desk = await openDesk({ newDatabase });
  await plantRegister(desk.store);
  for (const name of ["all", "phone"]) {
    const times = { created_at_ms: 0, disabled_at_ms: null, password_expires_at_ms: null };
    const row = { name, password_hash: await hashPassword(password), area: "/", ...times };
    await desk.store.db
      .insertInto("users")
      .values({ ...row, must_change_password: 0 })
      .execute();
    for (const role of roles) {
      await desk.store.db
        .insertInto("grants")
        .values({ user_name: name, role, area: "/" })
        .execute();
    }
  }
  const gateway = createFakeGateway("gw-xian");
  await desk.take(gateway.alarm({ seq: 1, episode: "ep-1" }));
  await desk.take(gateway.alarm({ seq: 2, episode: "ep-2", detector: "bath", id: "bath-1" }));
  await desk.take(gateway.status({ atMs: 1, detectors: [detectorAt("kitchen", 9)] }));
});
afterAll(() => desk.close());

const checkBody = createBodyCheck();
const operations = operationsOf(described);
const reached = new Set<string>();

interface More {
  readonly body?: object;
  readonly version?: number;
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly file?: Blob;
}

const cookieOf = async (user: string): Promise<string> => {
  const nowMs = desk.time.clock.now().wallMs;
  const session = { user, source: "", agent: "", secondFactor: true, nowMs };
  return user === "" ? "" : `canary_session=${await openSession(desk.store.db, session)}`;
};

const asMethod = (method: string) => {
  const known = (["GET", "POST", "PATCH", "PUT", "DELETE"] as const).find((one) => one === method);
  if (known === undefined) throw new Error(`no method ${method}`);
  return known;
};

/** Asks a route, named as in the description, with these names in its path; answers the body. */
const go = async (route: string, names: readonly string[] = [], more: More = {}) => {
  const [method = "", template = ""] = route.split(" ");
  const [path = "", search = ""] = template.split("?");
  const operation = operations.find(
    (one) => one.method === method.toLowerCase() && one.path === path,
  );
  if (operation === undefined) throw new Error(`${route} is not described`);
  let next = 0;
  const url = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(names[next++] ?? ""));
  const form = more.file === undefined ? undefined : await formOf(more.file);
  const answer = await desk.app.inject({
    method: asMethod(method),
    url: search === "" ? url : `${url}?${search}`,
    headers: {
      cookie: await cookieOf(more.user ?? "all"),
      "idempotency-key": randomUUID(),
      ...(more.version !== undefined && { "if-match": `"${more.version}"` }),
      ...(more.body && { "content-type": "application/json" }),
      ...form?.headers,
      ...more.headers,
    },
    ...(more.body && { payload: JSON.stringify(more.body) }),
    ...(form && { payload: form.body }),
  });
  expect(answer.statusCode, `${route}: ${answer.body.slice(0, 400)}`).toBeLessThan(300);
  reached.add(`${operation.method} ${operation.path}`);
  const isJson = String(answer.headers["content-type"]).startsWith("application/json");
  const body: unknown = isJson ? answer.json() : answer.body;
  if (isJson && path !== "/api/openapi.json") checkBody(operation, answer.statusCode, body);
  return recordOf(body);
};

const formOf = async (file: Blob) => {
  const form = new FormData();
  form.append("file", file, file.type === "image/jpeg" ? "scene.jpg" : "homes.csv");
  const request = new Request("http://localhost/", { method: "POST", body: form });
  const type = request.headers.get("content-type") ?? "";
  return { headers: { "content-type": type }, body: Buffer.from(await request.arrayBuffer()) };
};

const reason = { reason: "居民来电要求" };
const closedFilters = `area=${encodeURIComponent(places.street)}`;

test("every route of the API answers a good request with success, as described", async () => {
  await sessions();
  await accounts();
  await people();
  await deskAndCases();
  await register();
  await intake();
  for (const path of ["healthz", "readyz", "metrics", "api/openapi.json"]) await go(`GET /${path}`);
  // A stream does not end: stream.test.ts reads it.
  const all = operations.map(({ method, path }) => `${method} ${path}`);
  expect(all.filter((one) => !reached.has(one))).toEqual(["get /api/v1/stream"]);
});

const sessions = async (): Promise<void> => {
  await go("POST /api/v1/session", [], { user: "", body: { username: "phone", password } });
  await go("GET /api/v1/session");
  const { items } = await go("GET /api/v1/sessions", [], { user: "phone" });
  const [first] = Array.isArray(items) ? items.map(recordOf) : [];
  await go("DELETE /api/v1/sessions/{id}", [String(first?.["id"])], { user: "phone" });
  const begun = await go("POST /api/v1/session/second-factor", [], {
    user: "phone",
    body: { password },
  });
  const code = () =>
    generateSync({
      secret: String(begun["secret"]),
      epoch: Math.floor(desk.time.clock.now().wallMs / 1_000),
    });
  const confirm = { user: "phone", body: { code: code() } };
  await go("POST /api/v1/session/second-factor/confirm", [], confirm);
  desk.time.advance(30_000);
  const gone = { user: "phone", body: { password, code: code() } };
  await go("POST /api/v1/session/second-factor/remove", [], gone);
  const next = { current: password, next: "another horse battery" };
  await go("POST /api/v1/session/password", [], { user: "phone", body: next });
  await go("DELETE /api/v1/session");
};

const accounts = async (): Promise<void> => {
  const grant = { role: "grid", area: places.xian };
  await go("POST /api/v1/accounts", [], { body: { name: "chen", area: places.xian } });
  await go("GET /api/v1/accounts");
  await go("GET /api/v1/accounts/{name}", ["chen"]);
  await go("POST /api/v1/accounts/{name}/grants", ["chen"], { body: grant });
  const nowMs = desk.time.clock.now().wallMs;
  const session = { user: "chen", source: "", agent: "", secondFactor: false, nowMs };
  await openSession(desk.store.db, session);
  const { items } = await go("GET /api/v1/accounts/{name}/sessions", ["chen"]);
  const [one] = Array.isArray(items) ? items.map(recordOf) : [];
  await go("DELETE /api/v1/accounts/{name}/sessions/{id}", ["chen", String(one?.["id"])]);
  const query = `role=grid&area=${encodeURIComponent(places.xian)}`;
  await go(`DELETE /api/v1/accounts/{name}/grants?${query}`, ["chen"]);
  await go("POST /api/v1/accounts/{name}/reset", ["chen"], { body: { secondFactor: true } });
  await go("POST /api/v1/accounts/{name}/disable", ["chen"], { body: reason });
  await go("GET /api/v1/audit");
  await go("GET /api/v1/audit/head");
};

const people = async (): Promise<void> => {
  const worker = { id: "no-17", kind: "staff", name: "李敏", phone: "13900001111", area: "xian" };
  await go("POST /api/v1/people", [], { body: worker });
  await go("GET /api/v1/people?kind=staff");
  await go("GET /api/v1/people/{id}", ["no-17"]);
  await go("POST /api/v1/people/{id}/reveal", ["no-17"], { body: reason });
  await go("GET /api/v1/people/{id}/export", ["no-17"]);
  await go("PATCH /api/v1/people/{id}", ["no-17"], { body: { phone: null }, version: 1 });
  await go("POST /api/v1/people/{id}/end", ["no-17"], { body: reason, version: 2 });
  await go("POST /api/v1/people/{id}/erase", ["no-17"], { body: reason });
};

const deskAndCases = async (): Promise<void> => {
  await go("GET /api/v1/desk");
  await go("GET /api/v1/alarms");
  await fireTimers(desk.store, desk.time.clock.now().wallMs);
  await go("POST /api/v1/alarms/{episode}/sign", ["ep-1"], { version: 1 });
  const { items: pages } = await go("GET /api/v1/pages");
  const [page] = Array.isArray(pages) ? pages.map(recordOf) : [];
  await go("POST /api/v1/pages/{page}/read", [String(page?.["id"])]);
  await go("GET /api/v1/cases");
  await go("GET /api/v1/cases/{id}/reporters", ["AJ-000001"]);
  const caseOf = async () => recordOf((await go("GET /api/v1/cases/{id}", ["AJ-000001"]))["case"]);
  const version = Number((await caseOf())["version"]);
  await go("POST /api/v1/cases/{id}/actions/{action}", ["AJ-000001", "dispatch"], {
    version,
    body: { assignee: "all" },
  });
  await go("POST /api/v1/cases/{id}/notes", ["AJ-000001"], { body: { note: "已电话联系" } });
  const file = new Blob([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(500, 7)], {
    type: "image/jpeg",
  });
  const photo = await go("POST /api/v1/cases/{id}/evidence", ["AJ-000001"], { file });
  await go("GET /api/v1/evidence/{id}", [String(photo["id"])]);
  await go("POST /api/v1/evidence/{id}/delete", [String(photo["id"])], { body: reason });
  await go("POST /api/v1/alarms/{episode}/acknowledge", ["ep-1"], { body: reason });
  await endForgotten();
  await go(`GET /api/v1/clocks?${closedFilters}`);
  const time = { area: places.street, withinMs: 240_000 };
  await go("PUT /api/v1/clocks/{priority}/{clock}", ["2", "sign"], { body: time });
  await go("GET /api/v1/figures");
  await go("GET /api/v1/figures.csv");
  await go("GET /api/v1/gateways");
  await go("GET /api/v1/gateways/{id}/completeness", ["gw-xian"]);
  await go("GET /api/v1/detectors/{gateway}/{detector}/history", ["gw-xian", "kitchen"]);
};

/** Its gateway begins anew without it; somebody else has measured in the meantime. */
const endForgotten = async (): Promise<void> => {
  const anew = createFakeGateway("gw-xian", "journal-2", "boot-2");
  await desk.take(anew.status({ atMs: 1, detectors: [detectorAt("kitchen", 0, "normal")] }));
  const readings = [{ gas: "co", value: 0 }];
  await go("POST /api/v1/cases/{id}/notes", ["AJ-000001"], { body: { readings }, user: "phone" });
  await go("POST /api/v1/alarms/{episode}/end", ["ep-1"], { body: reason, version: 2 });
};

const register = async (): Promise<void> => {
  const entries = [
    ["areas", "n-1", { kind: "grid", parent: "xian", nameZh: "网格", nameEn: "grid" }, "nameEn"],
    ["buildings", "n-2", { area: "xian", name: "9栋" }, "name"],
    ["households", "n-3", { building: "n-2", address: "9栋101" }, "address"],
    ["points", "n-4", { building: "n-2", household: "n-3", place: "厨房" }, "place"],
    ["gateways", "n-5", { area: "xian", place: "门房" }, "place"],
  ] as const;
  for (const [kind, id, facts, field] of entries) {
    await go(`POST /api/v1/register/${kind}`, [], { body: { id, facts } });
    await go(`GET /api/v1/register/${kind}`);
    await go(`GET /api/v1/register/${kind}/{id}`, [id]);
    const change = { body: { facts: { [field]: "另一个" } }, version: 1 };
    await go(`PATCH /api/v1/register/${kind}/{id}`, [id], change);
  }
  const device = { gateway: "gw-xian", detector: "new-1", serial: "S-1" };
  await go("POST /api/v1/register/points/{id}/install", ["n-4"], { body: { device } });
  const swapped = await go("POST /api/v1/register/points/{id}/swap", ["n-4"], {
    body: { why: "broken", device: { ...device, detector: "new-2", serial: "S-2" } },
    version: 1,
  });
  const id = String(swapped["id"]);
  await go("PATCH /api/v1/register/installations/{id}", [id], {
    body: { facts: { expiresAtMs: 1_795_086_500_000 } },
    version: 1,
  });
  await go("GET /api/v1/register/due?untilMs=1895086500000");
  await go("GET /api/v1/register/points/{id}/devices", ["n-4"]);
  await go("GET /api/v1/register/points/{id}/alarms", ["n-4"]);
  const down = { body: { why: "lost" }, version: 2 };
  await go("POST /api/v1/register/installations/{id}/remove", [id], down);
  for (const [kind, name] of entries.toReversed()) {
    await go(`POST /api/v1/register/${kind}/{id}/retire`, [name], { body: reason, version: 2 });
  }
  await imports();
};

const imports = async (): Promise<void> => {
  await go("GET /api/v1/imports/template.csv");
  await go("GET /api/v1/imports/template.xlsx");
  const head = "社区,楼栋,户号,地址,安装位置,网关,探测器,住户姓名,联系电话";
  const line = "xian,7栋,H-700,xian社区7栋,厨房,gw-xian,k-700,王秀英,13812340000";
  const file = new Blob([`${head}\n${line}\n`], { type: "text/csv" });
  const done = await go("POST /api/v1/imports", [], { file });
  await go("GET /api/v1/imports");
  await go("POST /api/v1/imports/{id}/undo", [String(done["import"])]);
};

const intake = async (): Promise<void> => {
  const source = { id: "hotline", kind: "12345", nameZh: "热线", nameEn: "Hotline" };
  const added = await go("POST /api/v1/intake/sources", [], {
    body: { ...source, areaPath: places.street },
  });
  await go("GET /api/v1/intake/sources");
  for (const id of ["lost", "aside"]) await hotlineReports(id, String(added["key"]));
  await go("GET /api/v1/intake/quarantine");
  const place = { source: "hotline", id: "lost", place: { household: "h-xian" } };
  await go("POST /api/v1/intake/quarantine/place", [], { body: place });
  const aside = { source: "hotline", id: "aside", ...reason };
  await go("POST /api/v1/intake/quarantine/set-aside", [], { body: aside });
  await go("POST /api/v1/intake/sources/{id}/key", ["hotline"], { body: { atOnce: true } });
  await go("POST /api/v1/intake/sources/{id}/disable", ["hotline"]);
  const report = { kind: "gas-smell", place: { household: "h-xian" } };
  await go("POST /api/v1/intake/reports", [], { body: report });
  const wish = { household: "h-xian", days: 30 };
  const made = await go("POST /api/v1/intake/resident-links", [], { body: wish });
  const tap = { user: "", body: { kind: "gas-smell" } };
  await go("POST /api/v1/intake/resident/{link}", [String(made["link"])], tap);
  await go("GET /api/v1/intake/resident-links");
  const again = { body: { ...reason, days: 30 } };
  const path = "POST /api/v1/intake/resident-links/{id}";
  const anew = await go(`${path}/reissue`, [String(made["id"])], again);
  await go(`${path}/withdraw`, [String(anew["id"])], { body: reason });
};

/** Of somewhere that nobody knows: it waits to be placed. */
const hotlineReports = async (id: string, key: string): Promise<void> => {
  const data = { kind: "request", text: "路灯不亮", place: { address: "某处" } };
  const event = { specversion: "1.0", type: "canary.report.v1", source: "/sources/hotline" };
  const body = { ...event, id, data };
  const timestamp = String(Math.floor(desk.time.clock.now().wallMs / 1_000));
  const nonce = randomUUID();
  const signature = signatureOf(key, { timestamp, nonce, body: Buffer.from(JSON.stringify(body)) });
  await go("POST /api/v1/intake/events", [], {
    user: "",
    body,
    headers: {
      "canary-source": "hotline",
      "canary-timestamp": timestamp,
      "canary-nonce": nonce,
      "canary-signature": `v1=${signature}`,
    },
  });
};
