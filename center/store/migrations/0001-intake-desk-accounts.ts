import type { Kysely } from "kysely";

/** Messages as they came, what the page shows, who may log in. */
export const intakeDeskAccounts = async (db: Kysely<unknown>): Promise<void> => {
  await createIntakeTables(db);
  await createDeskTables(db);
  await createAccountTables(db);
};

const createIntakeTables = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("counters")
    .addColumn("name", "text", (column) => column.primaryKey())
    .addColumn("value", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("gateways")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("heard_at_ms", "bigint", (column) => column.notNull())
    .addColumn("link", "text", (column) => column.notNull())
    .addColumn("drill", "integer", (column) => column.notNull())
    .addColumn("pending", "bigint", (column) => column.notNull())
    .addColumn("boot", "text", (column) => column.notNull())
    .addColumn("boot_mono_ms", "double precision", (column) => column.notNull())
    .addColumn("faults", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("detectors")
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("detector", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("status", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("detectors_pk", ["gateway", "detector"])
    .execute();
  await db.schema
    .createTable("records")
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("id", "text", (column) => column.notNull())
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("journal", "text")
    .addColumn("seq", "bigint")
    .addColumn("lane", "text", (column) => column.notNull())
    .addColumn("episode", "text", (column) => column.notNull())
    .addColumn("durable", "integer", (column) => column.notNull())
    .addColumn("late", "integer", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("received_at_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("records_pk", ["source", "id"])
    .execute();
  await db.schema
    .createTable("completeness")
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("journal", "text", (column) => column.notNull())
    .addColumn("received", "text", (column) => column.notNull())
    .addColumn("recorded", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("completeness_pk", ["gateway", "journal"])
    .execute();
  await db.schema
    .createTable("refusals")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("reason_zh", "text", (column) => column.notNull())
    .addColumn("reason_en", "text", (column) => column.notNull())
    .addColumn("topic", "text", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("times", "bigint", (column) => column.notNull())
    .addColumn("received_at_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("refusals_by_time")
    .on("refusals")
    .columns(["gateway", "received_at_ms"])
    .execute();
};

const createDeskTables = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("alarms")
    .addColumn("episode", "text", (column) => column.primaryKey())
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("gateway_episode", "text", (column) => column.notNull())
    .addColumn("detector", "text", (column) => column.notNull())
    .addColumn("condition", "text", (column) => column.notNull())
    .addColumn("alarm_class", "text", (column) => column.notNull())
    .addColumn("priority", "integer", (column) => column.notNull())
    .addColumn("on_desk", "integer", (column) => column.notNull())
    .addColumn("first_at_ms", "bigint", (column) => column.notNull())
    .addColumn("last_at_ms", "bigint", (column) => column.notNull())
    .addColumn("received_at_ms", "bigint", (column) => column.notNull())
    .addColumn("late", "integer", (column) => column.notNull())
    .addColumn("durable", "integer", (column) => column.notNull())
    .addColumn("memory", "text", (column) => column.notNull())
    .addColumn("notice", "text", (column) => column.notNull())
    .addUniqueConstraint("alarms_by_own_name", ["gateway_episode", "gateway"])
    .execute();
  await db.schema
    .createIndex("alarms_by_desk")
    .on("alarms")
    .columns(["on_desk", "gateway", "detector"])
    .execute();
  await db.schema
    .createIndex("alarms_by_time")
    .on("alarms")
    .columns(["received_at_ms", "episode"])
    .execute();
  await db.schema
    .createTable("cases")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("episode", "text", (column) =>
      column.notNull().unique().references("alarms.episode"),
    )
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("accepted_by", "text")
    .addColumn("accepted_at_ms", "bigint")
    .execute();
  await db.schema
    .createTable("stream_events")
    .addColumn("position", "bigint", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("ref", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("idempotency")
    .addColumn("actor", "text", (column) => column.notNull())
    .addColumn("key", "text", (column) => column.notNull())
    .addColumn("request", "text", (column) => column.notNull())
    .addColumn("outcome", "text", (column) => column.notNull())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("idempotency_pk", ["actor", "key"])
    .execute();
};

const createAccountTables = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("users")
    .addColumn("name", "text", (column) => column.primaryKey())
    .addColumn("password_hash", "text", (column) => column.notNull())
    .addColumn("must_change_password", "integer", (column) => column.notNull())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("sessions")
    .addColumn("token_hash", "text", (column) => column.primaryKey())
    .addColumn("user_name", "text", (column) => column.notNull().references("users.name"))
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .addColumn("seen_at_ms", "bigint", (column) => column.notNull())
    .addColumn("revoked", "integer", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("sessions_by_user")
    .on("sessions")
    .columns(["user_name", "source"])
    .execute();
  await db.schema
    .createTable("audit")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("actor", "text", (column) => column.notNull())
    .addColumn("action", "text", (column) => column.notNull())
    .addColumn("subject", "text", (column) => column.notNull())
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("detail", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("audit_by_time").on("audit").columns(["at_ms"]).execute();
};
