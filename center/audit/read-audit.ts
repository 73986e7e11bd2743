import { inScope } from "../rights/scoped.ts";
import type { Reading } from "../store/open-store.ts";

/** One thing somebody did or saw. */
export interface AuditView {
  readonly seq: number;
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly area: string;
  readonly source: string;
  readonly detail: string;
}

/** Newest first, of things within `areas`; `before` is the last number of the page before. */
export const auditPage = async (
  db: Reading,
  areas: readonly string[],
  page: {
    readonly before?: number;
    readonly limit: number;
    readonly actor?: string | undefined;
    readonly subject?: string | undefined;
    readonly action?: string | undefined;
  },
): Promise<{ readonly items: readonly AuditView[]; readonly next?: number }> => {
  let query = db
    .selectFrom("audit")
    .select(["seq", "at_ms as atMs", "actor", "action", "subject", "area", "source", "detail"])
    .where(inScope("audit.area", areas));
  if (page.before !== undefined) query = query.where("seq", "<", page.before);
  for (const column of ["actor", "subject", "action"] as const) {
    const only = page[column];
    if (only !== undefined) query = query.where(column, "=", only);
  }
  const rows = await query
    .orderBy("seq", "desc")
    .limit(page.limit + 1)
    .execute();
  const items = rows.slice(0, page.limit);
  const next = rows.length > page.limit ? items.at(-1)?.seq : undefined;
  return next === undefined ? { items } : { items, next };
};
