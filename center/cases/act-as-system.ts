import type { CaseAction } from "#domain/case-flow.ts";
import type { CheckedInput } from "#domain/case-input.ts";
import { decide, type Refusal } from "#domain/decide-case.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Writing } from "../store/open-store.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { applyStep } from "./apply-step.ts";
import { caseRow, caseRows, rowToCase } from "./case-rows.ts";
import { gatherFacts } from "./gather-facts.ts";

/** The center itself, as the flow knows it. */
export const system = { name: "system", roles: new Set(["system"] as const) };

/** A step the center takes by itself, under the same rules as everybody's. */
export const actAsSystem = async (
  tx: Writing,
  row: CaseRow,
  step: {
    readonly action: CaseAction;
    readonly input: CheckedInput;
    readonly channel: string;
    readonly nowMs: number;
  },
): Promise<Result<CaseRow, Refusal>> => {
  const { action, input, channel, nowMs } = step;
  const facts = await gatherFacts(tx, row, nowMs, input.target);
  const decided = decide(rowToCase(row), facts, { action, by: system, input, nowMs });
  if (!decided.ok) return err(decided.error);
  const { reason, ...detail } = input;
  const after = await applyStep(tx, row, decided.value, {
    name: system.name,
    human: false,
    channel,
    nowMs,
    detail,
    ...(reason !== undefined && { reason }),
  });
  if (action === "archive") await archiveMerged(tx, after, nowMs);
  return ok(after);
};

/** T25b: what was merged into an archived case goes with it. */
const archiveMerged = async (tx: Writing, target: CaseRow, nowMs: number): Promise<void> => {
  const merged = await tx
    .selectFrom("cases")
    .select("id")
    .where("merged_into", "=", target.id)
    .where("state", "=", "merged")
    .execute();
  for (const row of await caseRows(
    tx,
    merged.map(({ id }) => id),
  )) {
    await actAsSystem(tx, row, { action: "follow_target", input: {}, channel: "clock", nowMs });
    const followed = await caseRow(tx, row.id);
    if (followed !== undefined) await archiveMerged(tx, followed, nowMs);
  }
};
