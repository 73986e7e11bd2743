import type { Priority } from "#domain/alarm.ts";
import type { Bilingual } from "#domain/result.ts";
import { inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { actAsSystem } from "./act-as-system.ts";
import { caseRow, priorityOf } from "./case-rows.ts";
import { resumeUrgent } from "./resume-urgent.ts";
import { ringAgain, ringAll } from "./ring-again.ts";
import { mostUrgent, planOfAlarm, type PlacedAlarm } from "./seed-case.ts";
import { syncTimers } from "./sync-timers.ts";
import { addEvents } from "./timeline.ts";

interface Joining {
  readonly row: CaseRow;
  readonly alarms: readonly PlacedAlarm[];
}

/** New alarms in homes where somebody works already: noted, made more urgent, rung again. */
export const joinCases = async (
  tx: Writing,
  joining: readonly Joining[],
  nowMs: number,
): Promise<void> => {
  const { calm = [], urgent = [] } = Object.groupBy(joining, (one) =>
    isMoreUrgent(one) ? "urgent" : "calm",
  );
  await noteAlarms(tx, calm, nowMs);
  await joinCalm(tx, calm, nowMs);
  for (const one of urgent) {
    await noteAlarms(tx, [one], nowMs);
    await makeUrgent(tx, one.row, { ...newsOf(one), nowMs });
  }
};

const noteAlarms = (tx: Writing, joining: readonly Joining[], nowMs: number): Promise<void> =>
  addEvents(
    tx,
    joining.flatMap(({ row, alarms }) =>
      alarms.map(({ alarm }) => ({
        caseId: row.id,
        atMs: nowMs,
        actor: alarm.gateway,
        action: "alarm",
        channel: "gateway",
        detail: { episode: alarm.episode, priority: alarm.notice.event.priority },
      })),
    ),
  );

const newsOf = ({ alarms }: Joining) => ({
  priorities: alarms.map(({ alarm }) => alarm.notice.event.priority),
  plan: mostUrgent(alarms.map(({ alarm }) => planOfAlarm(alarm))),
  cause: { zh: "同户又有新报警", en: "another alarm in the same home" },
});

/** Whether more than the version of the case changes; see {@link makeUrgent}. */
const isMoreUrgent = (joining: Joining): boolean => {
  const { row } = joining;
  const { priorities, plan } = newsOf(joining);
  return (
    Math.min(...priorities) < row.priority ||
    (plan !== 0 && (row.plan === 0 || plan < row.plan || row.unsigned_since_ms === null))
  );
};

/**
 * What {@link makeUrgent} does where nothing becomes more urgent, for all cases at once: in a storm,
 * and when a backlog comes in, most alarms are of homes whose case is open.
 */
const joinCalm = async (tx: Writing, calm: readonly Joining[], nowMs: number): Promise<void> => {
  const rows = calm.map(({ row }) => row);
  for (const chunk of inLists(rows.map(({ id }) => id))) {
    await tx
      .updateTable("cases")
      .set((eb) => ({ version: eb("version", "+", 1) }))
      .where("id", "in", chunk)
      .execute();
  }
  await syncTimers(tx, rows);
  await ringAll(
    tx,
    calm.filter((one) => newsOf(one).plan !== 0).map(({ row }) => row),
    Math.floor(nowMs),
  );
  await noteChanges(
    tx,
    rows.map(({ id }) => ({ kind: "case", ref: id })),
  );
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
    readonly cause: Bilingual;
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
      input: { priority: priorityOf(worst), cause: news.cause.zh },
      text: news.cause,
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
  const after = await resumeUrgent(tx, joined, {
    reason: news.cause.zh,
    text: news.cause,
    nowMs,
  });
  await syncTimers(tx, [after], new Map([[row.id, row.plan]]));
  // A signature that is newly owed is asked for by its own clock, at once.
  const told = owes && row.unsigned_since_ms === null;
  if (news.plan !== 0) await ringAgain(tx, after, { deskIsTold: told, nowMs });
  await noteChanges(tx, [{ kind: "case", ref: row.id }]);
};
