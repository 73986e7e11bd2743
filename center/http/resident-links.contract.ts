import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Role } from "#domain/rights.ts";
import { openSession } from "../accounts/sessions.ts";
import { openIntakeKeys } from "../one-intake/keys.ts";
import { makeResidentLink } from "../one-intake/resident-link.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { places, plantRegister } from "../rights/plant-register.testing.ts";

/** Residents' links through HTTP: each can be seen, withdrawn and made anew; on whichever database. */
export const residentLinksContract = (database: string, newDatabase: NewDatabase): void => {
  describe(`residents' links on ${database}`, { timeout: 30_000 }, () => {
    let desk: OpenDesk;
    let duty: string;
    beforeEach(async () => {
      desk = await openDesk({ newDatabase });
      await plantRegister(desk.store);
      duty = await enter("duty", "duty", places.xian);
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
    const post = async (path: string, body: object, cookie = duty) => {
      const answer = await fetch(`${desk.url}/api/v1/intake/${path}`, {
        method: "POST",
        headers: { cookie, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const got: Record<string, unknown> = Object(await answer.json());
      return { status: answer.status, body: got };
    };
    const make = async (days = 30): Promise<{ id: string; link: string }> => {
      const { body } = await post("resident-links", { household: "h-xian", days });
      return { id: String(body["id"]), link: String(body["link"]) };
    };
    const tap = async (link: string, text = "有味道"): Promise<number> =>
      (await post(`resident/${link}`, { kind: "request", text }, "")).status;
    const say = async (link: string, report: object): Promise<number> =>
      (await post(`resident/${link}`, report, "")).status;
    const smells = () =>
      desk.store.db
        .selectFrom("cases")
        .select("is_open")
        .where("kind", "=", "smell")
        .orderBy("id")
        .execute();
    const list = async (query = "", cookie = duty): Promise<readonly Record<string, unknown>[]> => {
      const answer = await desk.get(`/api/v1/intake/resident-links${query}`, cookie);
      return Object(await answer.json()).items;
    };
    const deeds = () =>
      desk.store.db
        .selectFrom("audit")
        .select(["actor", "action", "subject", "area"])
        .where("action", "like", "intake-link%")
        .orderBy("seq")
        .execute();

    test("a home that has said ten wishes is still heard when it smells gas", async () => {
      const { link } = await make();
      for (let index = 0; index < 10; index += 1) await tap(link, `话 ${index}`);
      expect(await tap(link, "又一句")).toBe(429);
      expect(await say(link, { kind: "gas-smell" })).toBe(200);
      expect(await smells()).toEqual([{ is_open: 1 }]);
      expect(await say(link, { kind: "co-suspected" })).toBe(200);
      // Of this they know by now.
      expect(await say(link, { kind: "gas-smell", text: "更浓了" })).toBe(429);
    });

    test("who taps twice and names a phone the second time is heard both times", async () => {
      const { link } = await make();
      const contact = { phone: "13800001234" };
      expect(await say(link, { kind: "gas-smell" })).toBe(200);
      expect(await say(link, { kind: "gas-smell", contact })).toBe(200);
      expect(await say(link, { kind: "gas-smell", contact })).toBe(200);
      expect(await smells()).toEqual([{ is_open: 1 }, { is_open: 0 }]);
    });

    test("one of two links of a home is withdrawn: it reports nothing, the other goes on", async () => {
      const [lost, kept] = [await make(), await make()];
      expect(lost.link).not.toBe(kept.link);
      expect(await tap(lost.link)).toBe(200);
      const path = `resident-links/${encodeURIComponent(lost.id)}/withdraw`;
      const withdrawn = await post(path, { reason: "手机遗失" });
      expect(withdrawn).toMatchObject({ status: 200, body: { state: "withdrawn" } });
      expect(await tap(lost.link)).toBe(404);
      expect(await tap(kept.link, "另一件")).toBe(200);
      expect((await post(path, { reason: "手机遗失" })).status).toBe(409);
      expect(await list("?household=h-xian")).toMatchObject([
        { id: kept.id, state: "live", address: "xian社区2栋1单元603" },
        { id: lost.id, state: "withdrawn", withdrawnBy: "duty" },
      ]);
      expect(JSON.stringify(await list())).not.toContain(kept.link);
      expect(await deeds()).toEqual([
        { actor: "duty", action: "intake-link", subject: "h-xian", area: places.xian },
        { actor: "duty", action: "intake-link", subject: "h-xian", area: places.xian },
        { actor: "duty", action: "intake-link-withdraw", subject: "h-xian", area: places.xian },
      ]);
    });

    test("made anew: the old one ends, the new one is good, and the list says which took its place", async () => {
      const old = await make();
      const wish = { reason: "换发", days: 30 };
      const made = await post(`resident-links/${encodeURIComponent(old.id)}/reissue`, wish);
      expect(await tap(old.link)).toBe(404);
      expect(await tap(String(made.body["link"]))).toBe(200);
      expect(await list()).toMatchObject([
        { id: made.body["id"], state: "live" },
        { id: old.id, state: "withdrawn", replacedBy: made.body["id"] },
      ]);
    });

    test("next door nobody sees, withdraws or makes anew; an expired one is shown as such", async () => {
      const { id } = await make(1);
      const west = await enter("west", "duty", places.west);
      expect(await list("", west)).toEqual([]);
      const path = `resident-links/${encodeURIComponent(id)}`;
      expect((await post(`${path}/withdraw`, { reason: "不需要" }, west)).status).toBe(404);
      expect((await post(`${path}/reissue`, { reason: "换发", days: 1 }, west)).status).toBe(404);
      desk.time.advance(86_400_001);
      const morning = await enter("morning", "duty", places.xian);
      expect(await list("", morning)).toMatchObject([{ id, state: "expired" }]);
    });

    test("pages of the list name each link once", async () => {
      for (let index = 0; index < 5; index += 1) await make();
      const seen: string[] = [];
      for (let cursor: string | undefined = ""; cursor !== undefined;) {
        const query = cursor === "" ? "?limit=2" : `?limit=2&cursor=${cursor}`;
        const answer = await desk.get(`/api/v1/intake/resident-links${query}`, duty);
        const page: { items: { id: string }[]; nextCursor?: string } = Object(await answer.json());
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      expect(seen).toHaveLength(5);
      expect(new Set(seen).size).toBe(5);
    });

    test("a link that an older center made, without a row, is good until it ends", async () => {
      const keys = await openIntakeKeys(desk.store, join(desk.parts.filesFolder));
      const endsMs = desk.time.clock.now().wallMs + 86_400_000;
      expect(await tap(makeResidentLink(keys, "h-xian", endsMs))).toBe(200);
    });
  });
};
