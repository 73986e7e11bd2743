import { asksForSignature } from "#domain/alarm.ts";
import type { Bilingual } from "#domain/result.ts";
import { heldBack, type Alarm } from "../intake/fold-alarm.ts";
import { inLists } from "../store/chunks.ts";
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

/** What happened to alarms that have their case: worse, ringing at last, over, or standing after all. */
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
  const told = telling.flatMap((one) => {
    const member = caseOf.get(one.alarm.episode);
    return member === undefined ? [] : [{ ...one, member }];
  });
  await addEvents(
    tx,
    told.flatMap(({ alarm, before, action, member }) => {
      const entry = {
        caseId: member.caseId,
        atMs: nowMs,
        actor: alarm.gateway,
        channel: "gateway",
        detail: { episode: alarm.episode, priority: alarm.notice.event.priority },
      };
      const explained = action === "alarm_again" || action === "alarm_goes_on";
      const first = { ...entry, action, ...(explained && { text: reasonOf({ before }, action) }) };
      // It may have become worse and be over, all in one batch.
      const isOverToo = action === "alarm_worse" && isOverNow({ alarm, before });
      return isOverToo ? [first, { ...entry, action: "alarm_over" }] : [first];
    }),
  );
  for (const { alarm, before, action, member } of told) {
    if (action === "alarm_over") continue;
    await worsen(tx, { alarm, before }, member, { cause: reasonOf({ before }, action), nowMs });
  }
  await noteChanges(
    tx,
    told.flatMap(({ action, member }) =>
      action === "alarm_over" ? [{ kind: "case", ref: member.caseId } as const] : [],
    ),
  );
};

export type Action = "alarm_worse" | "alarm_over" | "alarm_again" | "alarm_goes_on";

/** What people read in the timeline. */
export const reasonOf = (
  { before }: Pick<Change, "before">,
  action: Exclude<Action, "alarm_over">,
): Bilingual => {
  const { ended } = before.memory;
  return action === "alarm_again" && ended !== undefined
    ? {
        zh: `报警曾由 ${ended.by} 人工结束,但网关又报仍在报警,请重新核对现场`,
        en: `${ended.by} had ended it, but its gateway says again that it stands: look again`,
      }
    : reasons[action];
};

const reasons = {
  alarm_worse: { zh: "报警加重", en: "the alarm has worsened" },
  alarm_again: {
    zh: "报警曾报恢复,但网关最新状态表明仍在报警,请重新核对现场",
    en: "it was told as returned, but the gateway's newest word is that it stands: look again",
  },
  alarm_goes_on: {
    zh: "网关断电或磁盘故障后遗忘了该报警并重新报警:同一户同一报警,签收保留,请核对",
    en: "the gateway forgot this alarm (disk or power failure) and raised it anew: the same alarm goes on, its signature stays; look again",
  },
} as const satisfies Readonly<Partial<Record<Action, Bilingual>>>;

/** An alarm that was over stands after all. */
export const isAgain = ({ alarm, before }: Change): boolean =>
  before.condition === "returned" && alarm.condition === "active";

const isOverNow = ({ alarm, before }: Change): boolean =>
  before.condition === "active" && alarm.condition === "returned";

/**
 * What a change is to the people of a case; `undefined`: nothing. What rang, or was urgent, while the
 * line was down is told also when it is over by now: how a backlog is cut into batches decides nothing.
 */
export const actionOf = ({ alarm, before }: Change): Action | undefined => {
  if (isRealNow({ alarm, before })) return "alarm_worse";
  if (alarm.condition === "returned") {
    if (isMoreUrgent({ alarm, before })) return "alarm_worse";
    return before.condition === "returned" ? undefined : "alarm_over";
  }
  if (isAgain({ alarm, before })) return "alarm_again";
  if (alarm.notice.event.episode !== before.notice.event.episode) return "alarm_goes_on";
  const newer = alarm.notice.event.id !== before.notice.event.id;
  return isMoreUrgent({ alarm, before }) || (newer && alarm.notice.event.kind === "worsened")
    ? "alarm_worse"
    : undefined;
};

/** It began in a drill or a test and has turned out to be neither: people have not been told of it. */
export const isRealNow = ({ alarm: { notice }, before: { notice: was } }: Change): boolean =>
  (was.drill && !notice.drill) || (was.event.test && !notice.event.test);

/** It rings whom it did not ring before, or by more urgent clocks. */
const isMoreUrgent = ({ alarm, before }: Change): boolean => {
  const [plan, was] = [planOfAlarm(alarm), planOfAlarm(before)];
  return plan !== 0 && (was === 0 || plan < was);
};

interface Member {
  readonly caseId: string;
  readonly signed: boolean;
}

const worsen = async (
  tx: Writing,
  { alarm, before }: Change,
  member: Member,
  { cause, nowMs }: { readonly cause: Bilingual; readonly nowMs: number },
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
    cause,
    nowMs,
    owesSignature: !member.signed,
  });
};

const casesOf = async (
  tx: Writing,
  episodes: readonly string[],
): Promise<ReadonlyMap<string, Member>> => {
  const found = new Map<string, Member>();
  for (const chunk of inLists(episodes)) {
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
