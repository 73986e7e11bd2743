import { rowToAlarm } from "../intake/alarm-rows.ts";
import { nameKey, placesOf } from "../register/place-of.ts";
import { inLists } from "../store/chunks.ts";
import type { CaseRow } from "../store/case-tables.ts";
import type { Writing } from "../store/open-store.ts";
import type { AlarmRow } from "../store/tables.ts";
import { caseRows } from "./case-rows.ts";
import { insertCases } from "./create-case.ts";
import { takeOut } from "./merge-members.ts";
import { seedFor, type PlacedAlarm } from "./seed-case.ts";
import { syncTimers } from "./sync-timers.ts";
import { keyOf, placeAlarm } from "./take-alarms.ts";

/**
 * Takes the alarms that the register now has in the area `to` out of a case that goes on with others:
 * each home gets a case of its own there, which wants a signature of those who work there. What the
 * case is called by stays a home of it. `false`, and nothing is done: it has no others.
 */
export const partCase = async (
  tx: Writing,
  main: CaseRow,
  to: string,
  nowMs: number,
): Promise<boolean> => {
  const members = await membersOf(tx, main.id);
  const [gone, stay] = [
    members.filter(({ place }) => place.area === to),
    members.filter(({ place }) => place.area !== to),
  ];
  if (stay.length === 0 || gone.length === 0) return false;
  if (gone.some(({ home }) => home === main.home)) {
    const { home, place, household } = seedFor(stay, undefined, nowMs);
    await tx
      .updateTable("cases")
      .set({ home, place, household })
      .where("id", "=", main.id)
      .execute();
  }
  for (const alarms of Map.groupBy(gone, keyOf).values()) {
    // The other case began with this alarm, and stays so.
    const seed = { ...seedFor(alarms, undefined, nowMs), episode: null };
    const [row] = await insertCases(tx, [seed], nowMs);
    if (row === undefined) throw new Error("a case was not written");
    for (const chunk of inLists(alarms.map(({ alarm }) => alarm.episode))) {
      await tx
        .updateTable("case_alarms")
        .set((eb) => ({
          own_case: row.id,
          joined_at_ms: Math.floor(nowMs),
          signed_by: null,
          signed_at_ms: null,
          signed_word_ms: null,
          signed_estimated: 0,
          version: eb("version", "+", 1),
        }))
        .where("episode", "in", chunk)
        .execute();
    }
    await takeOut(tx, { ...row, merged_into: main.id }, nowMs);
    await syncTimers(tx, await caseRows(tx, [row.id]));
  }
  return true;
};

const membersOf = async (tx: Writing, caseId: string): Promise<readonly PlacedAlarm[]> => {
  const rows: readonly AlarmRow[] = await tx
    .selectFrom("case_alarms")
    .innerJoin("alarms", "alarms.episode", "case_alarms.episode")
    .selectAll("alarms")
    .where("case_alarms.case_id", "=", caseId)
    .execute();
  const places = await placesOf(tx, rows);
  return rows.map((row) => placeAlarm(rowToAlarm(row), places.get(nameKey(row)) ?? { area: "/" }));
};
