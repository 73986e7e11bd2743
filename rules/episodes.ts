import type { AlarmEvent, Held } from "#domain/alarm.ts";
import { episodeId, eventId, type DetectorId } from "#domain/ids.ts";
import { monoMs, type MonoMs } from "#domain/quantity.ts";
import type { Instant } from "#domain/time.ts";
import { higherLevel, sameLevel } from "./level.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import type { Spell } from "./memory.ts";
import { never, type Opinion, type Rule } from "./rule.ts";
import type { Episode } from "./state.ts";

/** What became of one rule's episode: what is open now, what is to be told, when to look again. */
export interface Turn {
  readonly episode: Episode | undefined;
  readonly event: AlarmEvent | undefined;
  readonly wakeAtMs: MonoMs;
}

/** What is the same for all rules of one step, and the spell of chatter this rule may be in. */
export interface Frame {
  readonly detector: DetectorId;
  readonly at: Instant;
  readonly limits: LimitSet;
  readonly held: Held | undefined;
  readonly spell: Spell | undefined;
}

/**
 * Follows a rule's opinion through the life of its episode: raised at once, worsened when the grade
 * or the priority rises, a test turns out to be real or nobody holds it back any more, returned
 * when the condition is gone.
 *
 * Names are made from the inputs alone, so that a repeated input makes the same ids. An episode
 * lasts a few seconds at least, and one whose condition comes and goes stays open until it has been
 * calm for a while, with a count of how often: chatter never hides the first alarm.
 */
export const turn = (
  rule: Rule["id"],
  open: Episode | undefined,
  opinion: Opinion,
  frame: Frame,
): Turn => {
  if (open === undefined) return opinion.stands ? raise(rule, opinion, frame) : nothing;
  return opinion.stands ? carryOn(open, opinion, frame) : end(open, opinion, frame);
};

const nothing: Turn = { episode: undefined, event: undefined, wakeAtMs: never };

type Stands = Extract<Opinion, { stands: true }>;
type Gone = Extract<Opinion, { stands: false }>;

const raise = (rule: Rule["id"], opinion: Stands, frame: Frame): Turn => {
  const { at, detector } = frame;
  const spell = again(frame.spell, frame);
  const episode: Episode = {
    id: episodeId(`${detector}:${rule}:${at.bootId.slice(0, 8)}:${at.monoMs}`),
    rule,
    alarmClass: opinion.alarmClass,
    priority: opinion.priority,
    grade: opinion.grade,
    severe: opinion.severe === true,
    raisedAtMs: at.monoMs,
    goneSinceMs: undefined,
    times: spell.times,
    spellFromMs: spell.fromMs,
    events: 1,
    gas: opinion.gas ?? opinion.level?.gas,
    level: opinion.level,
    peak: opinion.level,
    test: opinion.test,
    held: frame.held,
  };
  return { episode, event: tell("raised", episode, opinion, frame), wakeAtMs: never };
};

/** Counts one more beginning of the condition, in the spell it belongs to. */
const again = (spell: Spell | undefined, { at, limits }: Frame): Omit<Spell, "rule"> => {
  const { within, times } = limits.chatter.value;
  const lasts = spell !== undefined && (spell.times >= times || at.monoMs - spell.fromMs <= within);
  return lasts ? { times: spell.times + 1, fromMs: spell.fromMs } : { times: 1, fromMs: at.monoMs };
};

const isChattering = (episode: Episode, { limits }: Frame): boolean =>
  episode.times >= limits.chatter.value.times;

const end = (open: Episode, opinion: Gone, frame: Frame): Turn => {
  const now = frame.at.monoMs;
  const goneSinceMs = open.goneSinceMs ?? now;
  const calmMs = isChattering(open, frame) ? frame.limits.chatter.value.calm : 0;
  const dueMs = Math.max(
    open.raisedAtMs + frame.limits.shortestEpisode.value,
    goneSinceMs + calmMs,
  );
  if (now < dueMs) {
    const episode = open.goneSinceMs === undefined ? { ...open, goneSinceMs } : open;
    return { episode, event: undefined, wakeAtMs: monoMs(dueMs) };
  }
  const last = { ...open, level: opinion.level ?? open.level, events: open.events + 1 };
  return { episode: undefined, event: tell("returned", last, opinion, frame), wakeAtMs: never };
};

/** The end of an episode that no rule judges any more. */
export const giveUp = (
  open: Episode,
  cause: Gone["cause"],
  frame: Pick<Frame, "detector" | "at" | "limits">,
): AlarmEvent =>
  tell(
    "returned",
    { ...open, events: open.events + 1 },
    { stands: false, cause },
    { ...frame, held: undefined, spell: undefined },
  );

const carryOn = (open: Episode, opinion: Stands, frame: Frame): Turn => {
  // Real stays real: a self-test that begins during an alarm does not make the alarm a test.
  const test = open.test && opinion.test;
  const severe = open.severe || opinion.severe === true;
  const spell =
    open.goneSinceMs === undefined
      ? { times: open.times, fromMs: open.spellFromMs }
      : again({ rule: open.rule, times: open.times, fromMs: open.spellFromMs }, frame);
  const next: Episode = {
    ...open,
    alarmClass: open.alarmClass === "co" ? "co" : opinion.alarmClass,
    priority: opinion.priority < open.priority ? opinion.priority : open.priority,
    grade: Math.max(opinion.grade, open.grade),
    severe,
    goneSinceMs: undefined,
    times: spell.times,
    spellFromMs: spell.fromMs,
    level: opinion.level ?? open.level,
    peak: higherLevel(open.peak, opinion.level),
    test,
    held: frame.held,
  };
  const worse =
    next.grade > open.grade ||
    next.priority < open.priority ||
    test !== open.test ||
    next.alarmClass !== open.alarmClass ||
    (open.held !== undefined && next.held === undefined) ||
    (isChattering(next, frame) && !isChattering(open, frame));
  if (!worse) {
    return { episode: isUnchanged(open, next) ? open : next, event: undefined, wakeAtMs: never };
  }
  const gas = opinion.gas ?? opinion.level?.gas ?? open.gas;
  const episode = { ...next, gas, events: open.events + 1 };
  return { episode, event: tell("worsened", episode, opinion, frame), wakeAtMs: never };
};

const isUnchanged = (a: Episode, b: Episode): boolean =>
  sameLevel(a.peak, b.peak) &&
  sameLevel(a.level, b.level) &&
  a.goneSinceMs === b.goneSinceMs &&
  a.held === b.held &&
  a.severe === b.severe;

/**
 * Events of an episode are numbered. A life that ended before its last events were written is
 * forgotten by the gateway, though not by the center, and the next life gives the same numbers to
 * other events: the moment keeps them apart, and the same inputs still make the same ids.
 */
const moment = ({ bootId, monoMs }: Instant): string => `${bootId.slice(0, 8)}:${monoMs}`;

/** Which event of its episode one is, 1 for the first; `undefined`: it is another episode's. */
export const eventNumber = (episode: string, event: string): number | undefined => {
  if (!event.startsWith(`${episode}#`)) return undefined;
  const number = Number.parseInt(event.slice(episode.length + 1), 10);
  return number >= 1 ? number : undefined;
};

const tell = (
  kind: AlarmEvent["kind"],
  episode: Episode,
  opinion: Opinion,
  frame: Frame,
): AlarmEvent => ({
  id: eventId(`${episode.id}#${episode.events}@${moment(frame.at)}`),
  episode: episode.id,
  kind,
  detector: frame.detector,
  rule: episode.rule,
  alarmClass: episode.alarmClass,
  priority: episode.priority,
  at: frame.at,
  cause: opinion.cause(),
  ...(episode.gas === undefined ? {} : { gas: episode.gas }),
  ...(episode.level === undefined ? {} : { level: episode.level }),
  ...(episode.peak === undefined ? {} : { peak: episode.peak }),
  test: episode.test,
  ...(episode.held === undefined ? {} : { held: episode.held }),
  ...(isChattering(episode, frame) ? { chatter: episode.times } : {}),
});
