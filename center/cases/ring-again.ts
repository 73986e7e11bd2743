import type { Writing } from "../store/open-store.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { ringText } from "./page-text.ts";
import { addPages } from "./pages.ts";

/** Whoever has signed or is on the way hears of a new alarm, a rising value, a second gas. */
export const ringAgain = async (
  tx: Writing,
  row: CaseRow,
  { deskIsTold, nowMs }: { readonly deskIsTold: boolean; readonly nowMs: number },
): Promise<void> => {
  const person = row.assignee ?? row.handler;
  if (deskIsTold && person === null) return;
  await addPages(tx, [
    {
      caseId: row.id,
      clock: "ring",
      atMs: nowMs,
      roles: deskIsTold ? [] : ["duty", "grid"],
      area: row.area_path,
      ...(person !== null && { person }),
      priority: row.priority,
      staged: row.drill === 1 || row.test === 1,
      text: ringText(row),
      channels: [],
    },
  ]);
};
