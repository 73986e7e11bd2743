import { asksForSignature } from "#domain/alarm.ts";
import { insertRows } from "../store/insert-rows.ts";
import type { Writing } from "../store/open-store.ts";
import { heldBack, type Alarm } from "../intake/fold-alarm.ts";
import { nameKey, type RegisteredPlace } from "../register/place-of.ts";
import type { CaseAlarmRow, CaseRow } from "../store/case-tables.ts";
import { insertCases } from "./create-case.ts";
import { caseKey, familyOf, homeKey } from "./home-key.ts";
import { joinCases } from "./join-cases.ts";
import { openCasesAt, recentlyClosedAt } from "./open-cases.ts";
import { seedFor, type PlacedAlarm } from "./seed-case.ts";
import { addEvents } from "./timeline.ts";
import { tellChanges } from "./tell-changes.ts";

/** An alarm that intake has changed. */
export interface AlarmChange {
  readonly alarm: Alarm;
  /** Absent: it is new. */
  readonly before: Alarm | undefined;
}

/**
 * What alarms mean for cases: a new alarm joins the open case of its home, or begins one; a known
 * one that worsens rings again; one that is over is noted. Every alarm is somebody's to see, also
 * one whose beginning was lost on the way.
 */
export const takeAlarms = async (
  tx: Writing,
  changes: readonly AlarmChange[],
  places: ReadonlyMap<string, RegisteredPlace>,
  nowMs: number,
): Promise<void> => {
  const placed = changes
    .filter(({ before }) => before === undefined)
    .map(({ alarm }) => placeAlarm(alarm, places));
  const groups = Map.groupBy(placed, keyOf);
  const open = await openCasesAt(tx, placed);
  const joining = [...groups].filter(([key]) => open.has(key));
  const beginning = [...groups].filter(([key]) => !open.has(key));
  const closed = await recentlyClosedAt(
    tx,
    beginning.flatMap(([, alarms]) => alarms),
    nowMs,
  );

  const seeds = beginning.map(([key, alarms]) => seedFor(alarms, closed.get(key), nowMs));
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
  await tellChanges(
    tx,
    changes.flatMap(({ alarm, before }) => (before === undefined ? [] : [{ alarm, before }])),
    nowMs,
  );
};

const placeAlarm = (alarm: Alarm, places: ReadonlyMap<string, RegisteredPlace>): PlacedAlarm => {
  const { notice, gateway } = alarm;
  const place = places.get(nameKey({ gateway, detector: notice.event.detector })) ?? { area: "/" };
  return {
    alarm,
    place,
    home: homeKey(notice, place),
    family: familyOf(notice),
    staged: notice.drill,
  };
};

/** One open case for each of these. A drill's alarm never joins a real case, nor a real one a drill's. */
const keyOf = ({ home, family, staged }: PlacedAlarm): string => caseKey(home, family, staged);

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
      }));

const addMembers = (tx: Writing, rows: readonly CaseAlarmRow[]): Promise<void> =>
  insertRows(tx, "case_alarms", rows);
