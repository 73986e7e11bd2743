import type { Bilingual } from "#domain/result.ts";
import type { Writing } from "../store/open-store.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { actAsSystem } from "./act-as-system.ts";

/**
 * A suspended case waits, and none of its clocks asks anybody: what has become urgent, or is gas or
 * CO, does not wait. Answers the case as it then stands.
 */
export const resumeUrgent = async (
  tx: Writing,
  row: CaseRow,
  why: { readonly reason: string; readonly text?: Bilingual; readonly nowMs: number },
): Promise<CaseRow> => {
  if (row.state !== "suspended" || (row.priority > 2 && row.family !== "danger")) return row;
  const resumed = await actAsSystem(tx, row, {
    action: "resume",
    input: { reason: why.reason },
    ...(why.text && { text: why.text }),
    channel: "center",
    nowMs: why.nowMs,
  });
  return resumed.ok ? resumed.value : row;
};
