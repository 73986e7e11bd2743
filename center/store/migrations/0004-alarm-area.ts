import type { Kysely } from "kysely";

/** Where an alarm is, kept with it: the scope of who may see it. */
export const alarmArea = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .alterTable("alarms")
    .addColumn("area_path", "text", (column) => column.notNull().defaultTo("/"))
    .execute();
};
