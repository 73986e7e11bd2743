import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";
import { audit } from "../store/audit.ts";
import { auditHead, verifyAudit } from "./verify.ts";

const entry = (actor: string) => ({
  atMs: 1_795_000_000_000.7,
  actor,
  action: "sign",
  subject: "ep-1",
  source: "127.0.0.1",
  detail: { version: 1 },
});

/** What the audit log promises, on whichever database: nothing changes or goes unseen. */
export const auditContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: Ground;
  beforeEach(async () => {
    ground = await openGround(newDatabase);
  });
  afterEach(() => ground.close());
  const write = (rows: number) =>
    Promise.all(
      Array.from({ length: rows }, (_, index) =>
        ground.store.write((tx) => audit(tx, entry(`officer-${index}`))),
      ),
    );
  const verify = () => verifyAudit(ground.store.db);

  describe(`the audit log on ${database}`, { timeout: 30_000 }, () => {
    test("is whole, however many write at once, and empty at the beginning", async () => {
      expect(await verify()).toMatchObject({ ok: true, rows: 0 });
      await write(50);
      expect(await verify()).toMatchObject({ ok: true, rows: 50 });
    });

    test("gives a number only to what is kept", async () => {
      await write(1);
      const refused = ground.store.write(async (tx) => {
        await audit(tx, entry("li"));
        throw new Error("changed my mind");
      });
      await expect(refused).rejects.toThrow("changed my mind");
      await write(1);
      expect(await verify()).toMatchObject({ ok: true, rows: 2 });
    });

    test("shows whatever was changed in a row, by the row's number", async () => {
      await write(5);
      const set = (column: string, value: unknown) =>
        sql`update audit set ${sql.ref(column)} = ${value} where seq = 3`.execute(ground.store.db);
      const row = await ground.store.db
        .selectFrom("audit")
        .selectAll()
        .where("seq", "=", 3)
        .executeTakeFirstOrThrow();
      for (const column of [
        "actor",
        "action",
        "subject",
        "area",
        "source",
        "detail",
        "id",
      ] as const) {
        await set(column, "something else");
        expect(await verify(), column).toMatchObject({ ok: false, kind: "altered", seq: 3 });
        await set(column, row[column]);
        expect(await verify(), column).toMatchObject({ ok: true });
      }
      await set("at_ms", 1);
      expect(await verify()).toMatchObject({ ok: false, kind: "altered", seq: 3 });
    });

    test("shows rows that are gone: the first of them, be it at the end or at the beginning", async () => {
      await write(5);
      for (const seq of [5, 3, 1]) {
        await ground.store.db.deleteFrom("audit").where("seq", "=", seq).execute();
        expect(await verify()).toMatchObject({ ok: false, kind: "missing", seq });
      }
    });

    test("shows a row that was put in beside the program", async () => {
      await write(2);
      await sql`insert into audit (id, at_ms, actor, action, subject, source, detail)
        values ('x', 0, 'li', 'sign', '', '', '{}')`.execute(ground.store.db);
      expect(await verify()).toMatchObject({ ok: false, kind: "unnumbered" });
    });

    test("shows a row that was replaced together with its own hash", async () => {
      await write(5);
      const { hashAuditRow } = await import("../store/audit-hash.ts");
      const row = await ground.store.db
        .selectFrom("audit")
        .selectAll()
        .where("seq", "=", 3)
        .executeTakeFirstOrThrow();
      const forged = { ...row, actor: "somebody-else" };
      await ground.store.db
        .updateTable("audit")
        .set({ ...forged, hash: hashAuditRow(forged) })
        .where("seq", "=", 3)
        .execute();
      expect(await verify()).toMatchObject({ ok: false, kind: "unchained", seq: 4 });
    });

    test("that was cut short with its counter is shown by a head noted elsewhere", async () => {
      await write(5);
      const noted = await auditHead(ground.store.db);
      await ground.store.db.deleteFrom("audit").where("seq", ">", 3).execute();
      await ground.store.db
        .updateTable("counters")
        .set({ value: 3 })
        .where("name", "=", "audit")
        .execute();
      expect(await verify()).toMatchObject({ ok: true, rows: 3 });
      expect(await verifyAudit(ground.store.db, noted)).toMatchObject({ kind: "missing", seq: 4 });
      await write(4);
      const longer = await verifyAudit(ground.store.db, noted);
      expect(longer).toMatchObject({ ok: false, kind: "rewritten", seq: 5 });
    });
  });
};
