import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyAudit } from "../audit/verify.ts";
import { openCaseGround, room, type CaseGround } from "../cases/case-ground.testing.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { beginAgain } from "./begin-again.ts";

export const beginAgainContract = (name: string, newDatabase: NewDatabase): void => {
  let ground: CaseGround;
  beforeEach(async () => {
    ground = await openCaseGround(newDatabase);
  });
  afterEach(() => ground.close());
  const goOn = () =>
    beginAgain(ground.store, { madeAt: "2026-11-22T00:00:00Z", by: "machine:root", nowMs: 1 });

  describe(`what goes on from a backup on ${name}`, () => {
    test("gives no number of a case to another home, and takes no step meant for what is forgotten", async () => {
      await ground.alarm({ episode: "a", address: room("101") });
      const { id, version } = await ground.only();
      await goOn();
      // Somebody has looked at the case as it was after the backup, with versions that are lost.
      for (const seen of [version, version + 1, version + 7]) {
        expect(await ground.act("li", "accept", {}, { version: seen })).toMatchObject({
          kind: "changed",
        });
      }
      expect(await ground.act("li", "accept")).toMatchObject({ kind: "done" });
      await ground.alarm({ episode: "b", detector: "b", address: room("202") });
      const ids = (await ground.cases()).map((one) => one.id);
      expect(ids).toEqual([id, "AJ-010002"]);
    });

    test("knows nobody who is logged in, and says in the audit chain where it was cut off", async () => {
      const session = { source: "", created_at_ms: 0, seen_at_ms: 0, second_factor: 0, agent: "" };
      await ground.store.db
        .insertInto("sessions")
        .values({ ...session, token_hash: "t", user_name: "li", revoked: 0 })
        .execute();
      await goOn();
      expect(await ground.store.db.selectFrom("sessions").select("revoked").execute()).toEqual([
        { revoked: 1 },
      ]);
      expect(await verifyAudit(ground.store.db)).toMatchObject({ ok: true });
      const last = ground.store.db.selectFrom("audit").select(["action", "actor", "detail"]);
      expect(await last.orderBy("seq", "desc").limit(1).execute()).toEqual([
        {
          action: "restore",
          actor: "machine:root",
          detail: JSON.stringify({ madeAt: "2026-11-22T00:00:00Z" }),
        },
      ]);
    });
  });
};
