import { inLists } from "../store/chunks.ts";
import type { CaseRow } from "../store/case-tables.ts";
import type { Writing } from "../store/open-store.ts";
import { actAsSystem } from "./act-as-system.ts";
import { caseRows } from "./case-rows.ts";
import { ringAgain } from "./ring-again.ts";

/** What became of the alarms of a staged case that turned out to be real. */
export interface TurnedReal {
  readonly staged: CaseRow;
  /** The case they are worked on in now. */
  readonly real: string;
}

/**
 * T26b: a drill's or a test's case that has no alarm left has nothing more to ask of anybody. It ends,
 * and whoever was working on it is told of the real one. Reports that were put into it are people's,
 * and so is a case that holds one.
 */
export const endStaged = async (
  tx: Writing,
  all: readonly TurnedReal[],
  nowMs: number,
): Promise<void> => {
  const rows = await caseRows(
    tx,
    all.map(({ staged }) => staged.id),
  );
  const reported = await withReports(tx, rows);
  for (const row of rows) {
    if (reported.has(row.id)) continue;
    const real = all.findLast(({ staged }) => staged.id === row.id)?.real ?? "";
    const text = {
      zh: `报警已证实为真,转入 ${real} 办理`,
      en: `its alarms turned out to be real and are worked on in ${real}`,
    };
    const ended = await actAsSystem(tx, row, {
      action: "void",
      input: { reason: text.zh },
      text,
      channel: "center",
      nowMs,
    });
    if (!ended.ok) continue; // an alarm is left in it
    const [after] = await caseRows(tx, [real]);
    if (after === undefined) throw new Error(`case ${real} vanished`);
    const { assignee, handler } = row;
    await ringAgain(tx, { ...after, assignee, handler }, { deskIsTold: true, nowMs });
  }
};

/** Those into which something was put that no gateway has told. */
const withReports = async (
  tx: Writing,
  rows: readonly CaseRow[],
): Promise<ReadonlySet<string | null>> => {
  const found = new Set<string | null>();
  for (const chunk of inLists(rows.map(({ id }) => id))) {
    const merged = await tx
      .selectFrom("cases")
      .select("merged_into")
      .where("merged_into", "in", chunk)
      .where("source", "!=", "gateway")
      .execute();
    for (const { merged_into } of merged) found.add(merged_into);
  }
  return found;
};
