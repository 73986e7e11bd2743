import type { Grant } from "#domain/rights.ts";
import { inScope } from "../rights/scoped.ts";
import type { Reading } from "../store/open-store.ts";
import { grantsOf } from "./sessions.ts";

/** An account as administrators see it: nothing that would let them in. */
export interface AccountView {
  readonly name: string;
  /** Path of the area whose administrators keep it. */
  readonly area: string;
  readonly grants: readonly Grant[];
  readonly createdAtMs: number;
  readonly disabledAtMs?: number;
  readonly mustChangePassword: boolean;
  readonly secondFactor: boolean;
}

export const accountNamed = async (
  db: Reading,
  name: string,
  areas: readonly string[],
): Promise<AccountView | undefined> => {
  const row = await selectAccounts(db, areas).where("users.name", "=", name).executeTakeFirst();
  return row === undefined ? undefined : toView(db, row);
};

/** By name; `after` is the last name of the page before. */
export const accountPage = async (
  db: Reading,
  areas: readonly string[],
  page: { readonly after?: string; readonly limit: number },
): Promise<{ readonly items: readonly AccountView[]; readonly next?: string }> => {
  const { after, limit } = page;
  const rows = await selectAccounts(db, areas)
    .$if(after !== undefined, (query) => query.where("users.name", ">", after ?? ""))
    .orderBy("users.name")
    .limit(limit + 1)
    .execute();
  const items = await Promise.all(rows.slice(0, limit).map((row) => toView(db, row)));
  const next = rows.length > limit ? items.at(-1)?.name : undefined;
  return next === undefined ? { items } : { items, next };
};

const selectAccounts = (db: Reading, areas: readonly string[]) =>
  db
    .selectFrom("users")
    .leftJoin("second_factors", (join) =>
      join
        .onRef("second_factors.user_name", "=", "users.name")
        .on("second_factors.confirmed", "=", 1),
    )
    .select([
      "users.name",
      "users.area",
      "users.created_at_ms",
      "users.disabled_at_ms",
      "users.must_change_password",
      "second_factors.user_name as enrolled",
    ])
    .where(inScope("users.area", areas));

type AccountRow = Awaited<ReturnType<ReturnType<typeof selectAccounts>["execute"]>>[number];

const toView = async (db: Reading, row: AccountRow): Promise<AccountView> => ({
  name: row.name,
  area: row.area,
  grants: await grantsOf(db, row.name),
  createdAtMs: row.created_at_ms,
  ...(row.disabled_at_ms !== null && { disabledAtMs: row.disabled_at_ms }),
  mustChangePassword: row.must_change_password === 1,
  secondFactor: row.enrolled !== null,
});
