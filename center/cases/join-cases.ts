import type { Priority } from "#domain/alarm.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { actAsSystem } from "./act-as-system.ts";
import { caseRow, priorityOf } from "./case-rows.ts";
import { resumeUrgent } from "./resume-urgent.ts";
import { ringAgain } from "./ring-again.ts";
import { mostUrgent, planOfAlarm, type PlacedAlarm } from "./seed-case.ts";
import { syncTimers } from "./sync-timers.ts";
import { addEvents } from "./timeline.ts";

/** New alarms in homes where somebody works already: noted, made more urgent, rung again. */
export const joinCases = async (
  tx: Writing,
  joining: readonly { readonly row: CaseRow; readonly alarms: readonly PlacedAlarm[] }[],
  nowMs: number,
): Promise<void> => {
  for (const { row, alarms } of joining) {
    await addEvents(
      tx,
      alarms.map(({ alarm }) => ({
        caseId: row.id,
        atMs: nowMs,
        actor: alarm.gateway,
        action: "alarm",
        channel: "gateway",
        detail: { episode: alarm.episode, priority: alarm.notice.event.priority },
      })),
    );
    await makeUrgent(tx, row, {
      priorities: alarms.map(({ alarm }) => alarm.notice.event.priority),
      plan: mostUrgent(alarms.map(({ alarm }) => planOfAlarm(alarm))),
      cause: "同户又有新报警 · another alarm in the same home",
      nowMs,
    });
  }
};

/**
 * T27 when what came is more urgent, and a signature is owed from now on. The version goes up in
 * any case: whoever acts on what they saw before is told.
 */
export const makeUrgent = async (
  tx: Writing,
  before: CaseRow,
  news: {
    readonly priorities: readonly Priority[];
    /** Whose clocks what came would start; 0: it rings nobody. */
    readonly plan: Priority | 0;
    readonly cause: string;
    readonly nowMs: number;
    /** `false`: an alarm that is signed for has worsened; nobody needs to sign again. */
    readonly owesSignature?: boolean;
  },
): Promise<void> => {
  const nowMs = Math.floor(news.nowMs);
  const worst = Math.min(...news.priorities);
  let row = before;
  if (worst < row.priority) {
    const raised = await actAsSystem(tx, row, {
      action: "raise_priority",
      input: { priority: priorityOf(worst), cause: news.cause },
      channel: "gateway",
      nowMs,
    });
    if (raised.ok) row = raised.value;
  }
  const plan = mostUrgent([news.plan, row.plan === 0 ? 0 : priorityOf(row.plan)]);
  const owes = news.plan !== 0 && news.owesSignature !== false;
  await tx
    .updateTable("cases")
    .set({
      version: row.version === before.version ? row.version + 1 : row.version,
      plan,
      ...(owes && row.unsigned_since_ms === null && { unsigned_since_ms: nowMs }),
    })
    .where("id", "=", row.id)
    .execute();
  const joined = await caseRow(tx, row.id);
  if (joined === undefined) throw new Error(`case ${row.id} vanished`);
  const after = await resumeUrgent(tx, joined, { reason: news.cause, nowMs });
  await syncTimers(tx, [after], row.plan);
  // A signature that is newly owed is asked for by its own clock, at once.
  const told = owes && row.unsigned_since_ms === null;
  if (news.plan !== 0) await ringAgain(tx, after, { deskIsTold: told, nowMs });
  await noteChanges(tx, [{ kind: "case", ref: row.id }]);
};
