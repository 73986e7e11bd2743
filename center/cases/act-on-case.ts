import type { CaseActor } from "#domain/case.ts";
import type { CaseAction } from "#domain/case-flow.ts";
import type { ActInput, CheckedInput } from "#domain/case-input.ts";
import type { CaseView } from "#domain/case-view.ts";
import { decide, type CaseActing, type Refusal } from "#domain/decide-case.ts";
import { jobTakers, rolesOver, type Actor } from "#domain/rights.ts";
import { grantsOf } from "../accounts/sessions.ts";
import { areasWith } from "../rights/permissions.ts";
import { isInScope } from "../rights/scoped.ts";
import { audit } from "../store/audit.ts";
import type { Reading, Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { applyStep } from "./apply-step.ts";
import { caseRow, rowToCase } from "./case-rows.ts";
import { distanceM } from "./distance.ts";
import { gatherFacts } from "./gather-facts.ts";
import { toViews } from "./read-cases.ts";
import { resumeUrgent } from "./resume-urgent.ts";
import { syncTimers } from "./sync-timers.ts";
import { addEvents } from "./timeline.ts";

/** A person's wish to take one step of one case. */
export interface ActRequest {
  readonly caseId: string;
  /** The version of the case the person saw. */
  readonly version: number;
  readonly actor: Actor;
  readonly input: ActInput;
  /** Address it comes from. */
  readonly source: string;
  readonly nowMs: number;
}

export type ActOutcome =
  | { readonly kind: "done"; readonly case: CaseView }
  /** Somebody was first; `current` is how it stands. */
  | { readonly kind: "changed"; readonly current: CaseView }
  | { readonly kind: "refused"; readonly refusal: Refusal; readonly current: CaseView }
  /** There is none, or none in any area of this person. */
  | { readonly kind: "unknown" };

/** One step by one person, under the rules of the flow. Of any number at once exactly one wins. */
export const actOnCase = async (
  tx: Writing,
  action: CaseAction,
  request: ActRequest,
): Promise<ActOutcome> => {
  const { actor } = request;
  const nowMs = Math.floor(request.nowMs);
  const row = await caseRow(tx, request.caseId);
  if (row === undefined || !isInScope(row.area_path, areasWith(actor, "cases.read")))
    return { kind: "unknown" };
  if (row.version !== request.version) return { kind: "changed", current: await viewOf(tx, row) };

  const input = await checkInput(tx, row, request.input);
  const facts = await gatherFacts(tx, row, nowMs, input.target);
  const by = actingOn(actor, row);
  const decided = decide(rowToCase(row), facts, { action, by, input, nowMs });
  if (!decided.ok) {
    return { kind: "refused", refusal: decided.error, current: await viewOf(tx, row) };
  }
  const { reason, assigneeWorksHere: _checked, ...detail } = input;
  const after = await applyStep(tx, row, decided.value, {
    name: actor.name,
    human: true,
    channel: "console",
    nowMs,
    detail,
    ...(reason !== undefined && { reason }),
  });
  const { cause = input.reason ?? action } = input;
  const resumed = await resumeUrgent(tx, after, { reason: cause, nowMs });
  await auditCase(tx, request, row, action);
  return { kind: "done", case: await viewOf(tx, resumed) };
};

/** Progress that is no step: a word, a reading, a call that reached nobody. It restarts the update clock. */
export const noteOnCase = async (tx: Writing, request: ActRequest): Promise<ActOutcome> => {
  const { actor } = request;
  const nowMs = Math.floor(request.nowMs);
  const row = await caseRow(tx, request.caseId);
  if (row === undefined || !isInScope(row.area_path, areasWith(actor, "cases.read")))
    return { kind: "unknown" };
  const { reason: _reason, ...detail } = request.input;
  await addEvents(tx, [
    {
      caseId: row.id,
      atMs: nowMs,
      actor: actor.name,
      action: "note",
      channel: "console",
      detail,
      ...(detail.note !== undefined && { reason: detail.note }),
    },
  ]);
  const after: CaseRow = {
    ...row,
    touched_at_ms: nowMs,
    // A note can say that somebody is hurt; that nobody was is for the case's own steps.
    casualty: Math.max(row.casualty, Number(detail.casualty ?? false)),
  };
  await tx
    .updateTable("cases")
    .set({ touched_at_ms: nowMs, casualty: after.casualty })
    .where("id", "=", row.id)
    .execute();
  await syncTimers(tx, [after]);
  await noteChanges(tx, [{ kind: "case", ref: row.id }]);
  await auditCase(tx, request, row, "note");
  return { kind: "done", case: await viewOf(tx, after) };
};

/** The roles a person holds over a case. An administrator as such works on none. */
export const actingOn = (actor: Actor, row: Pick<CaseRow, "area_path">): CaseActing => ({
  name: actor.name,
  roles: new Set<CaseActor>(
    [...rolesOver(actor, row.area_path)].flatMap((role) => (role === "admin" ? [] : [role])),
  ),
});

const auditCase = (
  tx: Writing,
  request: ActRequest,
  { area_path: area }: CaseRow,
  step: string,
): Promise<void> =>
  audit(tx, {
    atMs: request.nowMs,
    actor: request.actor.name,
    action: "case",
    subject: request.caseId,
    area,
    source: request.source,
    detail: { step, version: request.version },
  });

/** What the center can find out about what was brought along. */
const checkInput = async (db: Reading, row: CaseRow, input: ActInput): Promise<CheckedInput> => {
  const { position, doorCode, assignee } = input;
  const home = position === undefined ? undefined : await homeOf(db, row);
  return {
    ...input,
    ...(doorCode !== undefined && {
      doorCodeFits: row.household !== null && doorCode === row.household,
    }),
    ...(position !== undefined && home !== undefined && { distanceM: distanceM(position, home) }),
    ...(assignee !== undefined && { assigneeWorksHere: await worksOver(db, assignee, row) }),
  };
};

/** Whether this is an account that lets somebody in, with a role that may take the job. */
const worksOver = async (db: Reading, name: string, row: CaseRow): Promise<boolean> => {
  const account = await db
    .selectFrom("users")
    .select("name")
    .where("name", "=", name)
    .where("disabled_at_ms", "is", null)
    .executeTakeFirst();
  if (account === undefined) return false;
  const held = rolesOver({ name, grants: await grantsOf(db, name) }, row.area_path);
  return jobTakers.some((role) => held.has(role));
};

const homeOf = async (
  db: Reading,
  row: CaseRow,
): Promise<{ readonly latitude: number; readonly longitude: number } | undefined> => {
  if (row.household === null) return undefined;
  const building = await db
    .selectFrom("households")
    .innerJoin("buildings", "buildings.id", "households.building")
    .select(["buildings.latitude", "buildings.longitude"])
    .where("households.id", "=", row.household)
    .executeTakeFirst();
  return building === undefined || building.latitude === null || building.longitude === null
    ? undefined
    : { latitude: building.latitude, longitude: building.longitude };
};

const viewOf = async (db: Reading, row: CaseRow): Promise<CaseView> => {
  const [view] = await toViews(db, [row]);
  if (view === undefined) throw new Error(`case ${row.id} has no view`);
  return view;
};
