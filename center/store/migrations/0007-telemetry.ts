import { sql, type CreateTableBuilder, type Kysely } from "kysely";

/** Measured values, rolled up by hour (with its minutes) and by day. */
export const telemetry = async (db: Kysely<unknown>): Promise<void> => {
  const curve = ["gateway", "detector", "gas", "mark"] as const;
  await withCurve(db.schema.createTable("telemetry_series"))
    .addColumn("silence_ms", "bigint", (column) => column.notNull())
    .addColumn("lel_percent_volume", "double precision")
    .addPrimaryKeyConstraint("telemetry_series_pk", [...curve])
    .execute();
  await withRollUp(withCurve(db.schema.createTable("telemetry_hours")))
    .addColumn("hour_ms", "bigint", (column) => column.notNull())
    .addColumn("minutes", "text")
    .addPrimaryKeyConstraint("telemetry_hours_pk", [...curve, "hour_ms"])
    .execute();
  // For housekeeping: minutes grow old long before hours do.
  await db.schema
    .createIndex("telemetry_hours_by_age")
    .on("telemetry_hours")
    .column("hour_ms")
    .execute();
  await withRollUp(withCurve(db.schema.createTable("telemetry_days")))
    .addColumn("day_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("telemetry_days_pk", [...curve, "day_ms"])
    .execute();
  await db.schema
    .createTable("telemetry_received")
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("received", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("telemetry_received_pk", ["gateway", "store"])
    .execute();
  await db.schema
    .createTable("telemetry_losses")
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("day_ms", "bigint", (column) => column.notNull())
    .addColumn("from_ms", "bigint", (column) => column.notNull())
    .addColumn("to_ms", "bigint", (column) => column.notNull())
    .addColumn("readings", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("telemetry_losses_pk", ["gateway", "store", "reason", "day_ms"])
    .execute();
  // The lock of those who write telemetry: one of its own, so that alarms never wait for it.
  await sql`insert into counters (name, value) values ('telemetry', 0)`.execute(db);
};

const withCurve = <Table extends string, Columns extends string>(
  table: CreateTableBuilder<Table, Columns>,
) =>
  table
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("detector", "text", (column) => column.notNull())
    .addColumn("gas", "text", (column) => column.notNull())
    .addColumn("mark", "text", (column) => column.notNull());

const withRollUp = <Table extends string, Columns extends string>(
  table: CreateTableBuilder<Table, Columns>,
) =>
  table
    .addColumn("readings", "bigint", (column) => column.notNull())
    .addColumn("lowest", "bigint")
    .addColumn("highest", "bigint")
    .addColumn("total", "bigint", (column) => column.notNull())
    .addColumn("first_ms", "bigint", (column) => column.notNull())
    .addColumn("last_ms", "bigint", (column) => column.notNull())
    .addColumn("qualities", "text", (column) => column.notNull());
