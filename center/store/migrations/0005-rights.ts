import { sql, type Kysely } from "kysely";
import { hashAuditRow } from "../audit-hash.ts";

/** Accounts that can be kept and disabled, second factors, known browsers, and audit as a chain. */
export const rights = async (db: Kysely<unknown>): Promise<void> => {
  await extendAccounts(db);
  await createSecondFactors(db);
  await chainAudit(db);
};

const extendAccounts = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .alterTable("users")
    .addColumn("area", "text", (column) => column.notNull().defaultTo("/"))
    .execute();
  await db.schema.alterTable("users").addColumn("disabled_at_ms", "bigint").execute();
  await db.schema.alterTable("users").addColumn("password_expires_at_ms", "bigint").execute();
  await db.schema
    .alterTable("sessions")
    .addColumn("second_factor", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable("sessions")
    .addColumn("agent", "text", (column) => column.notNull().defaultTo(""))
    .execute();
  await db.schema
    .createTable("known_devices")
    .addColumn("token_hash", "text", (column) => column.notNull())
    .addColumn("user_name", "text", (column) => column.notNull().references("users.name"))
    .addColumn("seen_at_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("known_devices_pk", ["token_hash", "user_name"])
    .execute();
};

const createSecondFactors = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("second_factors")
    .addColumn("user_name", "text", (column) => column.primaryKey().references("users.name"))
    .addColumn("secret", "text", (column) => column.notNull())
    .addColumn("confirmed", "integer", (column) => column.notNull())
    .addColumn("last_step", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("recovery_codes")
    .addColumn("user_name", "text", (column) => column.notNull().references("users.name"))
    .addColumn("code_hash", "text", (column) => column.notNull())
    .addColumn("used_at_ms", "bigint")
    .addPrimaryKeyConstraint("recovery_codes_pk", ["user_name", "code_hash"])
    .execute();
};

/** Rows from before the chain become its first links, in the order they were written in. */
const chainAudit = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema.alterTable("audit").addColumn("seq", "bigint").execute();
  await db.schema
    .alterTable("audit")
    .addColumn("area", "text", (column) => column.notNull().defaultTo("/"))
    .execute();
  await db.schema
    .alterTable("audit")
    .addColumn("prev", "text", (column) => column.notNull().defaultTo(""))
    .execute();
  await db.schema
    .alterTable("audit")
    .addColumn("hash", "text", (column) => column.notNull().defaultTo(""))
    .execute();

  const { rows } = await sql<OldAuditRow>`
    select id, at_ms, actor, action, subject, source, detail from audit order by at_ms, id
  `.execute(db);
  let seq = 0;
  let prev = "";
  for (const row of rows) {
    seq += 1;
    const hash = hashAuditRow({ ...row, seq, area: "/", prev });
    await sql`update audit set seq = ${seq}, prev = ${prev}, hash = ${hash} where id = ${row.id}`.execute(
      db,
    );
    prev = hash;
  }
  await sql`insert into counters (name, value) values ('audit', ${seq})`.execute(db);
  await db.schema.createIndex("audit_by_seq").unique().on("audit").column("seq").execute();
};

interface OldAuditRow {
  readonly id: string;
  readonly at_ms: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly source: string;
  readonly detail: string;
}
