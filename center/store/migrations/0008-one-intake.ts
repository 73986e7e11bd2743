import type { Kysely } from "kysely";

/** Imports that can be taken back, and reports from residents, staff and other systems. */
export const oneIntake = async (db: Kysely<unknown>): Promise<void> => {
  await createImports(db);
  await createIntake(db);
  await createDeletions(db);
};

const createImports = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("imports")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("file_name", "text", (column) => column.notNull())
    .addColumn("file_sha256", "text", (column) => column.notNull())
    .addColumn("area_path", "text", (column) => column.notNull())
    .addColumn("rows", "integer", (column) => column.notNull())
    .addColumn("created_by", "text", (column) => column.notNull())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .addColumn("undone_by", "text")
    .addColumn("undone_at_ms", "bigint")
    .execute();
  await db.schema
    .createTable("import_items")
    .addColumn("import", "text", (column) => column.notNull().references("imports.id"))
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("ref", "text", (column) => column.notNull())
    .addColumn("before", "text")
    .addPrimaryKeyConstraint("import_items_pk", ["import", "kind", "ref"])
    .execute();
};

const createIntake = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("intake_sources")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("name_zh", "text", (column) => column.notNull())
    .addColumn("name_en", "text", (column) => column.notNull())
    .addColumn("area_path", "text", (column) => column.notNull())
    .addColumn("key_number", "integer", (column) => column.notNull())
    .addColumn("key_overlap_until_ms", "bigint", (column) => column.notNull())
    .addColumn("disabled_at_ms", "bigint")
    .addColumn("created_by", "text", (column) => column.notNull())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("intake_nonces")
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("nonce", "text", (column) => column.notNull())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("intake_nonces_pk", ["source", "nonce"])
    .execute();
  await db.schema
    .createTable("intake_events")
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("id", "text", (column) => column.notNull())
    .addColumn("body_sha256", "text", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("received_at_ms", "bigint", (column) => column.notNull())
    .addColumn("area_path", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("reason_zh", "text")
    .addColumn("reason_en", "text")
    .addColumn("case_id", "text")
    .addColumn("merged_into", "text")
    .addColumn("settled_by", "text")
    .addPrimaryKeyConstraint("intake_events_pk", ["source", "id"])
    .execute();
  await db.schema
    .createIndex("intake_events_by_state")
    .on("intake_events")
    .columns(["state", "received_at_ms"])
    .execute();
  await db.schema
    .createTable("intake_secret")
    .addColumn("only", "text", (column) => column.primaryKey())
    .addColumn("fingerprint", "text", (column) => column.notNull())
    .execute();
};

const createDeletions = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("evidence_deletions")
    .addColumn("evidence_id", "text", (column) => column.primaryKey())
    .addColumn("asked_by", "text", (column) => column.notNull())
    .addColumn("asked_role", "text", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("asked_at_ms", "bigint", (column) => column.notNull())
    .addColumn("agreed_by", "text")
    .addColumn("agreed_at_ms", "bigint")
    .execute();
};
