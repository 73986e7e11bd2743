/** Photos, voice and film of cases: rows here, files by hash beside the database. */
import { randomUUID } from "node:crypto";
import { isWithin, type Role } from "#domain/rights.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { addEvents } from "../cases/timeline.ts";
import { conflict, type Change, type Refusal } from "../register/change-register.ts";
import { areasWith } from "../rights/permissions.ts";
import { inScope } from "../rights/scoped.ts";
import { audit } from "../store/audit.ts";
import type { EvidenceRow } from "../store/case-tables.ts";
import type { Reading, Store, Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { FileStore, StoredFile } from "./file-store.ts";
import type { MediaType } from "./media-types.ts";

/** Files without a row are kept this long: an upload under way has no row yet. */
const orphanAfterMs = 24 * 3_600_000;

/** Path of a case's area, when the actor works with cases there. */
export const caseArea = async (
  db: Reading,
  change: Pick<Change, "actor">,
  id: string,
): Promise<string | undefined> => {
  const row = await db
    .selectFrom("cases")
    .select("area_path")
    .where("id", "=", id)
    .where(inScope("area_path", areasWith(change.actor, "alarms.read")))
    .executeTakeFirst();
  return row?.area_path;
};

/** Links a stored file to a case. The same file again is the same evidence. */
export const addEvidence = async (
  tx: Writing,
  change: Change,
  wish: { readonly caseId: string; readonly file: StoredFile; readonly type: MediaType },
): Promise<Result<EvidenceRow, Refusal>> => {
  const { caseId, file, type } = wish;
  if ((await caseArea(tx, change, caseId)) === undefined) return err({ kind: "unknown" });
  const before = await tx
    .selectFrom("evidence")
    .selectAll()
    .where("case_id", "=", caseId)
    .where("sha256", "=", file.sha256)
    .executeTakeFirst();
  if (before !== undefined) return ok(before);
  const row: EvidenceRow = {
    id: randomUUID(),
    case_id: caseId,
    sha256: file.sha256,
    kind: type.kind,
    bytes: file.bytes,
    media_type: type.mediaType,
    by_name: change.actor.name,
    at_ms: Math.floor(change.nowMs),
  };
  await tx.insertInto("evidence").values(row).execute();
  await tell(tx, change, row, { action: "evidence-add" });
  return ok(row);
};

/** One piece of evidence in the actor's areas. */
export const findEvidence = async (
  db: Reading,
  change: Pick<Change, "actor">,
  id: string,
): Promise<EvidenceRow | undefined> =>
  db
    .selectFrom("evidence")
    .innerJoin("cases", "cases.id", "evidence.case_id")
    .selectAll("evidence")
    .where("evidence.id", "=", id)
    .where(inScope("cases.area_path", areasWith(change.actor, "alarms.read")))
    .executeTakeFirst();

export const noteReading = (tx: Writing, change: Change, row: EvidenceRow): Promise<void> =>
  noteAudit(tx, change, row, "evidence-read", {});

const deleters: readonly Role[] = ["community_lead", "street_duty", "street_lead", "district"];

/**
 * Two people in two roles delete evidence: the first asks, the second agrees. Answers whether it is
 * gone. Its hash, who asked, who agreed and why stay in the audit log and in the case's timeline.
 */
export const deleteEvidence = async (
  tx: Writing,
  change: Change,
  wish: { readonly id: string; readonly reason: string },
): Promise<Result<{ readonly deleted: boolean; readonly sha256: string }, Refusal>> => {
  const row = await findEvidence(tx, change, wish.id);
  const area = row === undefined ? undefined : await caseArea(tx, change, row.case_id);
  if (row === undefined || area === undefined) return err({ kind: "unknown" });
  const held = deleters.filter((role) =>
    change.actor.grants.some((grant) => grant.role === role && isWithin(area, grant.area)),
  );
  const asked = await tx
    .selectFrom("evidence_deletions")
    .selectAll()
    .where("evidence_id", "=", wish.id)
    .executeTakeFirst();
  const role = held.find((one) => one !== asked?.asked_role);
  if (held.length === 0) return err(notYours);
  const detail = { reason: wish.reason, sha256: row.sha256 };
  if (asked === undefined) {
    await tx
      .insertInto("evidence_deletions")
      .values({
        evidence_id: wish.id,
        asked_by: change.actor.name,
        asked_role: held[0] ?? "",
        reason: wish.reason,
        asked_at_ms: Math.floor(change.nowMs),
        agreed_by: null,
        agreed_at_ms: null,
      })
      .execute();
    await noteAudit(tx, change, row, "evidence-delete", { ...detail, done: "asked" });
    return ok({ deleted: false, sha256: row.sha256 });
  }
  if (asked.asked_by === change.actor.name || role === undefined) return err(sameHand(asked));
  await tx
    .updateTable("evidence_deletions")
    .set({ agreed_by: change.actor.name, agreed_at_ms: Math.floor(change.nowMs) })
    .where("evidence_id", "=", wish.id)
    .execute();
  await tx.deleteFrom("evidence").where("id", "=", wish.id).execute();
  const reason = `${asked.asked_by} + ${change.actor.name}: ${asked.reason}`;
  await tell(tx, change, row, { action: "evidence-delete", reason });
  return ok({ deleted: true, sha256: row.sha256 });
};

/** Removes a file that no evidence names any more. */
export const removeIfUnused = async (
  store: Store,
  files: FileStore,
  sha256: string,
): Promise<void> => {
  const used = await store.db
    .selectFrom("evidence")
    .select("id")
    .where("sha256", "=", sha256)
    .executeTakeFirst();
  if (used === undefined) await files.remove(sha256);
};

/** Removes files that belong to nothing: uploads that were cut off, evidence that was deleted. */
export const sweepOrphans = async (
  store: Store,
  files: FileStore,
  nowMs: number,
): Promise<void> => {
  for (const sha256 of await files.olderThan(nowMs - orphanAfterMs)) {
    await removeIfUnused(store, files, sha256);
  }
};

const deletedText: Bilingual = { zh: "证据已删除", en: "evidence deleted" };

const tell = async (
  tx: Writing,
  change: Change,
  row: EvidenceRow,
  told: { readonly action: "evidence-add" | "evidence-delete"; readonly reason?: string },
): Promise<void> => {
  const { action, reason } = told;
  await addEvents(tx, [
    {
      caseId: row.case_id,
      atMs: change.nowMs,
      actor: change.actor.name,
      action: "note",
      channel: "console",
      // The person's own words; that it was deleted is ours to say.
      ...(reason !== undefined && { reason, text: deletedText }),
      detail: { evidence: [row.id] },
    },
  ]);
  await noteChanges(tx, [{ kind: "case", ref: row.case_id }]);
  await noteAudit(tx, change, row, action, {
    sha256: row.sha256,
    ...(reason !== undefined && { reason, done: "deleted" }),
  });
};

const noteAudit = (
  tx: Writing,
  change: Change,
  row: EvidenceRow,
  action: string,
  detail: Readonly<Record<string, string>>,
): Promise<void> =>
  audit(tx, {
    atMs: change.nowMs,
    actor: change.actor.name,
    action,
    subject: `${row.case_id} ${row.id}`,
    source: change.source,
    detail,
  });

const notYours: Refusal = {
  kind: "forbidden",
  why: {
    zh: "删除证据须由社区负责人、街道值班、街道带班领导或区城运中两种角色的两人办理",
    en: "deleting evidence takes two people in two of the roles community lead, street duty, street lead, district",
  },
};

const sameHand = (asked: { readonly asked_by: string; readonly asked_role: string }): Refusal =>
  conflict(
    `${asked.asked_by} 已申请删除,须由另一角色(非 ${asked.asked_role})的另一人同意`,
    `${asked.asked_by} has asked for it; another person in another role than ${asked.asked_role} must agree`,
  );
