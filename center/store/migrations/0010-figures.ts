import { sql, type Kysely } from "kysely";

/**
 * Alarms that stood for more than a day: few among millions, and figures of a month look for them.
 * The condition is written as `figures/standing.ts` asks, or the index is not used.
 */
export const figures = async (db: Kysely<unknown>): Promise<void> => {
  await sql`create index alarms_long on alarms (last_at_ms)
    where condition = 'returned' and last_at_ms - first_at_ms > 86400000`.execute(db);
};
