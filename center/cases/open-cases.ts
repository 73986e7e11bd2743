import { inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { caseKey } from "./home-key.ts";

/** Within this time a new alarm in a home counts as the old trouble come back. Source: `people.md` §5. */
const recurrenceWithinMs = 7 * 24 * 3_600_000;

/** A home and what joins the same case there. */
export type HomeFamily = Pick<CaseRow, "home" | "family">;

/** Cases under way in these homes, the oldest of each kind, by `caseKey`. */
export const openCasesAt = async (
  tx: Writing,
  places: readonly HomeFamily[],
): Promise<ReadonlyMap<string, CaseRow>> => {
  const found = new Map<string, CaseRow>();
  const families = familiesOf(places);
  for (const chunk of inLists(homesOf(places))) {
    const rows = await tx
      .selectFrom("cases")
      .selectAll()
      .where("home", "in", chunk)
      // With the family the index of homes is the best; without it SQLite reads every open case.
      .where("family", "in", families)
      .where("is_open", "=", 1)
      // What waits for a part says nothing about a new alarm.
      .where("state", "!=", "suspended")
      .orderBy("created_at_ms", "desc")
      .orderBy("id", "desc")
      .execute();
    for (const row of rows) found.set(keyOfRow(row), row);
  }
  return found;
};

/** The newest case of each kind that was closed lately in these homes, by `caseKey`. */
export const recentlyClosedAt = async (
  tx: Writing,
  places: readonly HomeFamily[],
  nowMs: number,
): Promise<ReadonlyMap<string, CaseRow>> => {
  const found = new Map<string, CaseRow>();
  const families = familiesOf(places);
  for (const chunk of inLists(homesOf(places))) {
    const rows = await tx
      .selectFrom("cases")
      .selectAll()
      .where("home", "in", chunk)
      .where("family", "in", families)
      .where("is_open", "=", 0)
      .where("state", "=", "closed")
      .where("entered_at_ms", ">=", Math.floor(nowMs) - recurrenceWithinMs)
      .orderBy("entered_at_ms")
      .execute();
    for (const row of rows) found.set(keyOfRow(row), row);
  }
  return found;
};

const keyOfRow = ({ home, family, drill }: CaseRow): string => caseKey(home, family, drill === 1);

const homesOf = (places: readonly HomeFamily[]): readonly string[] => [
  ...new Set(places.map(({ home }) => home)),
];

/** A dozen at most: `danger`, `test`, and the other alarm classes. */
const familiesOf = (places: readonly HomeFamily[]): readonly string[] => [
  ...new Set(places.map(({ family }) => family)),
];
