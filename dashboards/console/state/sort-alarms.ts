import { isDanger } from "#domain/alarm.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import { isHeld, isSigned } from "./desk-state.ts";

/**
 * The order of the queue: what can kill first, what nobody owns first, what has waited longest first.
 *
 * 0. what rings before what is held back; 1. gas and CO before everything else; 2. real before drill and test; 3. priority; 4. unsigned
 * before signed, standing before returned; 5. among unsigned urgent ones the longest waiting first,
 * elsewhere the newest first. Every key is a fact of the alarm, so a row moves only when its alarm
 * changes.
 */
export const sortAlarms = (alarms: Iterable<DeskAlarm>): readonly DeskAlarm[] =>
  [...alarms].sort((a, b) => {
    for (const key of keys) {
      const difference = key(a) - key(b);
      if (difference !== 0) return difference;
    }
    return a.episode < b.episode ? -1 : 1;
  });

/** Staged by people: a drill of the whole site, or a detector in self-test. */
export const isStaged = (alarm: DeskAlarm): boolean => alarm.notice.drill || isSelfTest(alarm);

/** A detector tests itself, or a technician tests it. */
export const isSelfTest = ({ notice }: DeskAlarm): boolean =>
  notice.event.test || notice.event.alarmClass === "test";

/** The first alarm that nobody has signed for. */
export const firstUnsigned = (rows: readonly DeskAlarm[]): DeskAlarm | undefined =>
  rows.find((alarm) => !isSigned(alarm));

const keys: readonly ((alarm: DeskAlarm) => number)[] = [
  (alarm) => (isHeld(alarm) ? 1 : 0),
  (alarm) => (isDanger(alarm.notice.event.alarmClass) ? 0 : 1),
  (alarm) => (isStaged(alarm) ? 1 : 0),
  (alarm) => alarm.notice.event.priority,
  (alarm) => (isSigned(alarm) ? 2 : 0) + (alarm.condition === "returned" ? 1 : 0),
  (alarm) =>
    alarm.notice.event.priority === 1 && !isSigned(alarm) ? alarm.firstAtMs : -alarm.firstAtMs,
];
