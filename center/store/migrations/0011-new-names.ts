import type { Kysely } from "kysely";

/** Names that alarms had at gateways which have forgotten them since. */
export const newNames = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("episode_names")
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("gateway_episode", "text", (column) => column.notNull())
    .addColumn("episode", "text", (column) => column.notNull().references("alarms.episode"))
    .addPrimaryKeyConstraint("episode_names_pk", ["gateway", "gateway_episode"])
    .execute();
};
