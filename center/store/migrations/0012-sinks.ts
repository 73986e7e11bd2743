import { sql, type Kysely } from "kysely";

/** How far each time-series sink has come, and in what order hours of readings changed. */
export const sinks = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .alterTable("telemetry_hours")
    .addColumn("changed", "bigint", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable("telemetry_hours").addColumn("minutes_changed", "text").execute();
  // What is there already is numbered by age, so that a sink gets it in the order it happened.
  await sql`
    update telemetry_hours set changed = numbered.place
    from (
      select gateway, detector, gas, mark, hour_ms,
        row_number() over (order by hour_ms, gateway, detector, gas, mark) as place
      from telemetry_hours
    ) as numbered
    where telemetry_hours.gateway = numbered.gateway
      and telemetry_hours.detector = numbered.detector
      and telemetry_hours.gas = numbered.gas
      and telemetry_hours.mark = numbered.mark
      and telemetry_hours.hour_ms = numbered.hour_ms`.execute(db);
  await sql`
    update counters set value = (select coalesce(max(changed), 0) from telemetry_hours)
    where name = 'telemetry'`.execute(db);
  await db.schema
    .createIndex("telemetry_hours_by_change")
    .on("telemetry_hours")
    .column("changed")
    .execute();
  await db.schema
    .createTable("sink_cursors")
    .addColumn("sink", "text", (column) => column.primaryKey())
    .addColumn("readings", "bigint", (column) => column.notNull())
    .addColumn("events", "bigint", (column) => column.notNull())
    .addColumn("complete_at_ms", "bigint", (column) => column.notNull())
    .addColumn("holder", "text", (column) => column.notNull())
    .addColumn("held_until_ms", "bigint", (column) => column.notNull())
    .execute();
};
