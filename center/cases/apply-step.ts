import type { CaseStep } from "#domain/decide-case.ts";
import { queueAcknowledgements } from "../commands/queue-command.ts";
import { inChunks } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { caseRow, patchToRow } from "./case-rows.ts";
import { moveInto, takeOut } from "./merge-members.ts";
import { syncTimers } from "./sync-timers.ts";
import { addEvents, type EventDetail } from "./timeline.ts";

/** Who took a step, and with what. */
export interface StepMaker {
  readonly name: string;
  /** `false`: the center itself or a gateway; nobody has touched the case. */
  readonly human: boolean;
  readonly channel: string;
  readonly reason?: string;
  readonly detail?: EventDetail;
  readonly nowMs: number;
  /** The signature is for this alarm alone. */
  readonly onlyEpisode?: string;
}

/** Writes a step that `decide` has allowed: case, signatures, timeline, clocks, what pages redraw. */
export const applyStep = async (
  tx: Writing,
  row: CaseRow,
  step: CaseStep,
  maker: StepMaker,
): Promise<CaseRow> => {
  const nowMs = Math.floor(maker.nowMs);
  const signed = step.signs ? await signMembers(tx, row.id, maker) : [];
  const lastOne = step.signs && (await countUnsigned(tx, row.id)) === 0;
  await tx
    .updateTable("cases")
    .set({
      ...patchToRow(step.patch, nowMs),
      version: row.version + 1,
      ...(maker.human && { touched_at_ms: nowMs }),
      ...(step.signs &&
        row.signed_at_ms === null && { signed_by: maker.name, signed_at_ms: nowMs }),
      ...(lastOne && { unsigned_since_ms: null }),
      ...(step.patch.priority !== undefined && row.plan > 0 && { plan: step.patch.priority }),
    })
    .where("id", "=", row.id)
    .execute();
  await addEvents(tx, [
    {
      caseId: row.id,
      atMs: nowMs,
      actor: maker.name,
      action: step.row.action,
      step: step.row.id,
      from: row.state,
      to: step.to,
      channel: maker.channel,
      ...(maker.reason !== undefined && { reason: maker.reason }),
      detail: {
        ...maker.detail,
        ...(step.patch.level !== undefined && { level: step.patch.level }),
        ...(step.patch.priority !== undefined && { priority: step.patch.priority }),
        ...(signed.length > 0 && { episodes: signed }),
      },
    },
  ]);
  const moved = await moveMembers(tx, row, step, nowMs);
  const after = await rowOf(tx, row.id);
  await syncTimers(tx, [after], row.plan);
  await noteChanges(tx, [
    { kind: "case", ref: row.id },
    ...[...signed, ...moved].map((ref) => ({ kind: "alarm", ref }) as const),
  ]);
  return after;
};

const rowOf = async (tx: Writing, id: string): Promise<CaseRow> => {
  const row = await caseRow(tx, id);
  if (row === undefined) throw new Error(`case ${id} vanished while it was worked on`);
  return row;
};

const moveMembers = async (
  tx: Writing,
  row: CaseRow,
  step: CaseStep,
  nowMs: number,
): Promise<readonly string[]> => {
  const { mergedInto } = step.patch;
  if (step.row.action === "merge" && typeof mergedInto === "string") {
    return moveInto(tx, row, mergedInto, nowMs);
  }
  if (step.row.action === "unmerge" && row.merged_into !== null) {
    return takeOut(tx, row, nowMs);
  }
  return [];
};

/** Signs for the alarms nobody has signed for yet; answers them. Their condition stays as it is. */
export const signMembers = async (
  tx: Writing,
  caseId: string,
  signer: Pick<StepMaker, "name" | "channel" | "nowMs" | "onlyEpisode">,
): Promise<readonly string[]> => {
  const { onlyEpisode } = signer;
  const rows = await tx
    .updateTable("case_alarms")
    .set((eb) => ({
      signed_by: signer.name,
      signed_at_ms: Math.floor(signer.nowMs),
      version: eb("version", "+", 1),
    }))
    .where("case_id", "=", caseId)
    .where("signed_at_ms", "is", null)
    .$if(onlyEpisode !== undefined, (query) => query.where("episode", "=", onlyEpisode ?? ""))
    .returning("episode")
    .execute();
  const episodes = rows.map(({ episode }) => episode);
  // What was signed at a gateway's own board that gateway knows already.
  if (signer.channel !== "gateway") {
    await queueAcknowledgements(tx, episodes, { user: signer.name, nowMs: signer.nowMs });
  }
  for (const chunk of inChunks(episodes)) {
    await tx
      .updateTable("alarms")
      .set({ on_desk: 0 })
      .where("episode", "in", chunk)
      .where("condition", "=", "returned")
      .execute();
  }
  return episodes;
};

/** Alarms of a case that ring and wait for a signature. */
export const countUnsigned = async (tx: Writing, caseId: string): Promise<number> => {
  const { count } = await tx
    .selectFrom("case_alarms")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("case_id", "=", caseId)
    .where("rings", "=", 1)
    .where("signed_at_ms", "is", null)
    .executeTakeFirstOrThrow();
  return count;
};
