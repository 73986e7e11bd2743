import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Role } from "#domain/rights.ts";
import { openSession } from "../accounts/sessions.ts";
import { jsonOf } from "../json-answer.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { places, plantRegister } from "../rights/plant-register.testing.ts";

const contact = { name: "王秀英", phone: "13800001234" };
const smell = { kind: "gas-smell", place: { household: "h-xian" }, contact };

/** What becomes of the name and number somebody leaves with a report; on whichever database. */
export const reportersContract = (database: string, newDatabase: NewDatabase): void => {
  describe(`reporters on ${database}`, { timeout: 30_000 }, () => {
    let desk: OpenDesk;
    let duty: string;
    let grid: string;
    beforeEach(async () => {
      desk = await openDesk({ newDatabase });
      await plantRegister(desk.store);
      duty = await enter("duty", "duty", places.xian);
      grid = await enter("grid", "grid", places.xian);
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
    const post = (path: string, body: object, cookie: string, version = 1) =>
      fetch(`${desk.url}/api/v1/${path}`, {
        method: "POST",
        headers: {
          cookie,
          "content-type": "application/json",
          "idempotency-key": randomUUID(),
          "if-match": `"${version}"`,
        },
        body: JSON.stringify(body),
      });
    const report = async (body: object): Promise<void> => {
      desk.time.advance(1);
      expect((await post("intake/reports", body, grid)).status).toBe(200);
    };
    const reportersSeenBy = async (cookie: string) =>
      (await jsonOf(await desk.get("/api/v1/cases/AJ-000001/reporters", cookie)))["items"];
    const looks = () =>
      desk.store.db
        .selectFrom("audit")
        .select(["actor", "action", "subject"])
        .where("action", "like", "reporter-%")
        .orderBy("seq")
        .execute();

    test("stars for all, in full for whoever has signed for the case, every look written down", async () => {
      await report(smell);
      const starred = { name: "王**", phone: "138****1234", masked: true };
      expect(await reportersSeenBy(duty)).toMatchObject([{ source: "staff", ...starred }]);

      expect((await post("cases/AJ-000001/actions/accept", {}, duty)).status).toBe(200);
      expect(await reportersSeenBy(duty)).toMatchObject([{ ...contact, masked: false }]);
      expect(await reportersSeenBy(grid)).toMatchObject([starred]);
      expect(await looks()).toEqual([
        { actor: "duty", action: "reporter-read", subject: "AJ-000001" },
        { actor: "duty", action: "reporter-reveal", subject: "AJ-000001" },
        { actor: "grid", action: "reporter-read", subject: "AJ-000001" },
      ]);
    });

    test("a second reporter, put into the same case, is seen there; nobody from elsewhere is told", async () => {
      await report(smell);
      await report({ ...smell, contact: { phone: "02812345678" } });
      await report({ ...smell, kind: "co-suspected", contact: undefined });
      expect(await reportersSeenBy(duty)).toMatchObject([
        { kind: "gas-smell", phone: "138****1234" },
        { kind: "gas-smell", phone: "028****5678" },
        { kind: "co-suspected", masked: true },
      ]);
      const west = await enter("west", "duty", places.west);
      expect((await desk.get("/api/v1/cases/AJ-000001/reporters", west)).status).toBe(404);
    });
  });
};
