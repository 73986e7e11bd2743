import { sql, type Kysely } from "kysely";

/** Keys of personal data, staff that changes and ends, residents' links by name, a street's own clocks. */
export const sealedStaffLinksClocks = async (db: Kysely<unknown>): Promise<void> => {
  // Which keys something here is sealed with; the keys themselves are never in the database.
  await db.schema
    .createTable("data_keys")
    .addColumn("fingerprint", "text", (column) => column.primaryKey())
    .execute();
  await db.schema
    .alterTable("people")
    .addColumn("version", "integer", (column) => column.notNull().defaultTo(1))
    .execute();
  await db.schema.alterTable("people").addColumn("ended_at_ms", "bigint").execute();
  await db.schema.createIndex("people_by_area").on("people").columns(["area", "kind"]).execute();
  await createLinks(db);
  await db.schema
    .createTable("clock_overrides")
    .addColumn("area", "text", (column) => column.notNull())
    .addColumn("priority", "integer", (column) => column.notNull())
    .addColumn("clock", "text", (column) => column.notNull())
    .addColumn("within_ms", "bigint", (column) => column.notNull())
    .addColumn("set_by", "text", (column) => column.notNull())
    .addColumn("set_at_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("clock_overrides_pk", ["area", "priority", "clock"])
    .execute();
  await db.schema
    .createIndex("cases_by_household")
    .on("cases")
    .columns(["household", "created_at_ms", "id"])
    .execute();
};

const createLinks = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("resident_links")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("household", "text", (column) => column.notNull())
    .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
    .addColumn("created_by", "text", (column) => column.notNull())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .addColumn("withdrawn_by", "text")
    .addColumn("withdrawn_at_ms", "bigint")
    .addColumn("replaced_by", "text")
    .execute();
  await db.schema
    .createIndex("resident_links_by_household")
    .on("resident_links")
    .columns(["household", "created_at_ms"])
    .execute();
  await nameOldLinks(db);
};

/**
 * Links from before they had names say their household and the second they end at; the audit log
 * knows both, so that each of them can be withdrawn as well.
 */
const nameOldLinks = async (db: Kysely<unknown>): Promise<void> => {
  const { rows } = await sql<OldLink>`
    select at_ms, actor, subject, detail from audit where action = 'intake-link' order by seq
  `.execute(db);
  for (const { at_ms: atMs, actor, subject, detail } of rows) {
    const days = Number(/"days":"?(\d{1,3})/.exec(detail)?.[1] ?? 0);
    const endsS = Math.floor(atMs / 1_000) + days * 86_400;
    await sql`insert into resident_links
      (id, household, expires_at_ms, created_by, created_at_ms)
      values (${`${subject}~${endsS.toString(36)}`}, ${subject}, ${endsS * 1_000}, ${actor}, ${atMs})
      on conflict do nothing`.execute(db);
  }
};

interface OldLink {
  readonly at_ms: number;
  readonly actor: string;
  readonly subject: string;
  readonly detail: string;
}
