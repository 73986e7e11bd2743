import type { Kysely } from "kysely";

/** What was done to alarms, what is told of many homes at once, and what judges at each gateway. */
export const actionsStreet = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("actions")
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("id", "text", (column) => column.notNull())
    .addColumn("detector", "text", (column) => column.notNull())
    .addColumn("rule", "text", (column) => column.notNull())
    .addColumn("gateway_episode", "text")
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("action", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("actions_pk", ["gateway", "id"])
    .execute();
  await db.schema
    .createIndex("actions_by_detector")
    .on("actions")
    .columns(["detector", "gateway", "at_ms"])
    .execute();
  await db.schema
    .createTable("street_events")
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("id", "text", (column) => column.notNull())
    .addColumn("topic", "text", (column) => column.notNull())
    .addColumn("group_name", "text", (column) => column.notNull())
    .addColumn("notice", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("street_events_pk", ["gateway", "id"])
    .execute();
  await db.schema
    .createIndex("street_events_by_group")
    .on("street_events")
    .columns(["gateway", "topic", "group_name"])
    .execute();
  await db.schema.alterTable("gateways").addColumn("rules", "text").execute();
};
