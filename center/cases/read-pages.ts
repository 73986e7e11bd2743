import type { PageView } from "#domain/case-view.ts";
import { inLists } from "../store/chunks.ts";
import type { Reading } from "../store/open-store.ts";
import type { PageRow } from "../store/case-tables.ts";
import { priorityOf } from "./case-rows.ts";

/** The named pages; unknown names are left out. */
export const pagesNamed = async (
  db: Reading,
  ids: readonly string[],
): Promise<readonly PageView[]> => {
  const views: PageView[] = [];
  for (const chunk of inLists(ids.map(Number))) {
    const rows = await db.selectFrom("pages").selectAll().where("id", "in", chunk).execute();
    views.push(...rows.map((row) => rowToPage(row)));
  }
  return views;
};

/** Every page of one case, each channel by itself, oldest first. */
export const pagesOfCase = async (db: Reading, caseId: string): Promise<PageView[]> => {
  const rows = await db
    .selectFrom("pages")
    .selectAll()
    .where("case_id", "=", caseId)
    .orderBy("id")
    .execute();
  return rows.map((row) => rowToPage(row));
};

const states = ["queued", "sent", "delivered", "read", "failed"] as const;

/** `own`: what became of it with the person who asks. */
export const rowToPage = (
  row: PageRow,
  own: { readonly delivered_at_ms?: number | null; readonly read_at_ms?: number | null } = {},
): PageView => ({
  id: row.id,
  caseId: row.case_id,
  clock: row.clock,
  atMs: row.at_ms,
  channel: row.channel,
  roles: row.roles.trim() === "" ? [] : row.roles.trim().split(" "),
  area: row.area_path,
  priority: priorityOf(row.priority),
  staged: row.staged === 1,
  text: { zh: row.text_zh, en: row.text_en },
  state: states.find((known) => known === row.state) ?? "failed",
  ...(row.person !== null && { person: row.person }),
  ...(row.error !== null && { error: row.error }),
  ...(typeof own.delivered_at_ms === "number" && { deliveredAtMs: own.delivered_at_ms }),
  ...(typeof own.read_at_ms === "number" && { readAtMs: own.read_at_ms }),
});
