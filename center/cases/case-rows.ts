import type { Priority } from "#domain/alarm.ts";
import type { Case, CaseKind, CaseSource, Conclusion } from "#domain/case.ts";
import { caseLevels, caseStates, isOpen } from "#domain/case.ts";
import type { CasePatch } from "#domain/decide-case.ts";
import type { Updateable } from "kysely";
import { inLists } from "../store/chunks.ts";
import type { Reading } from "../store/open-store.ts";
import type { CaseRow } from "../store/case-tables.ts";

/** A row as the rules of the flow see it. */
export const rowToCase = (row: CaseRow): Case => ({
  id: row.id,
  state: wordIn(caseStates, row.state),
  version: row.version,
  priority: priorityOf(row.priority),
  peakPriority: priorityOf(row.peak_priority),
  level: wordIn(caseLevels, row.level),
  // Both written by us alone, from values of these types.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  kind: row.kind as CaseKind,
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  source: row.source as CaseSource,
  drill: row.drill === 1,
  test: row.test === 1,
  home: row.home,
  area: row.area_path,
  pendingUpper: row.pending_upper === 1,
  extended: row.extended === 1,
  casualty: row.casualty === 1,
  createdAtMs: row.created_at_ms,
  enteredAtMs: row.entered_at_ms,
  roundAtMs: row.round_at_ms,
  ...present({
    group: row.group_name,
    assignee: row.assignee,
    team: row.team,
    handler: row.handler,
    signedBy: row.signed_by,
    signedAtMs: row.signed_at_ms,
    mergedInto: row.merged_into,
    recurrenceOf: row.recurrence_of,
    suspendedUntilMs: row.suspended_until_ms,
    dueAtMs: row.due_at_ms,
    // Written by us alone, as the two above.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    conclusion: row.conclusion as Conclusion | null,
  }),
});

/** Without what is null. */
export const present = <Values extends object>(
  values: Values,
): { readonly [Key in keyof Values]?: NonNullable<Values[Key]> } =>
  // The filter takes what is null away; the type of fromEntries does not say so.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as {
    readonly [Key in keyof Values]?: NonNullable<Values[Key]>;
  };

const wordIn = <Word extends string>(words: readonly Word[], text: string): Word => {
  const word = words.find((known) => known === text);
  if (word === undefined) throw new Error(`the cases table holds an unknown word: ${text}`);
  return word;
};

export const priorityOf = (value: number): Priority => {
  if (value === 1 || value === 2 || value === 3 || value === 4) return value;
  throw new Error(`no priority: ${value}`);
};

/** A change of a case as columns. */
export const patchToRow = (patch: CasePatch, nowMs: number): Updateable<CaseRow> => ({
  ...(patch.state !== undefined && {
    state: patch.state,
    is_open: Number(isOpen(patch.state)),
  }),
  ...(patch.priority !== undefined && { priority: patch.priority }),
  ...(patch.peakPriority !== undefined && { peak_priority: patch.peakPriority }),
  ...(patch.level !== undefined && { level: patch.level }),
  ...(patch.assignee !== undefined && { assignee: patch.assignee }),
  ...(patch.team !== undefined && { team: patch.team }),
  ...(patch.handler !== undefined && { handler: patch.handler }),
  ...(patch.conclusion !== undefined && { conclusion: patch.conclusion }),
  ...(patch.pendingUpper !== undefined && {
    pending_upper: Number(patch.pendingUpper),
    upper_since_ms: patch.pendingUpper ? nowMs : null,
  }),
  ...(patch.extended !== undefined && { extended: Number(patch.extended) }),
  ...(patch.casualty !== undefined && { casualty: Number(patch.casualty) }),
  ...(patch.mergedInto !== undefined && { merged_into: patch.mergedInto }),
  ...(patch.suspendedUntilMs !== undefined && { suspended_until_ms: patch.suspendedUntilMs }),
  ...(patch.dueAtMs !== undefined && { due_at_ms: patch.dueAtMs }),
  ...(patch.enteredAtMs !== undefined && { entered_at_ms: patch.enteredAtMs }),
  ...(patch.roundAtMs !== undefined && { round_at_ms: patch.roundAtMs }),
});

export const caseRow = (db: Reading, id: string): Promise<CaseRow | undefined> =>
  db.selectFrom("cases").selectAll().where("id", "=", id).executeTakeFirst();

export const caseRows = async (
  db: Reading,
  ids: readonly string[],
): Promise<readonly CaseRow[]> => {
  const rows: CaseRow[] = [];
  for (const chunk of inLists([...new Set(ids)])) {
    rows.push(...(await db.selectFrom("cases").selectAll().where("id", "in", chunk).execute()));
  }
  return rows;
};
