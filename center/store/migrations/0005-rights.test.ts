import { expect, test } from "vitest";
import { Kysely, sql } from "kysely";
import { Migrator } from "kysely/migration";
import { verifyAudit } from "../../audit/verify.ts";
import { inMemory, openSqliteDialect } from "../sqlite-database.ts";
import type { Tables } from "../tables.ts";
import { migrations } from "./all.ts";

test("audit rows and sessions from before become the chain's first links, and go on working", async () => {
  const db = new Kysely<Tables>({ dialect: openSqliteDialect(inMemory) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  await migrator.migrateTo("0003-register-grants");
  await sql`insert into users values ('li', 'x', 0, 1)`.execute(db);
  await sql`insert into sessions values ('h', 'li', '', 1, 1, 0)`.execute(db);
  for (const [id, atMs] of [
    ["b", 2],
    ["a", 2],
    ["c", 1],
  ]) {
    await sql`insert into audit (id, at_ms, actor, action, subject, source, detail)
      values (${id}, ${atMs}, 'li', 'sign', '', '', '{}')`.execute(db);
  }
  expect((await migrator.migrateToLatest()).error).toBeUndefined();

  const rows = await db.selectFrom("audit").select(["id", "seq"]).orderBy("seq").execute();
  expect(rows).toEqual([
    { id: "c", seq: 1 },
    { id: "a", seq: 2 },
    { id: "b", seq: 3 },
  ]);
  expect(await verifyAudit(db)).toMatchObject({ ok: true, rows: 3 });
  expect(await db.selectFrom("users").select("area").execute()).toEqual([{ area: "/" }]);
  await db.destroy();
});
