import { sql, type Kysely } from "kysely";

/**
 * A signature given at a gateway's board may be dated by a clock that was wrong. Who signed first is
 * compared by that clock's own word, on both sides alike; people and figures see a time that can be
 * right.
 */
export const boardSignatures = async (db: Kysely<unknown>): Promise<void> => {
  const table = db.schema.alterTable("case_alarms");
  await table.addColumn("signed_word_ms", "bigint").execute();
  await table
    .addColumn("signed_estimated", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`create index case_alarms_estimated on case_alarms (episode)
    where signed_estimated = 1`.execute(db);
  // Kept since before: what no clock of ours can have said counts from when the center had its word.
  await sql`update case_alarms set signed_word_ms = signed_at_ms, signed_estimated = 1,
      signed_at_ms = coalesce((select max(at_ms) from audit
        where action = 'sign' and subject = case_alarms.episode), joined_at_ms)
    where signed_at_ms < ${firstDayMs} and joined_at_ms >= ${firstDayMs}`.execute(db);
};

/** 2020-01-01: no center is older. */
const firstDayMs = 1_577_836_800_000;
