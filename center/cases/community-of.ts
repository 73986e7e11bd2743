import { sql } from "kysely";
import type { Reading } from "../store/open-store.ts";

/** Path of the community an area is or lies in; the area itself when it is larger, or unknown. */
export const communityOf = async (db: Reading, area: string): Promise<string> => {
  const row = await db
    .selectFrom("areas")
    .select("path")
    .where("kind", "=", "community")
    .where(sql<boolean>`substr(${area}, 1, length(areas.path)) = areas.path`)
    .executeTakeFirst();
  return row?.path ?? area;
};
