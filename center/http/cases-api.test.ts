import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { caseActions } from "#domain/case-flow.ts";
import { fireTimers } from "../cases/fire-timers.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { newPostgres, newSqlite } from "../open-ground.testing.ts";
import { followStream, type StreamReader } from "../sse-client.testing.ts";
import { createAnswerCheck, listOf, recordOf } from "./answer-check.testing.ts";

// Many commits and password checks: a busy machine may take its time.
vi.setConfig({ testTimeout: 60_000 });

// On PostgreSQL where one is offered: it refuses values that SQLite takes.
const serverUrl = process.env["CANARY_TEST_DATABASE_URL"];
const newDatabase = serverUrl === undefined ? newSqlite : newPostgres(serverUrl);

let desk: OpenDesk;
let cookie: string;
let page: StreamReader | undefined;
const gateway = createFakeGateway("gw-1");

beforeEach(async () => {
  desk = await openDesk({ newDatabase });
  cookie = await desk.login();
});
afterEach(async () => {
  page?.close();
  await desk.close();
});

const post = (
  path: string,
  body: unknown = {},
  {
    version,
    key = randomUUID(),
    as = cookie,
  }: { version?: number; key?: string; as?: string } = {},
) =>
  fetch(`${desk.url}${path}`, {
    method: "POST",
    headers: {
      cookie: as,
      "content-type": "application/json",
      "idempotency-key": key,
      ...(version !== undefined && { "if-match": `"${version}"` }),
    },
    body: JSON.stringify(body),
  });
const act = (action: string, body: unknown, version: number, key?: string) =>
  post(`/api/v1/cases/AJ-000001/actions/${action}`, body, {
    version,
    ...(key !== undefined && { key }),
  });
const fire = async (): Promise<void> => {
  await fireTimers(desk.store, desk.time.clock.now().wallMs);
  desk.broadcast.wake();
};

describe("cases over HTTP", () => {
  test("answer as they are described, the refusals as well", async () => {
    await desk.take(gateway.alarm({ seq: 1 }));
    await fire();
    const check = createAnswerCheck(await (await desk.get("/api/openapi.json")).json());
    const get = (path: string, as = cookie) => desk.get(path, as);
    const list = "/api/v1/cases";
    await check(
      "get",
      list,
      200,
      get(`${list}?open=yes&priority=1&level=community&drill=no&limit=1`),
    );
    await check("get", list, 400, get(`${list}?area=nonsense`));
    await check("get", list, 400, get(`${list}?cursor=nonsense`));
    await check("get", list, 401, get(list, ""));
    await check("get", `${list}/{id}`, 200, get(`${list}/AJ-000001`));
    await check("get", `${list}/{id}`, 404, get(`${list}/AJ-999999`));

    const step = `${list}/{id}/actions/{action}`;
    const missing = post("/api/v1/cases/AJ-000001/actions/accept");
    await check("post", step, 428, missing);
    await check("post", step, 409, act("accept", {}, 9));
    await check("post", step, 403, act("self_handle", { conclusion: "C3" }, 1));
    await check("post", step, 409, act("review_pass", {}, 1));
    await check("post", step, 200, act("accept", {}, 1));
    await check("post", step, 422, act("dispatch", {}, 2));
    await check("post", step, 400, act("dispatch", { assignee: 7 }, 2));
    await check("post", step, 400, act("fly", {}, 2));
    await check("post", step, 404, post("/api/v1/cases/AJ-9/actions/accept", {}, { version: 1 }));
    await check("post", step, 401, post("/api/v1/cases/AJ-000001/actions/accept", {}, { as: "" }));
    await check(
      "post",
      `${list}/{id}/notes`,
      200,
      post(`${list}/AJ-000001/notes`, { note: "已通话" }),
    );
    await check("get", "/api/v1/pages", 200, get("/api/v1/pages?state=unread"));
    await check("post", "/api/v1/pages/{page}/read", 404, post("/api/v1/pages/99/read"));
  });

  test("say in both languages what somebody may do, and why not the rest", async () => {
    await desk.take(gateway.alarm({ seq: 1 }));
    const detail = recordOf(await (await desk.get("/api/v1/cases/AJ-000001", cookie)).json());
    const offers = listOf(detail["actions"]).map(recordOf);
    expect(offers.find(({ action }) => action === "accept")).toMatchObject({ allowed: true });
    expect(offers.find(({ action }) => action === "self_handle")).toMatchObject({
      allowed: false,
      reason: {
        zh: expect.stringContaining("网格员"),
        en: expect.stringContaining("grid workers"),
      },
    });
  });

  test("a step at once by many is one, the others get 409 and how it stands; a retry is the same answer", async () => {
    await desk.take(gateway.alarm({ seq: 1 }));
    const answers = await Promise.all(Array.from({ length: 100 }, () => act("accept", {}, 1)));
    const statuses = Map.groupBy(answers, ({ status }) => status);
    expect([statuses.get(200)?.length, statuses.get(409)?.length]).toEqual([1, 99]);
    expect(await statuses.get(409)?.[0]?.json()).toMatchObject({
      detailEn: expect.stringContaining("act on how it stands"),
      current: { id: "AJ-000001", version: 2, signedBy: "admin" },
    });
    const retries = await Promise.all(
      Array.from({ length: 20 }, () => act("dispatch", { team: "抢修一队" }, 2, "press")),
    );
    expect(new Set(await Promise.all(retries.map((answer) => answer.text()))).size).toBe(1);
    expect(retries[0]?.headers.get("etag")).toBe('"3"');
  });

  test("a signature for the alarm is the case's accept, and the console's way goes on working", async () => {
    await desk.take(gateway.alarm({ seq: 1 }));
    const answer = await desk.sign({ episode: "ep-1", case: { version: 1 } }, cookie);
    expect(await answer.json()).toMatchObject({
      case: {
        id: "AJ-000001",
        state: "accepted",
        version: 2,
        acceptedBy: "admin",
        progress: "accepted",
      },
    });
    const shown = recordOf(await (await desk.get("/api/v1/cases/AJ-000001", cookie)).json());
    expect(shown["case"]).toMatchObject({ state: "accepted", signedBy: "admin" });
  });

  test("somebody without a duty over the place cannot sign", async () => {
    await desk.take(gateway.alarm({ seq: 1 }));
    await desk.store.db.deleteFrom("grants").where("role", "!=", "admin").execute();
    const answer = await desk.sign({ episode: "ep-1", case: { version: 1 } }, cookie);
    expect([answer.status, await answer.json()]).toMatchObject([
      403,
      { detailEn: expect.stringContaining("none of your roles") },
    ]);
  });

  test("cases and pages reach an open page as they change, and a page that comes back", async () => {
    page = await followStream(`${desk.url}/api/v1/stream`, { cookie });
    await desk.take(gateway.alarm({ seq: 1 }));
    const made = (await page.until(({ event }) => event === "case")).at(-1);
    expect(made?.data).toMatchObject({
      id: "AJ-000001",
      state: "reported",
      unsigned: 1,
      active: 1,
    });
    desk.time.advance(60_000);
    await fire();
    const paged = (await page.until(({ event }) => event === "page")).at(-1);
    expect(paged?.data).toMatchObject({
      caseId: "AJ-000001",
      clock: "sign",
      roles: ["duty", "grid", "community_lead", "street_duty"],
      text: { zh: expect.stringContaining("喜安社区2栋1单元603") },
    });
    page.close();
    page = await followStream(`${desk.url}/api/v1/stream`, {
      cookie,
      "last-event-id": made?.id ?? "",
    });
    const replayed = await page.until(({ event }) => event === "page");
    expect(
      replayed.some(
        ({ event, data }) => event === "case" && recordOf(data)["state"] === "dispatched",
      ),
    ).toBe(true);
  });

  test("a page is delivered when it is shown and read when somebody says so; no clock stops for it", async () => {
    await desk.take(gateway.alarm({ seq: 1 }));
    desk.time.advance(120_000);
    await fire();
    const [shown] = listOf(
      recordOf(await (await desk.get("/api/v1/pages", cookie)).json())["items"],
    ).map(recordOf);
    const read = await post(`/api/v1/pages/${String(shown?.["id"])}/read`);
    expect(await read.json()).toMatchObject({ state: "read", readAtMs: expect.any(Number) });
    const unread = recordOf(await (await desk.get("/api/v1/pages?state=unread", cookie)).json());
    expect(listOf(unread["items"])).toEqual([]);
    desk.time.advance(180_000);
    await fire();
    const again = recordOf(await (await desk.get("/api/v1/pages?state=unread", cookie)).json());
    expect(listOf(again["items"]).length).toBeGreaterThan(0);
  });

  test("pages of the list follow each other without gap or repeat, and keep to the filter", async () => {
    for (let seq = 1; seq <= 7; seq += 1) {
      const address = { text: `喜安社区${seq}栋` };
      const priority = seq % 2 === 0 ? 3 : 1;
      await desk.take(gateway.alarm({ seq, episode: `e${seq}`, address, priority }));
      if (seq % 3 === 0) desk.time.advance(1_000);
    }
    const collect = async (query: string): Promise<readonly string[]> => {
      const seen: string[] = [];
      for (let cursor = ""; ;) {
        const answer = await desk.get(`/api/v1/cases?limit=2${query}${cursor}`, cookie);
        const { items, nextCursor } = recordOf(await answer.json());
        seen.push(...listOf(items).map((item) => String(recordOf(item)["id"])));
        if (typeof nextCursor !== "string") return seen;
        cursor = `&cursor=${nextCursor}`;
      }
    };
    const ids = [7, 6, 5, 4, 3, 2, 1].map((number) => `AJ-00000${number}`);
    expect(await collect("")).toEqual(ids);
    expect(await collect("&priority=3")).toEqual(["AJ-000006", "AJ-000004", "AJ-000002"]);
    expect(await collect("&area=/pidu/")).toEqual([]);
  });

  test("whatever is asked of a case, the answer is never our fault", async () => {
    await desk.take(gateway.alarm({ seq: 1 }));
    const body = fc.record(
      {
        reason: fc.string({ unit: "binary", maxLength: 20 }),
        assignee: fc.string({ unit: "binary", maxLength: 20 }),
        interim: fc.constant("已关阀"),
        instruction: fc.constantFrom("立即到场", "\0"),
        dueAtMs: fc.oneof(fc.double(), fc.integer(), fc.constant(1_795_000_200_000.5)),
        priority: fc.integer({ min: 0, max: 5 }),
        target: fc.oneof(fc.string({ unit: "binary" }), fc.constant("AJ-000001")),
        readings: fc.array(fc.record({ gas: fc.constantFrom("co", "x"), value: fc.double() })),
        position: fc.record({ latitude: fc.double(), longitude: fc.double() }),
        doorCode: fc.string(),
        casualty: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...caseActions), body, async (action, payload) => {
        const { version } = recordOf(
          recordOf(await (await desk.get("/api/v1/cases/AJ-000001", cookie)).json())["case"],
        );
        const answer = await desk.app.inject({
          method: "POST",
          url: `/api/v1/cases/AJ-000001/actions/${action}`,
          headers: { cookie, "if-match": `"${String(version)}"`, "idempotency-key": randomUUID() },
          payload,
        });
        expect(answer.statusCode, answer.body).toBeLessThan(500);
        if (answer.statusCode >= 400) expect(answer.json()).toHaveProperty("detailEn");
      }),
      { numRuns: 200 },
    );
  });
});
