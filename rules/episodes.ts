import type { AlarmEvent, Cause } from "#domain/alarm.ts";
import { episodeId, eventId, type DetectorId } from "#domain/ids.ts";
import type { Instant } from "#domain/time.ts";
import { higherLevel, sameLevel } from "./level.ts";
import type { Opinion, Rule } from "./rule.ts";
import type { Episode } from "./state.ts";

/** What became of one rule's episode: the episode that is open now, and what is to be told. */
export interface Turn {
  readonly episode: Episode | undefined;
  readonly event: AlarmEvent | undefined;
}

/**
 * Follows a rule's opinion through the life of its episode: raised once, worsened when the grade
 * or the priority rises or a test turns out to be real, returned when the condition is gone.
 *
 * Names are made from the inputs alone, so that a repeated input makes the same ids. An episode
 * lasts at least one millisecond: two of one rule cannot share a name.
 */
export const turn = (
  rule: Rule["id"],
  open: Episode | undefined,
  opinion: Opinion,
  detector: DetectorId,
  at: Instant,
): Turn => {
  if (open === undefined) {
    return opinion.stands ? raise(rule, opinion, detector, at) : nothing;
  }
  if (!opinion.stands) {
    if (at.monoMs <= open.raisedAtMs) return { episode: open, event: undefined };
    const last = { ...open, level: opinion.level ?? open.level, events: open.events + 1 };
    return { episode: undefined, event: tell("returned", last, opinion.cause(), detector, at) };
  }
  return carryOn(open, opinion, detector, at);
};

const nothing: Turn = { episode: undefined, event: undefined };

type Standing = Extract<Opinion, { stands: true }>;

const raise = (rule: Rule["id"], opinion: Standing, detector: DetectorId, at: Instant): Turn => {
  const episode: Episode = {
    id: episodeId(`${detector}:${rule}:${at.bootId.slice(0, 8)}:${at.monoMs}`),
    rule,
    alarmClass: opinion.alarmClass,
    priority: opinion.priority,
    grade: opinion.grade,
    raisedAtMs: at.monoMs,
    events: 1,
    gas: opinion.gas ?? opinion.level?.gas,
    level: opinion.level,
    peak: opinion.level,
    test: opinion.test,
  };
  return { episode, event: tell("raised", episode, opinion.cause(), detector, at) };
};

const carryOn = (open: Episode, opinion: Standing, detector: DetectorId, at: Instant): Turn => {
  // Real stays real: a self-test that begins during an alarm does not make the alarm a test.
  const test = open.test && opinion.test;
  const worse =
    opinion.grade > open.grade ||
    opinion.priority < open.priority ||
    test !== open.test ||
    (open.alarmClass !== "co" && opinion.alarmClass === "co");
  const peak = higherLevel(open.peak, opinion.level);
  const level = opinion.level ?? open.level;
  if (!worse && sameLevel(peak, open.peak) && sameLevel(level, open.level)) {
    return { episode: open, event: undefined };
  }
  if (!worse) return { episode: { ...open, level, peak }, event: undefined };
  const episode: Episode = {
    ...open,
    alarmClass: open.alarmClass === "co" ? "co" : opinion.alarmClass,
    priority: opinion.priority < open.priority ? opinion.priority : open.priority,
    grade: Math.max(opinion.grade, open.grade),
    events: open.events + 1,
    gas: opinion.gas ?? opinion.level?.gas ?? open.gas,
    level,
    peak,
    test,
  };
  return { episode, event: tell("worsened", episode, opinion.cause(), detector, at) };
};

const tell = (
  kind: AlarmEvent["kind"],
  episode: Episode,
  cause: Cause,
  detector: DetectorId,
  at: Instant,
): AlarmEvent => ({
  id: eventId(`${episode.id}#${episode.events}`),
  episode: episode.id,
  kind,
  detector,
  rule: episode.rule,
  alarmClass: episode.alarmClass,
  priority: episode.priority,
  at,
  cause,
  ...(episode.gas === undefined ? {} : { gas: episode.gas }),
  ...(episode.level === undefined ? {} : { level: episode.level }),
  ...(episode.peak === undefined ? {} : { peak: episode.peak }),
  test: episode.test,
});
