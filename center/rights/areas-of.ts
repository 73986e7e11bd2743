/** Where things are, by their names, for what is told live. */
import { sql } from "kysely";
import { inLists } from "../store/chunks.ts";
import type { Reading } from "../store/open-store.ts";

/** Paths of alarms by episode. */
export const areasOfAlarms = async (
  db: Reading,
  episodes: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for (const chunk of inLists(episodes)) {
    const rows = await db
      .selectFrom("alarms")
      .select(["episode", "area_path"])
      .where("episode", "in", chunk)
      .execute();
    for (const row of rows) found.set(row.episode, row.area_path);
  }
  return found;
};

/** Paths of gateways by id; one that nobody has placed belongs to everything. */
export const areasOfGateways = async (db: Reading): Promise<ReadonlyMap<string, string>> => {
  const rows = await db
    .selectFrom("gateways")
    .select(["gateways.id", pathOfGateway("gateways.id").as("path")])
    .execute();
  return new Map(rows.map(({ id, path }) => [id, path]));
};

/** The path of the area of a gateway, by a column that holds its id. */
export const pathOfGateway = (id: string) =>
  sql<string>`coalesce((select areas.path from gateway_areas
    inner join areas on areas.id = gateway_areas.area
    where gateway_areas.gateway = ${sql.ref(id)}), '/')`;
