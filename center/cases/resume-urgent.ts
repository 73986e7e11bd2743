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
  { reason, nowMs }: { readonly reason: string; readonly nowMs: number },
): Promise<CaseRow> => {
  if (row.state !== "suspended" || (row.priority > 2 && row.family !== "danger")) return row;
  const resumed = await actAsSystem(tx, row, {
    action: "resume",
    input: { reason },
    channel: "center",
    nowMs,
  });
  return resumed.ok ? resumed.value : row;
};
