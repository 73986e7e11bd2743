import { sql } from "kysely";
import { isWithin } from "#domain/rights.ts";
import type { Reading } from "../store/open-store.ts";
import type { ReportPlace } from "./report.ts";

/** Where a report is, as far as the register knows. */
export interface FoundPlace {
  /** Path of its area. */
  readonly area: string;
  /** As people say it. */
  readonly place: string;
  readonly household?: string;
}

interface Row {
  readonly path: string;
  readonly place: string;
  readonly household: string | null;
}

/**
 * The most exact place that is named and registered: household, point, address word for word,
 * building, area. `undefined`: none of them, or outside `within` (a source speaks for its own area
 * only). An address that two homes have is no place. A link or a plate may still hang at the door of a
 * home that was retired: better that door than none.
 */
export const findPlace = async (
  db: Reading,
  place: ReportPlace,
  within: readonly string[],
): Promise<FoundPlace | undefined> => {
  const { household, point, address, building, area } = place;
  const anyHome = sql`select a.path, h.address as place, h.id as household from households h
    join buildings b on b.id = h.building join areas a on a.id = b.area where`;
  const home = sql`${anyHome} h.retired_at_ms is null and`;
  const questions = [
    household === undefined ? undefined : sql<Row>`${home} h.id = ${household}`,
    point === undefined
      ? undefined
      : sql<Row>`select a.path, coalesce(h.address, b.name || ' ' || p.place) as place, h.id as household
          from points p join buildings b on b.id = p.building join areas a on a.id = b.area
          left join households h on h.id = p.household where p.id = ${point}`,
    address === undefined ? undefined : sql<Row>`${home} h.address = ${address} limit 2`,
    building === undefined
      ? undefined
      : sql<Row>`select a.path, b.name as place, null as household from buildings b
          join areas a on a.id = b.area where b.retired_at_ms is null and b.id = ${building}`,
    area === undefined
      ? undefined
      : sql<Row>`select a.path, a.name_zh as place, null as household from areas a
          where a.retired_at_ms is null and a.id = ${area}`,
    household === undefined ? undefined : sql<Row>`${anyHome} h.id = ${household}`,
  ];
  for (const question of questions) {
    if (question === undefined) continue;
    const { rows } = await question.execute(db);
    const [found] = rows;
    if (found === undefined || rows.length > 1) continue;
    if (!within.some((path) => isWithin(found.path, path))) continue;
    return {
      area: found.path,
      place: found.household === null && address !== undefined ? address : found.place,
      ...(found.household !== null && { household: found.household }),
    };
  }
  return undefined;
};
