import type { Kysely } from "kysely";
import { sql } from "kysely";

/**
 * What every batch of alarms asks for is found without looking at the rest: alarms of which
 * something was never written down, and detectors at which something stands. Both are few.
 */
export const intakeIndexes = async (db: Kysely<unknown>): Promise<void> => {
  await sql`create index alarms_unwritten on alarms (gateway, detector, episode)
    where durable = 0 and condition = 'active'`.execute(db);
  // Most cases are merged into none.
  await db.schema.dropIndex("cases_by_target").execute();
  await sql`create index cases_by_target on cases (merged_into)
    where merged_into is not null`.execute(db);
};
