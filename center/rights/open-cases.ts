/** Urgent cases that are not over, at a household: the reason to see who lives there. */
import type { Reading } from "../store/open-store.ts";

/** P1 and P2. Source: people.md §3.3, reveal on the owner's active P1 or P2. */
const urgentMax = 2;
const overStates = ["closed", "archived", "voided", "merged"];

const selectOpen = (db: Reading, household: string) =>
  db
    .selectFrom("cases")
    .innerJoin("alarms", "alarms.episode", "cases.episode")
    .innerJoin("installations", (join) =>
      join
        .onRef("installations.gateway", "=", "alarms.gateway")
        .onRef("installations.detector", "=", "alarms.detector")
        .on("installations.removed_at_ms", "is", null),
    )
    .innerJoin("points", "points.id", "installations.point")
    .select("cases.id")
    .where("points.household", "=", household)
    .where("alarms.priority", "<=", urgentMax)
    .where("cases.state", "not in", overStates);

/** The urgent case at the household that is this user's to handle. */
export const ownCaseAt = async (
  db: Reading,
  of: { readonly household: string; readonly user: string },
): Promise<string | undefined> => {
  const row = await selectOpen(db, of.household)
    .where("cases.accepted_by", "=", of.user)
    .executeTakeFirst();
  return row?.id;
};

/** Any urgent case at the household: while it is open nobody there is forgotten. */
export const urgentCaseAt = async (db: Reading, household: string): Promise<string | undefined> =>
  (await selectOpen(db, household).executeTakeFirst())?.id;
