import type { Writing } from "../store/open-store.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { ringText } from "./page-text.ts";
import { addPages, type NewPage } from "./pages.ts";

/** Whoever has signed or is on the way hears of a new alarm, a rising value, a second gas. */
export const ringAgain = async (
  tx: Writing,
  row: CaseRow,
  { deskIsTold, nowMs }: { readonly deskIsTold: boolean; readonly nowMs: number },
): Promise<void> => {
  if (deskIsTold && personOn(row) === null) return;
  await addPages(tx, [ringPage(row, deskIsTold ? [] : ["duty", "grid"], nowMs)]);
};

/** The same for many cases of which the desk is not told otherwise. */
export const ringAll = (tx: Writing, rows: readonly CaseRow[], nowMs: number): Promise<void> =>
  addPages(
    tx,
    rows.map((row) => ringPage(row, ["duty", "grid"], nowMs)),
  );

const personOn = ({ assignee, handler }: CaseRow): string | null => assignee ?? handler;

const ringPage = (row: CaseRow, roles: NewPage["roles"], nowMs: number): NewPage => {
  const person = personOn(row);
  return {
    caseId: row.id,
    clock: "ring",
    atMs: nowMs,
    roles,
    area: row.area_path,
    ...(person !== null && { person }),
    priority: row.priority,
    staged: row.drill === 1 || row.test === 1,
    text: ringText(row),
    channels: [],
  };
};
