import type { Priority } from "#domain/alarm.ts";
import type { CaseLevel } from "#domain/case.ts";
import { heldBack, type Alarm } from "../intake/fold-alarm.ts";
import type { RegisteredPlace } from "../register/place-of.ts";
import type { CaseRow } from "../store/case-tables.ts";
import type { CaseSeed } from "./create-case.ts";

/** A new alarm and where it belongs. */
export interface PlacedAlarm {
  readonly alarm: Alarm;
  readonly place: RegisteredPlace;
  readonly home: string;
  readonly family: string;
  readonly staged: boolean;
}

/** So soon after a close the same danger begins at the street. Source: `people.md` §6.2. */
const atStreetWithinMs = 24 * 3_600_000;

/** The case that alarms of one home begin together. */
export const seedFor = (
  alarms: readonly PlacedAlarm[],
  closedBefore: CaseRow | undefined,
  nowMs: number,
): CaseSeed => {
  const [first] = [...alarms].sort(
    (a, b) => a.alarm.notice.event.priority - b.alarm.notice.event.priority,
  );
  if (first === undefined) throw new Error("a case without an alarm");
  const { notice } = first.alarm;
  const { event, where } = notice;
  return {
    kind: event.alarmClass,
    source: "gateway",
    priority: event.priority,
    by: first.alarm.gateway,
    channel: "gateway",
    area: first.place.area,
    home: first.home,
    family: first.family,
    place: where.address?.text ?? `${first.alarm.gateway} ${event.detector}`,
    drill: notice.drill,
    test: first.family === "test",
    level: levelAfter(closedBefore, first.family, nowMs),
    plan: mostUrgent(alarms.map(({ alarm }) => planOfAlarm(alarm))),
    episode: first.alarm.episode,
    gas: event.gas ?? null,
    sourceRef: null,
    report: null,
    household: first.place.household ?? null,
    recurrenceOf: closedBefore?.id ?? null,
    dueAtMs: null,
  };
};

const levelAfter = (closed: CaseRow | undefined, family: string, nowMs: number): CaseLevel =>
  closed !== undefined && family === "danger" && nowMs - closed.entered_at_ms <= atStreetWithinMs
    ? "street"
    : "community";

/**
 * Whose clocks an alarm starts: none for one that somebody answers for; those of a fault for one
 * that a detector's own store tells of after an outage, because nobody can act on the past.
 */
export const planOfAlarm = (alarm: Alarm): Priority | 0 => {
  const held = heldBack(alarm);
  const { priority } = alarm.notice.event;
  if (held === undefined) return priority;
  if (held.by !== "late") return 0;
  return priority < 3 ? 3 : priority;
};

/** The more urgent of plans; 0 is none. */
export const mostUrgent = (plans: readonly (Priority | 0)[]): Priority | 0 =>
  plans.reduce<Priority | 0>(
    (most, plan) => (plan !== 0 && (most === 0 || plan < most) ? plan : most),
    0,
  );
