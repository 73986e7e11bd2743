import { isDanger } from "#domain/alarm.ts";
import type { CaseKind } from "#domain/case.ts";
import type { CaseView } from "#domain/case-view.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import { isHeld, isSigned } from "./desk-state.ts";
import { isSelfTest } from "./sort-alarms.ts";

/** `co`: T4 rhythm; `gas`: two tones; `high`: three chimes each 30 s; `link-lost`: a low tone. */
export type Sound = "co" | "gas" | "high" | "link-lost" | "quiet";

/**
 * What this seat sounds, from what stands unsigned. Only a signature (签收) ends the sound of an
 * alarm; a return to normal does not, because somebody may lie behind the door. Drills sound like
 * the real thing, self-tests of a detector and what is held back do not sound. `cases` are those
 * that want a signature and have no alarm on the desk; an urgent one sounds like its gas.
 */
export const planSound = (
  alarms: Iterable<DeskAlarm>,
  linkLost: boolean,
  cases: readonly CaseView[] = [],
): Sound => {
  const waiting = [...alarms].filter((alarm) => !isSigned(alarm) && rings(alarm));
  const urgent = waiting.filter(({ notice }) => notice.event.priority === 1);
  const called = cases.filter(isUrgentCase).map(({ kind }) => (kind === "co" ? "co" : "gas"));
  const gases = new Set([...urgent.map(({ notice }) => notice.event.alarmClass), ...called]);
  if (gases.has("co")) return "co";
  if (gases.has("gas")) return "gas";
  if (waiting.some(({ notice }) => notice.event.priority <= 2) || cases.length > 0) return "high";
  return linkLost ? "link-lost" : "quiet";
};

/** Unsigned gas or CO: a seat without sound must say so in red while one stands. */
export const isDangerWaiting = (alarm: DeskAlarm): boolean =>
  isDanger(alarm.notice.event.alarmClass) && !isSigned(alarm) && rings(alarm);

const dangers: ReadonlySet<string> = new Set(["co", "gas", "smell"] satisfies CaseKind[]);

/** Gas or CO that people told of, not a detector. */
export const isUrgentCase = ({ priority, kind }: CaseView): boolean =>
  priority === 1 && dangers.has(kind);

const rings = (alarm: DeskAlarm): boolean => !isSelfTest(alarm) && !isHeld(alarm);

/** The alarm got worse after somebody had signed for it: they may not know. */
export const worsenedAfterSigning = ({ notice, case: work }: DeskAlarm): boolean =>
  notice.event.kind === "worsened" &&
  work.acceptedAtMs !== undefined &&
  notice.event.at.wallMs > work.acceptedAtMs;

/**
 * Episodes that deserve a chime now: a fault seen for the first time, or an alarm that worsened in
 * the hands of the person who signed for it.
 */
export const chimesFor = (
  before: ReadonlyMap<string, DeskAlarm>,
  after: ReadonlyMap<string, DeskAlarm>,
): readonly string[] =>
  [...after.values()]
    .filter((alarm) => {
      const known = before.get(alarm.episode);
      if (!rings(alarm)) return false;
      if (known === undefined) return alarm.notice.event.priority === 3;
      return worsenedAfterSigning(alarm) && known.notice.event.id !== alarm.notice.event.id;
    })
    .map(({ episode }) => episode);
