/** What is seen of people, by whom, and what is left of it in the audit log. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Role } from "#domain/rights.ts";
import { openSession } from "../accounts/sessions.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { jsonOf, listOf } from "../json-answer.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { places, plantRegister } from "./plant-register.testing.ts";

vi.setConfig({ testTimeout: 30_000 });

let desk: OpenDesk;
beforeEach(async () => {
  desk = await openDesk();
  await plantRegister(desk.store);
});
afterEach(() => desk.close());

const log = async (name: string, role: Role, area: string): Promise<string> => {
  const nowMs = desk.time.clock.now().wallMs;
  const row = { must_change_password: 0, disabled_at_ms: null, password_expires_at_ms: null };
  await desk.store.db
    .insertInto("users")
    .values({ name, password_hash: "", created_at_ms: nowMs, area: "/", ...row })
    .execute();
  await desk.store.db.insertInto("grants").values({ user_name: name, role, area }).execute();
  const session = { user: name, source: "10.0.0.7", agent: "", secondFactor: true, nowMs };
  return `canary_session=${await openSession(desk.store.db, session)}`;
};
const post = (path: string, cookie: string, body: object) =>
  fetch(`${desk.url}/api/v1${path}`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const looks = () =>
  desk.store.db
    .selectFrom("audit")
    .select(["actor", "action", "subject", "detail"])
    .where("action", "like", "person-%")
    .orderBy("seq")
    .execute();

test("a name and a phone have stars in them; home and needs are not shown at all", async () => {
  const duty = await log("duty", "duty", places.xian);
  const person = await (await desk.get("/api/v1/people/person-xian", duty)).json();
  expect(person).toEqual({
    id: "person-xian",
    kind: "resident",
    area: places.xian,
    household: "h-xian",
    name: "王**",
    phone: "138****5678",
    masked: true,
    version: 1,
  });
  expect(await looks()).toMatchObject([{ actor: "duty", action: "person-read" }]);
});

test("whoever signed for the urgent alarm sees who lives there, by that case, and it is written down", async () => {
  const duty = await log("duty", "duty", places.xian);
  const grid = await log("grid", "grid", places.xian);
  await desk.take(createFakeGateway("gw-xian").alarm({ seq: 1 }));
  expect((await desk.sign({ episode: "ep-1", case: { version: 1 } }, duty)).status).toBe(200);

  const person = await (await desk.get("/api/v1/people/person-xian", duty)).json();
  expect(person).toMatchObject({
    name: "王秀英",
    phone: "13812345678",
    masked: false,
    byCase: "AJ-000001",
    address: "xian社区2栋1单元603",
    flags: '{"alone":true}',
  });
  expect(await (await desk.get("/api/v1/people/person-xian", grid)).json()).toMatchObject({
    masked: true,
  });
  expect(await looks()).toMatchObject([
    { actor: "duty", action: "person-reveal", detail: '{"case":"AJ-000001"}' },
    { actor: "grid", action: "person-read" },
  ]);
});

test("a drill shows nobody's name, until a real alarm breaks through it", async () => {
  const duty = await log("duty", "duty", places.xian);
  const gateway = createFakeGateway("gw-xian");
  await desk.take(gateway.alarm({ seq: 1, drill: true }));
  expect((await desk.sign({ episode: "ep-1", case: { version: 1 } }, duty)).status).toBe(200);
  const person = async () => (await desk.get("/api/v1/people/person-xian", duty)).json();
  expect(await person()).toMatchObject({ masked: true });

  await desk.take(gateway.alarm({ seq: 2, episode: "ep-2" }));
  expect((await desk.sign({ episode: "ep-2", case: { version: 1 } }, duty)).status).toBe(200);
  expect(await person()).toMatchObject({ masked: false, name: "王秀英" });
});

test("one's own urgent case at one home shows nobody of another", async () => {
  const duty = await log("duty", "duty", places.street);
  await desk.take(createFakeGateway("gw-xian").alarm({ seq: 1 }));
  await desk.sign({ episode: "ep-1", case: { version: 1 } }, duty);
  const listed = await (await desk.get("/api/v1/people", duty)).json();
  expect(listed).toMatchObject({
    items: [
      { id: "person-west", masked: true },
      { id: "person-xian", masked: false },
    ],
  });
});

test("without a case it takes a reason, which is kept", async () => {
  const duty = await log("duty", "duty", places.xian);
  const path = "/people/person-xian/reveal";
  expect((await post(path, duty, {})).status).toBe(400);
  const shown = await (await post(path, duty, { reason: "回访安装" })).json();
  expect(shown).toMatchObject({ name: "王秀英", phone: "13812345678" });
  expect(await looks()).toMatchObject([
    { actor: "duty", action: "person-reveal", detail: '{"reason":"回访安装"}' },
  ]);
});

test("a person gets a copy of all that is kept, with who looked at it", async () => {
  const lead = await log("lead", "street_lead", places.street);
  await desk.take(createFakeGateway("gw-xian").alarm({ seq: 1 }));
  await desk.get("/api/v1/people/person-xian", lead);
  const copy = await (await desk.get("/api/v1/people/person-xian/export", lead)).json();
  expect(copy).toMatchObject({
    exportedBy: "lead",
    person: { name: "王秀英", address: "xian社区2栋1单元603" },
    detectors: [{ detector: "kitchen", place: "厨房" }],
    alarms: [{ episode: "ep-1" }],
    looks: [
      { actor: "lead", action: "person-export" },
      { actor: "lead", action: "person-read" },
    ],
  });
});

test("whoever saw somebody in full in a list is in that person's copy as well", async () => {
  const lead = await log("lead", "street_lead", places.street);
  const duty = await log("duty", "duty", places.xian);
  await desk.take(createFakeGateway("gw-xian").alarm({ seq: 1 }));
  await desk.sign({ episode: "ep-1", case: { version: 1 } }, duty);
  await desk.get("/api/v1/people?household=h-xian", duty);
  const copy = await (await desk.get("/api/v1/people/person-xian/export", lead)).json();
  expect(copy).toMatchObject({
    looks: [
      { actor: "lead", action: "person-export" },
      { actor: "duty", action: "person-reveal", detail: '{"case":"AJ-000001"}' },
    ],
  });
});

test("what a person reported is in their copy, and stays without their name once they are forgotten", async () => {
  const lead = await log("lead", "street_lead", places.street);
  const report = (key: string, contact: object) =>
    fetch(`${desk.url}/api/v1/intake/reports`, {
      method: "POST",
      headers: { cookie: lead, "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({
        kind: "request",
        text: "想换探测器",
        place: { household: "h-xian" },
        contact,
      }),
    });
  expect((await report("a", { name: "王秀英", phone: "021 1234" })).status).toBe(200);
  desk.time.advance(1);
  expect((await report("b", { phone: "138 1234-5678" })).status).toBe(200);
  desk.time.advance(1);
  expect((await report("c", { name: "邻居", phone: "13999999999" })).status).toBe(200);

  const copy = await (await desk.get("/api/v1/people/person-xian/export", lead)).json();
  expect(copy).toMatchObject({
    reports: [{ name: "王秀英", text: "想换探测器" }, { phone: "138 1234-5678" }],
  });
  const erased = await post("/people/person-xian/erase", lead, { reason: "本人要求" });
  expect(erased.status).toBe(204);
  const kept = await desk.store.db.selectFrom("intake_events").select("body").execute();
  expect(kept.map(({ body }) => /想换探测器/.test(body))).toEqual([true, true, true]);
  const text = JSON.stringify(kept);
  expect(text).not.toMatch(/王秀英|021 1234|138 1234-5678/);
  expect(text).toContain("邻居");
  // The same press again is still the same report.
  expect(await (await report("b", { phone: "138 1234-5678" })).json()).toMatchObject({
    repeated: true,
  });
});

test("a forgotten person has no name in any table any more, but an id; not while gas is in the home", async () => {
  const lead = await log("lead", "street_lead", places.street);
  await desk.take(createFakeGateway("gw-xian").alarm({ seq: 1 }));
  const erase = () => post("/people/person-xian/erase", lead, { reason: "本人要求" });
  expect((await erase()).status).toBe(409);
  await desk.store.db.updateTable("cases").set({ state: "closed", is_open: 0 }).execute();
  expect((await erase()).status).toBe(204);

  const { items } = await jsonOf(await desk.get("/api/v1/people", lead));
  expect(listOf(items)[1]).toEqual({
    id: "person-xian",
    kind: "resident",
    area: places.xian,
    name: "",
    masked: true,
    erasedAtMs: desk.time.clock.now().wallMs,
    version: 1,
  });
  await desk.store.db.deleteFrom("people").where("id", "=", "person-west").execute();
  for (const table of ["people", "audit", "idempotency", "stream_events"] as const) {
    const rows = await desk.store.db.selectFrom(table).selectAll().execute();
    expect(JSON.stringify(rows), table).not.toMatch(/王秀英|13812345678/);
  }
});
