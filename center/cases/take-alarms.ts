import { asksForSignature, type AlarmNotice } from "#domain/alarm.ts";
import type { Bilingual } from "#domain/result.ts";
import { inLists } from "../store/chunks.ts";
import { insertRows } from "../store/insert-rows.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import { heldBack, type Alarm } from "../intake/fold-alarm.ts";
import { nameKey, placesOf, type RegisteredPlace } from "../register/place-of.ts";
import type { CaseAlarmRow, CaseRow } from "../store/case-tables.ts";
import { insertCases } from "./create-case.ts";
import { endStaged, type TurnedReal } from "./end-staged.ts";
import { caseKey, familyOf, homeKey } from "./home-key.ts";
import { joinCases } from "./join-cases.ts";
import { openCasesAt, recentlyClosedAt } from "./open-cases.ts";
import { seedFor, type PlacedAlarm } from "./seed-case.ts";
import { addEvents } from "./timeline.ts";
import { actionOf, reasonOf, tellChanges, type Action } from "./tell-changes.ts";

/** An alarm that intake has changed. */
export interface AlarmChange {
  readonly alarm: Alarm;
  /** Absent: it is new. */
  readonly before: Alarm | undefined;
}

/**
 * What alarms mean for cases: a new alarm joins the open case of its home, or begins one; a known
 * one that worsens rings again; one that is over is noted. Every alarm is somebody's to see, also
 * one whose beginning was lost on the way. One that rings although its case has ended (it stands after
 * all, is worse, is held back no longer) is a new alarm to people: it gets the open case of its home, or a new one that names the ended one.
 */
export const takeAlarms = async (
  tx: Writing,
  changes: readonly AlarmChange[],
  places: ReadonlyMap<string, RegisteredPlace>,
  nowMs: number,
): Promise<void> => {
  const ended = await endedCasesOf(tx, changes);
  const placesAgain = await placesOf(
    tx,
    changes
      .filter(({ alarm }) => ended.has(alarm.episode))
      .map(({ alarm }) => ({ gateway: alarm.gateway, detector: alarm.notice.event.detector })),
  );
  const allPlaces = new Map([...places, ...placesAgain]);
  const placed = changes
    .filter(({ alarm, before }) => before === undefined || ended.has(alarm.episode))
    .map(({ alarm }) => placeAlarm(alarm, allPlaces.get(nameOf(alarm)) ?? { area: "/" }));
  const groups = Map.groupBy(placed, keyOf);
  const open = await openCasesAt(tx, placed);
  const joining = [...groups].filter(([key]) => open.has(key));
  const beginning = [...groups].filter(([key]) => !open.has(key));
  const closed = await recentlyClosedAt(
    tx,
    beginning.flatMap(([, alarms]) => alarms),
    nowMs,
  );

  const seeds = beginning.map(([key, alarms]) => {
    const seed = seedFor(alarms, closed.get(key) ?? lastOf(alarms, ended), nowMs);
    // The ended case was made for this alarm, and stays so.
    return ended.has(seed.episode ?? "") ? { ...seed, episode: null } : seed;
  });
  const rows = await insertCases(tx, seeds, nowMs);
  await addMembers(
    tx,
    beginning.flatMap(([, alarms], index) => membersOf(alarms, rows[index], nowMs)),
  );
  await addEvents(
    tx,
    beginning.flatMap(([, alarms], index) =>
      alarms.map(({ alarm }) => ({
        caseId: rows[index]?.id ?? "",
        atMs: nowMs,
        actor: alarm.gateway,
        action: "alarm",
        channel: "gateway",
        detail: { episode: alarm.episode, priority: alarm.notice.event.priority },
      })),
    ),
  );
  await addMembers(
    tx,
    joining.flatMap(([key, alarms]) => membersOf(alarms, open.get(key), nowMs)),
  );
  await joinCases(
    tx,
    joining.flatMap(([key, alarms]) => {
      const row = open.get(key);
      return row === undefined ? [] : [{ row, alarms }];
    }),
    nowMs,
  );
  await putOnDesk(tx, changes, ended);
  await endStaged(tx, await tellOfEnded(tx, ended, nowMs), nowMs);
  await tellChanges(
    tx,
    changes.flatMap(({ alarm, before }) =>
      before === undefined || ended.has(alarm.episode) ? [] : [{ alarm, before }],
    ),
    nowMs,
  );
};

interface Ended {
  readonly row: CaseRow;
  readonly action: Exclude<Action, "alarm_over">;
  readonly why: Bilingual;
}

/**
 * Cases that had ended when an alarm of theirs rang again, by its episode; or that are a drill's or a
 * test's, when the alarm is real by now.
 */
const endedCasesOf = async (
  tx: Writing,
  changes: readonly AlarmChange[],
): Promise<ReadonlyMap<string, Ended>> => {
  const ended = new Map<string, Ended>();
  const ringing = new Map<string, Pick<Ended, "action" | "why">>();
  const noticeOf = new Map(changes.map(({ alarm }) => [alarm.episode, alarm.notice]));
  for (const { alarm, before } of changes) {
    if (before === undefined) continue;
    const action = actionOf({ alarm, before });
    if (action === undefined || action === "alarm_over") continue;
    ringing.set(alarm.episode, { action, why: reasonOf({ before }, action) });
  }
  for (const chunk of inLists([...ringing.keys()])) {
    const rows = await tx
      .selectFrom("case_alarms")
      .innerJoin("cases", "cases.id", "case_alarms.case_id")
      .selectAll("cases")
      .select("case_alarms.episode as alarm")
      .where("case_alarms.episode", "in", chunk)
      .execute();
    for (const { alarm, ...row } of rows) {
      const rings = ringing.get(alarm);
      const notice = noticeOf.get(alarm);
      if (rings === undefined || notice === undefined) continue;
      if (row.is_open === 0 || isTooStaged(row, notice)) ended.set(alarm, { row, ...rings });
    }
  }
  return ended;
};

/** A drill's or a test's case is no place for what is none: all that it says is marked as staged. */
const isTooStaged = (row: CaseRow, notice: AlarmNotice): boolean =>
  (row.drill === 1 && !notice.drill) || (row.test === 1 && familyOf(notice) !== "test");

const lastOf = (
  alarms: readonly PlacedAlarm[],
  ended: ReadonlyMap<string, Ended>,
): CaseRow | undefined =>
  alarms
    .flatMap(({ alarm }) => ended.get(alarm.episode)?.row ?? [])
    .findLast((row) => row.is_open === 0);

/** Both timelines say why: the ended case where the alarm went, the other what it is. Answers what went out of open ones. */
const tellOfEnded = async (
  tx: Writing,
  ended: ReadonlyMap<string, Ended>,
  nowMs: number,
): Promise<readonly TurnedReal[]> => {
  const turned: TurnedReal[] = [];
  for (const [episode, { row: old, action, why }] of ended) {
    const { case_id } = await tx
      .selectFrom("case_alarms")
      .select("case_id")
      .where("episode", "=", episode)
      .executeTakeFirstOrThrow();
    const event = {
      atMs: nowMs,
      actor: "system",
      action,
      channel: "gateway",
      text: why,
    };
    await addEvents(tx, [
      { ...event, caseId: old.id, detail: { episode, cases: [case_id] } },
      { ...event, caseId: case_id, detail: { episode, cases: [old.id] } },
    ]);
    await noteChanges(tx, [{ kind: "case", ref: old.id }]);
    if (old.is_open === 1) turned.push({ staged: old, real: case_id });
  }
  return turned;
};

/** Its signature went with the case that ended: it is owed anew, also for what is over by now. */
const putOnDesk = async (
  tx: Writing,
  changes: readonly AlarmChange[],
  ended: ReadonlyMap<string, Ended>,
): Promise<void> => {
  const owed = changes.filter(
    ({ alarm }) => ended.has(alarm.episode) && asksForSignature(heldBack(alarm)),
  );
  for (const chunk of inLists(owed.map(({ alarm }) => alarm.episode))) {
    await tx.updateTable("alarms").set({ on_desk: 1 }).where("episode", "in", chunk).execute();
  }
};

const nameOf = ({ gateway, notice }: Alarm): string =>
  nameKey({ gateway, detector: notice.event.detector });

export const placeAlarm = (alarm: Alarm, place: RegisteredPlace): PlacedAlarm => {
  const { notice } = alarm;
  return {
    alarm,
    place,
    home: homeKey(notice, place),
    family: familyOf(notice),
    staged: notice.drill,
  };
};

/** One open case for each of these. A drill's alarm never joins a real case, nor a real one a drill's. */
export const keyOf = ({ home, family, staged }: PlacedAlarm): string =>
  caseKey(home, family, staged);

const membersOf = (
  alarms: readonly PlacedAlarm[],
  row: CaseRow | undefined,
  nowMs: number,
): readonly CaseAlarmRow[] =>
  row === undefined
    ? []
    : alarms.map(({ alarm }) => ({
        episode: alarm.episode,
        own_case: row.id,
        case_id: row.id,
        joined_at_ms: Math.floor(nowMs),
        version: 1,
        rings: Number(asksForSignature(heldBack(alarm))),
        signed_by: null,
        signed_at_ms: null,
        signed_word_ms: null,
        signed_estimated: 0,
      }));

const addMembers = async (tx: Writing, rows: readonly CaseAlarmRow[]): Promise<void> => {
  await insertRows(tx, "case_alarms", rows, (insert) =>
    // It had a case that has ended: a signature for that is none for this.
    insert.onConflict((conflict) =>
      conflict.column("episode").doUpdateSet((eb) => ({
        own_case: eb.ref("excluded.own_case"),
        case_id: eb.ref("excluded.case_id"),
        joined_at_ms: eb.ref("excluded.joined_at_ms"),
        rings: eb.ref("excluded.rings"),
        version: eb("case_alarms.version", "+", eb.lit(1)),
        signed_by: eb.lit(null),
        signed_at_ms: eb.lit(null),
        signed_word_ms: eb.lit(null),
        signed_estimated: eb.lit(0),
      })),
    ),
  );
};
