import { asksForSignature } from "#domain/alarm.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Actor } from "#domain/rights.ts";
import { caseRow } from "../cases/case-rows.ts";
import { mayEnd } from "../cases/may-end.ts";
import { syncTimers } from "../cases/sync-timers.ts";
import { addEvents } from "../cases/timeline.ts";
import { rowToAlarm } from "../intake/alarm-rows.ts";
import { heldBack, type Ended } from "../intake/fold-alarm.ts";
import { audit } from "../store/audit.ts";
import type { CaseRow } from "../store/case-tables.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { AlarmRow } from "../store/tables.ts";
import { alarmsNamed } from "./read-alarms.ts";

/** A person's word that an alarm is over. */
export interface EndRequest {
  readonly episode: string;
  /** The version of the alarm the person saw. */
  readonly version: number;
  readonly reason: string;
  readonly actor: Actor;
  /** Address the person's page comes from. */
  readonly source: string;
  readonly nowMs: number;
}

export type EndOutcome =
  | { readonly kind: "ended"; readonly alarm: DeskAlarm }
  /** Somebody signed for it or ended it meanwhile. */
  | { readonly kind: "changed"; readonly current: DeskAlarm }
  | { readonly kind: "refused"; readonly why: Bilingual; readonly current: DeskAlarm }
  | { readonly kind: "unknown" };

/**
 * 人工结束: a person says that an alarm is over which its gateway has forgotten; marked as theirs. It
 * closes no case and signs for nothing. The gateway's next word of it counts again: it is active and
 * rings. When it is allowed: docs/decisions/0014-the-newest-word.md.
 */
export const endAlarm = async (tx: Writing, request: EndRequest): Promise<EndOutcome> => {
  const { episode, actor } = request;
  const [current] = await alarmsNamed(tx, [episode]);
  const row = current && (await caseRow(tx, current.case.id));
  const alarm = await tx
    .selectFrom("alarms")
    .selectAll()
    .where("episode", "=", episode)
    .executeTakeFirst();
  if (current === undefined || row === undefined || alarm === undefined) return { kind: "unknown" };
  if (current.case.version !== request.version) return { kind: "changed", current };
  const { heard, why } = await mayEnd(tx, alarm, row, actor);
  if (why !== undefined) return { kind: "refused", why, current };

  const nowMs = Math.floor(request.nowMs);
  await writeEnd(
    tx,
    { alarm, signed: current.case.state === "accepted" },
    {
      by: actor.name,
      atMs: nowMs,
      reason: request.reason,
      ...(heard.picture && { picture: heard.picture }),
    },
  );
  await tellCase(tx, row, { ...request, nowMs });
  await audit(tx, {
    atMs: nowMs,
    actor: actor.name,
    action: "end-alarm",
    subject: episode,
    area: alarm.area_path,
    source: request.source,
    detail: { case: row.id, version: request.version, gateway: heard.word },
  });
  const [after] = await alarmsNamed(tx, [episode]);
  if (after === undefined) throw new Error(`alarm ${episode} vanished while it was ended`);
  return { kind: "ended", alarm: after };
};

const writeEnd = async (
  tx: Writing,
  { alarm: row, signed }: { readonly alarm: AlarmRow; readonly signed: boolean },
  ended: Ended,
): Promise<void> => {
  const { episode } = row;
  const alarm = rowToAlarm(row);
  await tx
    .updateTable("alarms")
    .set({
      condition: "returned",
      on_desk: Number(!signed && asksForSignature(heldBack(alarm))),
      memory: JSON.stringify({ ...alarm.memory, ended }),
    })
    .where("episode", "=", episode)
    .execute();
  // It stood by a picture only, and this is the newer word.
  await tx.deleteFrom("reopened").where("episode", "=", episode).execute();
  await tx
    .updateTable("case_alarms")
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("episode", "=", episode)
    .execute();
};

/** As of any return: the timeline and the pages that are open; and somebody has done something. */
const tellCase = async (
  tx: Writing,
  row: CaseRow,
  { episode, reason, actor, nowMs }: EndRequest,
): Promise<void> => {
  await addEvents(tx, [
    {
      caseId: row.id,
      atMs: nowMs,
      actor: actor.name,
      // Not `alarm…`: it is no word of the device, and what was measured before it still counts.
      action: "end_alarm",
      channel: "console",
      reason,
      detail: { episode },
    },
  ]);
  await tx.updateTable("cases").set({ touched_at_ms: nowMs }).where("id", "=", row.id).execute();
  await syncTimers(tx, [{ ...row, touched_at_ms: nowMs }]);
  await noteChanges(tx, [
    { kind: "alarm", ref: episode },
    { kind: "case", ref: row.id },
  ]);
};
