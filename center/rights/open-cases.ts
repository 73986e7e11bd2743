/** Urgent cases that are not over, at a household: the reason to see who lives there. */
import type { Reading } from "../store/open-store.ts";

/** P1 and P2. Source: people.md §3.3, reveal on the owner's active P1 or P2. */
const urgentMax = 2;

const selectOpen = (db: Reading, household: string) =>
  db
    .selectFrom("cases")
    .select("id")
    .where("household", "=", household)
    .where("priority", "<=", urgentMax)
    .where("is_open", "=", 1)
    .orderBy("id");

/**
 * The urgent case at the household that is this user's: signed for, sent out with, or dealt with.
 * Not a rehearsed one: a drill needs nobody's telephone, and anybody could stage one to see it.
 */
export const ownCaseAt = async (
  db: Reading,
  of: { readonly household: string; readonly user: string },
): Promise<string | undefined> => {
  const row = await selectOpen(db, of.household)
    .where("drill", "=", 0)
    .where("test", "=", 0)
    .where((eb) =>
      eb.or([
        eb("signed_by", "=", of.user),
        eb("assignee", "=", of.user),
        eb("handler", "=", of.user),
      ]),
    )
    .executeTakeFirst();
  return row?.id;
};

/** Any urgent case at the household: while it is open nobody there is forgotten. */
export const urgentCaseAt = async (db: Reading, household: string): Promise<string | undefined> =>
  (await selectOpen(db, household).executeTakeFirst())?.id;
