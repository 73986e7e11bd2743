import { caseLevels } from "#domain/case.ts";
import { inChunks } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { caseRow, caseRows } from "./case-rows.ts";
import { syncTimers } from "./sync-timers.ts";
import { addEvents } from "./timeline.ts";

/** Puts the alarms of a merged case into its main one; each keeps its own signature. Answers them. */
export const moveInto = async (
  tx: Writing,
  source: CaseRow,
  targetId: string,
  nowMs: number,
): Promise<readonly string[]> => {
  const moved = await tx
    .updateTable("case_alarms")
    .set({ case_id: targetId })
    .where("case_id", "=", source.id)
    .returning("episode")
    .execute();
  const [target] = await caseRows(tx, [targetId]);
  if (target === undefined) throw new Error(`main case ${targetId} vanished while merging`);
  const since = [target.unsigned_since_ms, source.unsigned_since_ms].filter((one) => one !== null);
  const due = [target.due_at_ms, source.due_at_ms].filter((one) => one !== null);
  const plans = [target.plan, source.plan].filter((plan) => plan > 0);
  await tx
    .updateTable("cases")
    .set({
      version: target.version + 1,
      // A signature owed before is still owed, from when it was.
      unsigned_since_ms: since.length === 0 ? null : Math.min(...since),
      plan: plans.length === 0 ? 0 : Math.min(...plans),
      // What was promised for one is not put off by the other's later date.
      due_at_ms: due.length === 0 ? null : Math.min(...due),
      casualty: Math.max(target.casualty, source.casualty),
      ...higherDuty(target, source),
    })
    .where("id", "=", targetId)
    .execute();
  await addEvents(tx, [
    {
      caseId: targetId,
      atMs: nowMs,
      actor: "system",
      action: "merged_in",
      channel: "center",
      detail: { cases: [source.id], episodes: moved.map(({ episode }) => episode) },
    },
  ]);
  await syncTimers(tx, await caseRows(tx, [targetId]), new Map([[targetId, target.plan]]));
  await noteChanges(tx, [{ kind: "case", ref: targetId }]);
  return moved.map(({ episode }) => episode);
};

/** What had been brought before a higher level stays there, and so does a signature it still owes. */
const higherDuty = (target: CaseRow, source: CaseRow) => {
  const since = [target, source].flatMap((row) =>
    row.pending_upper === 1 && row.upper_since_ms !== null ? [row.upper_since_ms] : [],
  );
  return {
    level: rankOf(source) > rankOf(target) ? source.level : target.level,
    pending_upper: Number(since.length > 0),
    upper_since_ms: since.length > 0 ? Math.min(...since) : null,
  };
};

const rankOf = ({ level }: CaseRow): number => caseLevels.findIndex((known) => known === level);

/** Takes a case out of its main one, with the alarms that came into it first, and their cases' too. */
export const takeOut = async (
  tx: Writing,
  source: CaseRow,
  nowMs: number,
): Promise<readonly string[]> => {
  const family = await withMerged(tx, source.id);
  const moved: string[] = [];
  for (const chunk of inChunks(family)) {
    const rows = await tx
      .updateTable("case_alarms")
      .set({ case_id: source.id })
      .where("own_case", "in", chunk)
      .returning(["episode"])
      .execute();
    moved.push(...rows.map(({ episode }) => episode));
  }
  // The case it was put into may have been put into another one since.
  const main = await mainOf(tx, source.merged_into);
  for (const id of [source.id, ...(main === undefined ? [] : [main.id])]) {
    const since = await owedSince(tx, id, main?.unsigned_since_ms ?? null);
    await tx
      .updateTable("cases")
      .set((eb) => ({
        unsigned_since_ms: since,
        ...(id !== source.id && { version: eb("version", "+", 1) }),
      }))
      .where("id", "=", id)
      .execute();
  }
  if (main !== undefined) {
    await addEvents(tx, [
      {
        caseId: main.id,
        atMs: nowMs,
        actor: "system",
        action: "taken_out",
        channel: "center",
        detail: { cases: [source.id], episodes: moved },
      },
    ]);
    await syncTimers(tx, await caseRows(tx, [main.id]));
    await noteChanges(tx, [{ kind: "case", ref: main.id }]);
  }
  return moved;
};

/**
 * Since when a signature for a case is owed: for alarms that ring, and for reports, which have none,
 * unless their main case, which owes one since `mainSinceMs`, was signed for after they came.
 */
const owedSince = async (
  tx: Writing,
  id: string,
  mainSinceMs: number | null,
): Promise<number | null> => {
  const unsigned = await tx
    .selectFrom("case_alarms")
    .select((eb) => eb.fn.min<number | null>("joined_at_ms").as("since"))
    .where("case_id", "=", id)
    .where("rings", "=", 1)
    .where("signed_at_ms", "is", null)
    .executeTakeFirst();
  const since = [unsigned?.since ?? null];
  for (const row of await caseRows(tx, await withMerged(tx, id))) {
    const { unsigned_since_ms: sinceMs, signed_at_ms: signedAtMs } = row;
    if (sinceMs === null || signedAtMs !== null || sinceMs < (mainSinceMs ?? Infinity)) continue;
    const alarm = await tx
      .selectFrom("case_alarms")
      .select("episode")
      .where("own_case", "=", row.id)
      .executeTakeFirst();
    if (alarm === undefined) since.push(sinceMs);
  }
  const owed = since.filter((one) => one !== null);
  return owed.length === 0 ? null : Math.min(...owed);
};

/** The case in which this one is worked on: itself, or what it was put into, directly or through others. */
export const mainOf = async (tx: Writing, id: string | null): Promise<CaseRow | undefined> => {
  let main = id === null ? undefined : await caseRow(tx, id);
  while (main?.state === "merged" && main.merged_into !== null) {
    main = await caseRow(tx, main.merged_into);
  }
  return main;
};

/** A case and all that were merged into it, directly or through others. */
export const withMerged = async (tx: Writing, id: string): Promise<readonly string[]> => {
  const found = [id];
  for (let layer: readonly string[] = [id]; layer.length > 0;) {
    const next: string[] = [];
    for (const chunk of inChunks(layer)) {
      const rows = await tx
        .selectFrom("cases")
        .select("id")
        .where("merged_into", "in", chunk)
        .execute();
      next.push(...rows.map((row) => row.id));
    }
    found.push(...next);
    layer = next;
  }
  return found;
};
