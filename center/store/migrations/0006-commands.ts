import type { Kysely } from "kysely";

/** Commands to gateways and the key they are signed with. */
export const commands = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("commands")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("detector", "text", (column) => column.notNull())
    .addColumn("episode", "text")
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("by_name", "text", (column) => column.notNull())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("reason", "text")
    .addColumn("answered_at_ms", "bigint")
    .addColumn("tries", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("due_at_ms", "bigint", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createIndex("commands_waiting")
    .on("commands")
    .columns(["state", "due_at_ms"])
    .execute();
  await db.schema.createIndex("commands_by_episode").on("commands").column("episode").execute();
  await db.schema
    .createTable("signing_keys")
    .addColumn("name", "text", (column) => column.primaryKey())
    .addColumn("private_pem", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("actions_by_episode")
    .on("actions")
    .columns(["gateway_episode", "gateway"])
    .execute();
};
