import { asksForSignature } from "#domain/alarm.ts";
import { heldBack, type Alarm } from "../intake/fold-alarm.ts";
import { inChunks } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import { caseRow } from "./case-rows.ts";
import { makeUrgent } from "./join-cases.ts";
import { planOfAlarm } from "./seed-case.ts";
import { addEvents } from "./timeline.ts";

interface Change {
  readonly alarm: Alarm;
  readonly before: Alarm;
}

/** What happened to alarms that have their case: worse, ringing at last, or over. */
export const tellChanges = async (
  tx: Writing,
  changes: readonly Change[],
  nowMs: number,
): Promise<void> => {
  const telling = changes.flatMap((change) => {
    const action = actionOf(change);
    return action === undefined ? [] : [{ ...change, action }];
  });
  const caseOf = await casesOf(
    tx,
    telling.map(({ alarm }) => alarm.episode),
  );
  for (const { alarm, before, action } of telling) {
    const member = caseOf.get(alarm.episode);
    if (member === undefined) continue;
    await addEvents(tx, [
      {
        caseId: member.caseId,
        atMs: nowMs,
        actor: alarm.gateway,
        action,
        channel: "gateway",
        detail: { episode: alarm.episode, priority: alarm.notice.event.priority },
      },
    ]);
    if (action === "alarm_over") await noteChanges(tx, [{ kind: "case", ref: member.caseId }]);
    else await worsen(tx, { alarm, before }, member, nowMs);
  }
};

const actionOf = ({ alarm, before }: Change): "alarm_worse" | "alarm_over" | undefined => {
  if (alarm.condition === "returned") {
    return before.condition === "returned" ? undefined : "alarm_over";
  }
  const newer = alarm.notice.event.id !== before.notice.event.id;
  const rings = planOfAlarm(before) === 0 && planOfAlarm(alarm) !== 0;
  return rings || (newer && alarm.notice.event.kind === "worsened") ? "alarm_worse" : undefined;
};

interface Member {
  readonly caseId: string;
  readonly signed: boolean;
}

const worsen = async (
  tx: Writing,
  { alarm, before }: Change,
  member: Member,
  nowMs: number,
): Promise<void> => {
  const row = await caseRow(tx, member.caseId);
  if (row === undefined || row.is_open === 0) return;
  if (asksForSignature(heldBack(alarm)) && !asksForSignature(heldBack(before))) {
    await tx
      .updateTable("case_alarms")
      .set({ rings: 1 })
      .where("episode", "=", alarm.episode)
      .execute();
  }
  await makeUrgent(tx, row, {
    priorities: [alarm.notice.event.priority],
    plan: planOfAlarm(alarm),
    cause: "报警加重 · the alarm has worsened",
    nowMs,
    owesSignature: !member.signed,
  });
};

const casesOf = async (
  tx: Writing,
  episodes: readonly string[],
): Promise<ReadonlyMap<string, Member>> => {
  const found = new Map<string, Member>();
  for (const chunk of inChunks(episodes)) {
    const rows = await tx
      .selectFrom("case_alarms")
      .select(["episode", "case_id", "signed_at_ms"])
      .where("episode", "in", chunk)
      .execute();
    for (const { episode, case_id, signed_at_ms } of rows) {
      found.set(episode, { caseId: case_id, signed: signed_at_ms !== null });
    }
  }
  return found;
};
