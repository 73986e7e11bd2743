import type { Updateable } from "kysely";
import type { CaseStep } from "#domain/decide-case.ts";
import type { Bilingual } from "#domain/result.ts";
import { queueAcknowledgements } from "../commands/queue-command.ts";
import { inChunks, inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { caseRows, patchToRow } from "./case-rows.ts";
import { moveInto, takeOut } from "./merge-members.ts";
import { syncTimers } from "./sync-timers.ts";
import { addEvents, type EventDetail, type NewEvent } from "./timeline.ts";

/** Who took a step, and with what. */
export interface StepMaker {
  readonly name: string;
  /** `false`: the center itself or a gateway; nobody has touched the case. */
  readonly human: boolean;
  readonly channel: string;
  readonly reason?: string;
  /** What the center itself says of it. */
  readonly text?: Bilingual;
  readonly detail?: EventDetail;
  readonly nowMs: number;
  /** The signature is for this alarm alone. */
  readonly onlyEpisode?: string;
}

/** A step that `decide` has allowed, and who takes it. */
export interface Taking {
  readonly row: CaseRow;
  readonly step: CaseStep;
  readonly maker: StepMaker;
}

/** Writes a step that `decide` has allowed: case, signatures, timeline, clocks, what pages redraw. */
export const applyStep = async (
  tx: Writing,
  row: CaseRow,
  step: CaseStep,
  maker: StepMaker,
): Promise<CaseRow> => {
  const [after] = await applySteps(tx, [{ row, step, maker }]);
  if (after === undefined) throw new Error(`case ${row.id} has not taken its step`);
  return after;
};

/**
 * The same for many cases in a few statements, one step of each: in a storm hundreds of cases take
 * the same step in the same second. Answers how they then stand, in their order.
 */
export const applySteps = async (
  tx: Writing,
  takings: readonly Taking[],
): Promise<readonly CaseRow[]> => {
  if (takings.length === 0) return [];
  const signed = await signAll(tx, takings);
  await updateCases(tx, takings, signed);
  await addEvents(
    tx,
    takings.map((taking) => eventOf(taking, signed.get(taking)?.episodes ?? [])),
  );
  const moved = new Map<Taking, readonly string[]>();
  for (const taking of takings) moved.set(taking, await moveMembers(tx, taking));
  const rows = await caseRows(
    tx,
    takings.map(({ row }) => row.id),
  );
  const rowById = new Map(rows.map((row) => [row.id, row]));
  const after = takings.map(({ row: { id } }) => {
    const row = rowById.get(id);
    if (row === undefined) throw new Error(`case ${id} vanished while it was worked on`);
    return row;
  });
  await syncTimers(tx, after, new Map(takings.map(({ row }) => [row.id, row.plan])));
  await noteChanges(
    tx,
    takings.flatMap((taking) => [
      { kind: "case", ref: taking.row.id } as const,
      ...[...(signed.get(taking)?.episodes ?? []), ...(moved.get(taking) ?? [])].map(
        (ref) => ({ kind: "alarm", ref }) as const,
      ),
    ]),
  );
  return after;
};

/** What a step that is a signature has signed for, and whether it was the last that was owed. */
interface Signed {
  readonly episodes: readonly string[];
  readonly lastOne: boolean;
}

const signAll = async (
  tx: Writing,
  takings: readonly Taking[],
): Promise<ReadonlyMap<Taking, Signed>> => {
  const signed = new Map<Taking, Signed>();
  for (const taking of takings) {
    if (!taking.step.signs) continue;
    const episodes = await signMembers(tx, taking.row.id, taking.maker);
    signed.set(taking, { episodes, lastOne: (await countUnsigned(tx, taking.row.id)) === 0 });
  }
  return signed;
};

/** One statement for all that change in the same way. */
const updateCases = async (
  tx: Writing,
  takings: readonly Taking[],
  signed: ReadonlyMap<Taking, Signed>,
): Promise<void> => {
  const changing = takings.map((taking) => ({
    id: taking.row.id,
    change: changeOf(taking, signed.get(taking)?.lastOne === true),
  }));
  for (const alike of Map.groupBy(changing, ({ change }) => JSON.stringify(change)).values()) {
    for (const list of inLists(alike.map(({ id }) => id))) {
      await tx
        .updateTable("cases")
        .set((eb) => ({ ...alike[0]?.change, version: eb("version", "+", 1) }))
        .where("id", "in", list)
        .execute();
    }
  }
};

const changeOf = ({ row, step, maker }: Taking, lastOne: boolean): Updateable<CaseRow> => {
  const nowMs = Math.floor(maker.nowMs);
  return {
    ...patchToRow(step.patch, nowMs),
    ...(maker.human && { touched_at_ms: nowMs }),
    ...(step.signs && row.signed_at_ms === null && { signed_by: maker.name, signed_at_ms: nowMs }),
    ...(lastOne && { unsigned_since_ms: null }),
    ...(step.patch.priority !== undefined && row.plan > 0 && { plan: step.patch.priority }),
  };
};

const eventOf = ({ row, step, maker }: Taking, signed: readonly string[]): NewEvent => ({
  caseId: row.id,
  atMs: Math.floor(maker.nowMs),
  actor: maker.name,
  action: step.row.action,
  step: step.row.id,
  from: row.state,
  to: step.to,
  channel: maker.channel,
  ...(maker.reason !== undefined && { reason: maker.reason }),
  ...(maker.text && { text: maker.text }),
  detail: {
    ...maker.detail,
    ...(step.patch.level !== undefined && { level: step.patch.level }),
    ...(step.patch.priority !== undefined && { priority: step.patch.priority }),
    ...(signed.length > 0 && { episodes: signed }),
  },
});

const moveMembers = async (
  tx: Writing,
  { row, step, maker }: Taking,
): Promise<readonly string[]> => {
  const nowMs = Math.floor(maker.nowMs);
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
