import type { CaseAction } from "#domain/case-flow.ts";
import type { CheckedInput } from "#domain/case-input.ts";
import { decide, type Refusal } from "#domain/decide-case.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Writing } from "../store/open-store.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { applySteps, type StepMaker } from "./apply-step.ts";
import { caseRow, caseRows, rowToCase } from "./case-rows.ts";
import { gatherFactsOf } from "./gather-facts.ts";

/** The center itself, as the flow knows it. */
export const system = { name: "system", roles: new Set(["system"] as const) };

/** A step the center takes by itself, with its reason. */
export interface SystemStep {
  readonly action: CaseAction;
  readonly input: CheckedInput;
  /** Why, as people read it; the input has it in Chinese where the flow asks for it. */
  readonly text?: Bilingual;
  readonly channel: string;
  readonly nowMs: number;
}

/** Under the same rules as everybody's. */
export const actAsSystem = async (
  tx: Writing,
  row: CaseRow,
  step: SystemStep,
): Promise<Result<CaseRow, Refusal>> => {
  const [taken] = await actTogether(tx, [{ row, step }], step.nowMs);
  if (taken === undefined) throw new Error(`no answer for case ${row.id}`);
  return taken;
};

/** One step of each of these cases, in a few statements for all; answers in their order. */
export const actTogether = async (
  tx: Writing,
  wishes: readonly { readonly row: CaseRow; readonly step: SystemStep }[],
  nowMs: number,
): Promise<readonly Result<CaseRow, Refusal>[]> => {
  const facts = await gatherFactsOf(
    tx,
    wishes.map(({ row, step: { input } }) => ({
      row,
      ...(input.target !== undefined && { target: input.target }),
    })),
    nowMs,
  );
  const decided = wishes.map(({ row, step: { action, input } }, index) => {
    const known = facts[index];
    if (known === undefined) throw new Error(`no facts of case ${row.id}`);
    return decide(rowToCase(row), known, { action, by: system, input, nowMs });
  });
  const allowed = wishes.flatMap((wish, index) => {
    const one = decided[index];
    return one?.ok === true ? [{ ...wish, decision: one.value }] : [];
  });
  const after = await applySteps(
    tx,
    allowed.map(({ row, step, decision }) => ({ row, step: decision, maker: makerOf(step) })),
  );
  for (const [index, { step }] of allowed.entries()) {
    const row = after[index];
    if (step.action === "archive" && row !== undefined) await archiveMerged(tx, row, nowMs);
  }
  const rowById = new Map(after.map((row) => [row.id, row]));
  return decided.map((one, index) => {
    const row = rowById.get(wishes[index]?.row.id ?? "");
    if (!one.ok) return err(one.error);
    if (row === undefined) throw new Error("a step was allowed and not taken");
    return ok(row);
  });
};

const makerOf = ({ input, text, channel, nowMs }: SystemStep): StepMaker => {
  const { reason, ...detail } = input;
  return {
    name: system.name,
    human: false,
    channel,
    nowMs,
    detail,
    ...(reason !== undefined && { reason }),
    ...(text && { text }),
  };
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
