import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Role } from "#domain/rights.ts";
import { openSession } from "../accounts/sessions.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { places, plantRegister } from "./plant-register.testing.ts";

/** Staff through HTTP: entered, changed, ended; on whichever database. */
export const keepPeopleContract = (database: string, newDatabase: NewDatabase): void => {
  describe(`people are kept on ${database}`, { timeout: 30_000 }, () => {
    let desk: OpenDesk;
    let lead: string;
    beforeEach(async () => {
      desk = await openDesk({ newDatabase });
      await plantRegister(desk.store);
      lead = await enter("lead", "street_lead", places.street);
    });
    afterEach(() => desk.close());

    const enter = async (name: string, role: Role, area: string): Promise<string> => {
      const nowMs = desk.time.clock.now().wallMs;
      const row = { must_change_password: 0, disabled_at_ms: null, password_expires_at_ms: null };
      await desk.store.db
        .insertInto("users")
        .values({ name, password_hash: "", created_at_ms: nowMs, area, ...row })
        .execute();
      await desk.store.db.insertInto("grants").values({ user_name: name, role, area }).execute();
      const session = { user: name, source: "10.0.0.7", agent: "", secondFactor: true, nowMs };
      return `canary_session=${await openSession(desk.store.db, session)}`;
    };
    const ask = async (method: string, path: string, cookie: string, body: object, version = 1) => {
      const answer = await fetch(`${desk.url}/api/v1/people${path}`, {
        method,
        headers: { cookie, "content-type": "application/json", "if-match": `"${version}"` },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.json() };
    };
    const worker = { kind: "staff", name: "陈刚", phone: "13900001111", area: "xian" } as const;
    const kept = (id: string) =>
      desk.store.db.selectFrom("people").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    const deeds = () =>
      desk.store.db
        .selectFrom("audit")
        .select(["actor", "action", "subject", "area", "detail"])
        .where("action", "in", ["person-add", "person-change", "person-end"])
        .orderBy("seq")
        .execute();

    test("a new grid worker is entered with an account, changed, and ends; nothing is deleted", async () => {
      await enter("chen", "grid", places.grid);
      const added = await ask("POST", "", lead, { ...worker, id: "no-17", account: "chen" });
      expect(added).toMatchObject({
        status: 201,
        body: { id: "no-17", name: "陈**", phone: "139****1111", account: "chen", version: 1 },
      });
      expect((await kept("no-17")).phone).toMatch(/^sealed:/);

      const changed = await ask("PATCH", "/no-17", lead, { phone: "13900002222", area: "g1" });
      expect(changed.body).toMatchObject({ phone: "139****2222", area: places.grid, version: 2 });
      const late = await ask("PATCH", "/no-17", lead, { phone: null });
      expect(late.status).toBe(412);

      const ended = await ask("POST", "/no-17/end", lead, { reason: "调往外区" }, 2);
      expect(ended).toMatchObject({ status: 200, body: { version: 3 } });
      expect(await kept("no-17")).toMatchObject({ user_name: null, name: "陈刚" });
      const list = async (query: string) =>
        JSON.stringify(await (await desk.get(`/api/v1/people?kind=staff${query}`, lead)).json());
      expect(await list("")).not.toContain("no-17");
      expect(await list("&ended=include")).toContain("no-17");
      expect((await ask("PATCH", "/no-17", lead, { name: "陈" }, 3)).status).toBe(409);

      expect(await deeds()).toMatchObject([
        { actor: "lead", action: "person-add", subject: "no-17", detail: '{"kind":"staff"}' },
        { action: "person-change", area: places.grid, detail: '{"changed":"phone area"}' },
        { action: "person-end", detail: '{"reason":"调往外区","account":"chen"}' },
      ]);
    });

    test("whom a case can be dispatched to is asked for by itself", async () => {
      for (const [role, id] of [
        ["grid", "no-1"],
        ["tech", "no-2"],
        ["duty", "no-3"],
      ] as const) {
        await enter(role, role, places.grid);
        await ask("POST", "", lead, { ...worker, id, account: role });
      }
      await ask("POST", "", lead, { ...worker, id: "no-4" });
      const takers = async () => {
        const answer = await desk.get("/api/v1/people?kind=staff&takesJobs=true", lead);
        const { items } = JSON.parse(await answer.text());
        return items.map(({ id }: { readonly id: string }) => id);
      };
      expect(await takers()).toEqual(["no-1", "no-2"]);
      await desk.store.db
        .updateTable("users")
        .set({ disabled_at_ms: 1 })
        .where("name", "=", "tech")
        .execute();
      expect(await takers()).toEqual(["no-1"]);
    });

    test("who still has an open case does not end before it is handed on", async () => {
      await enter("chen", "grid", places.grid);
      await ask("POST", "", lead, { ...worker, id: "no-17", account: "chen" });
      await desk.take(createFakeGateway("gw-xian").alarm({ seq: 1 }));
      await desk.store.db.updateTable("cases").set({ assignee: "chen" }).execute();
      const refused = await ask("POST", "/no-17/end", lead, { reason: "离职" });
      expect(refused).toMatchObject({ status: 409 });
      expect(JSON.stringify(refused.body)).toContain("AJ-000001");
      await desk.store.db.updateTable("cases").set({ is_open: 0 }).execute();
      expect((await ask("POST", "/no-17/end", lead, { reason: "离职" })).status).toBe(200);
    });

    test("names, homes, areas and accounts outside one's own are not there; one account, one person", async () => {
      const west = await enter("west", "community_lead", places.west);
      const add = async (facts: object, cookie = lead) =>
        (await ask("POST", "", cookie, { ...worker, ...facts })).status;
      expect(await add({}, west)).toBe(404);
      expect(await add({ area: "west", household: "h-xian", kind: "resident" }, west)).toBe(422);
      await enter("chen", "grid", places.grid);
      expect(await add({ area: "west", account: "chen" }, west)).toBe(422);
      expect(await add({ kind: "resident", account: "chen" })).toBe(422);
      expect(await add({ id: "one", account: "chen" })).toBe(201);
      expect(await add({ id: "two", account: "chen" })).toBe(409);
      expect(await add({ id: "one" })).toBe(409);
      expect(await add({ phone: "call me" })).toBe(400);
      expect((await ask("PATCH", "/one", west, { name: "x" })).status).toBe(404);
      const duty = await enter("duty", "duty", places.xian);
      expect((await ask("PATCH", "/one", duty, { name: "x" })).status).toBe(403);
      expect((await ask("POST", "/one/end", lead, {})).status).toBe(400);
    });
  });
};
