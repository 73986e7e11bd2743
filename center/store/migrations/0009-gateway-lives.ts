import type { Kysely } from "kysely";

/**
 * Which lives of a gateway there were, whose picture of a detector is known, and which alarms stand
 * only because of it.
 */
export const gatewayLives = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("gateway_lives")
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("boot", "text", (column) => column.notNull())
    .addColumn("journal", "text", (column) => column.notNull())
    .addColumn("place", "bigint", (column) => column.notNull())
    .addColumn("mono_ms", "bigint", (column) => column.notNull())
    .addColumn("first_heard_at_ms", "bigint", (column) => column.notNull())
    .addColumn("heard_at_ms", "bigint", (column) => column.notNull())
    .addColumn("boot_offset_ms", "bigint")
    .addPrimaryKeyConstraint("gateway_lives_pk", ["gateway", "boot", "journal"])
    .execute();
  await db.schema
    .createTable("reopened")
    .addColumn("episode", "text", (column) => column.primaryKey())
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("detector", "text", (column) => column.notNull())
    .addColumn("since_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("journal_renewals")
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("journal", "text", (column) => column.notNull())
    .addColumn("goes_on_as", "text", (column) => column.notNull())
    .addColumn("from_seq", "bigint", (column) => column.notNull())
    .addColumn("to_seq", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("journal_renewals_pk", ["gateway", "journal"])
    .execute();
  const text = (table: string, name: string) =>
    db.schema.alterTable(table).addColumn(name, "text").execute();
  const whole = (table: string, name: string) =>
    db.schema.alterTable(table).addColumn(name, "bigint").execute();
  await text("detectors", "boot");
  await whole("detectors", "mono_ms");
  await whole("detectors", "standing");
  await whole("completeness", "first");
  await text("gateways", "journal");
  await whole("gateways", "rival_at_ms");
  await whole("gateways", "clock_offset_ms");
};
