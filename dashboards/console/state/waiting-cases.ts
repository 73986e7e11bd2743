/** Cases that wait for a signature where no alarm on the desk would show it. Pure. */
import { isOpen } from "#domain/case.ts";
import type { CaseView } from "#domain/case-view.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import { sortCases } from "./work-state.ts";

/**
 * A lost gateway, somebody who smells gas: urgent or high, nobody has signed, and there is no row
 * to sign for. Faults (P3, P4) wait in the list of cases without a place at the top.
 */
export const waitingCases = (
  cases: Iterable<CaseView>,
  alarms: readonly DeskAlarm[],
): readonly CaseView[] => {
  const shown = new Set(alarms.map((alarm) => alarm.case.id));
  return sortCases(cases).filter(
    ({ id, priority, state, signedAtMs, test }) =>
      priority <= 2 &&
      signedAtMs === undefined &&
      isOpen(state) &&
      state !== "suspended" &&
      !test &&
      !shown.has(id),
  );
};
