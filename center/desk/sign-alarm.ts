import type { DeskAlarm } from "#domain/desk.ts";
import { rowsFor } from "#domain/case-flow.ts";
import { decide } from "#domain/decide-case.ts";
import type { Bilingual } from "#domain/result.ts";
import { rolesOver, type Actor, type Role } from "#domain/rights.ts";
import { applyStep, countUnsigned, signMembers } from "../cases/apply-step.ts";
import { caseRow, rowToCase } from "../cases/case-rows.ts";
import { gatherFacts } from "../cases/gather-facts.ts";
import { syncTimers } from "../cases/sync-timers.ts";
import { addEvents } from "../cases/timeline.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { audit } from "../store/audit.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import { alarmsNamed } from "./read-alarms.ts";

export { once } from "../store/once.ts";

/** A person's wish to own one alarm. */
export interface SignRequest {
  readonly episode: string;
  /** The version of the signature the person saw. */
  readonly version: number;
  readonly actor: Actor;
  /** Address the person's page comes from. */
  readonly source: string;
  readonly nowMs: number;
}

export type SignOutcome =
  | { readonly kind: "signed"; readonly alarm: DeskAlarm }
  /** Somebody was first; `current` says who. */
  | { readonly kind: "taken"; readonly current: DeskAlarm }
  | { readonly kind: "changed"; readonly current: DeskAlarm }
  /** Not for this person to sign. */
  | { readonly kind: "refused"; readonly why: Bilingual }
  | { readonly kind: "unknown" };

/**
 * 签收: "I own it". It neither silences nor clears the alarm. Of any number of people at once
 * exactly one wins; the others learn who did. The first signature is the case's accept (T02); an
 * alarm that joined it later, or that went out by itself (T03), is signed for without another step.
 */
export const signAlarm = async (tx: Writing, request: SignRequest): Promise<SignOutcome> => {
  const { episode, actor, nowMs } = request;
  const [current] = await alarmsNamed(tx, [episode]);
  if (current === undefined) return { kind: "unknown" };
  const row = await caseRow(tx, current.case.id);
  if (row === undefined) return { kind: "unknown" };
  const roles = rolesOver(actor, row.area_path);
  if (!maySign(actor, row.area_path)) return { kind: "refused", why: notForYou };
  if (current.case.state !== "reported") return { kind: "taken", current };
  if (current.case.version !== request.version) return { kind: "changed", current };

  await signOne(tx, row, { name: actor.name, roles, channel: "console", nowMs, episode });
  await audit(tx, {
    atMs: nowMs,
    actor: actor.name,
    action: "sign",
    subject: episode,
    area: row.area_path,
    source: request.source,
    detail: { case: row.id, version: request.version },
  });
  const [alarm] = await alarmsNamed(tx, [episode]);
  if (alarm === undefined) throw new Error(`alarm ${episode} vanished while signing`);
  return { kind: "signed", alarm };
};

/** Whoever may sign for the case may sign for an alarm of it. */
const signers = [...new Set(rowsFor("accept").flatMap(({ actors }) => actors))].flatMap((actor) =>
  actor === "system" || actor === "resident" ? [] : [actor],
);

export const maySign = (actor: Actor, areaPath: string): boolean => {
  const roles = rolesOver(actor, areaPath);
  return signers.some((role) => roles.has(role));
};

/** Somebody who signs for one alarm of a case, and from where. */
export interface OneSignature {
  readonly name: string;
  readonly roles: ReadonlySet<Role>;
  /** `console`, or `gateway` for its own board. */
  readonly channel: string;
  readonly nowMs: number;
  readonly episode: string;
}

/** Writes a signature that nobody gave before: the case's accept where that is its next step. */
export const signOne = async (
  tx: Writing,
  row: CaseRow,
  { name, roles, channel, nowMs: exactMs, episode }: OneSignature,
): Promise<void> => {
  const nowMs = Math.floor(exactMs);
  const by = {
    name,
    roles: new Set([...roles].flatMap((role) => (role === "admin" ? [] : [role]))),
  };
  const facts = await gatherFacts(tx, row, nowMs);
  const decided = decide(rowToCase(row), facts, { action: "accept", by, input: {}, nowMs });
  if (decided.ok) {
    await applyStep(tx, row, decided.value, {
      name,
      human: true,
      channel,
      nowMs,
      onlyEpisode: episode,
    });
    return;
  }
  // What was held back, or belongs to a case that has ended, is signed for all the same.
  await signMembers(tx, row.id, { name, channel, nowMs, onlyEpisode: episode });
  if ((await countUnsigned(tx, row.id)) === 0) {
    await tx
      .updateTable("cases")
      .set({ unsigned_since_ms: null })
      .where("id", "=", row.id)
      .execute();
    await syncTimers(tx, [{ ...row, unsigned_since_ms: null }]);
  }
  await addEvents(tx, [
    {
      caseId: row.id,
      atMs: nowMs,
      actor: name,
      action: "accept",
      channel,
      detail: { episodes: [episode] },
    },
  ]);
  await noteChanges(tx, [
    { kind: "alarm", ref: episode },
    { kind: "case", ref: row.id },
  ]);
};

const notForYou: Bilingual = {
  zh: "您没有此处的值守权限,不能签收。请由该社区值守、网格员、街道或区值班签收",
  en: "you hold no duty over this place; its community desk, grid worker, street or district signs",
};
