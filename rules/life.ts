import {
  isDanger,
  type AlarmClass,
  type AlarmEvent,
  type Held,
  type RuleId,
} from "#domain/alarm.ts";
import type { Side } from "#domain/action.ts";
import type { Level } from "#domain/gas.ts";
import type { EpisodeId, UserId } from "#domain/ids.ts";
import { monoMs, type MonoMs } from "#domain/quantity.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import type { DetectorState, Episode } from "./state.ts";

export { actionKinds, type ActionEvent, type ActionKind } from "#domain/action.ts";

/**
 * Where one rule of one detector stands in the life of an alarm, after ISA-18.2 (`docs/standards.md`
 * §6.1). `latched`: signed for and back to normal, but held until a person resets it, as
 * GB/T 45839-2025 asks of gas and CO.
 */
export const lifeStates = [
  "normal",
  "unacknowledged",
  "acknowledged",
  "returned-unacknowledged",
  "latched",
  "shelved",
  "suppressed",
  "out-of-service",
] as const;
export type LifeState = (typeof lifeStates)[number];

/** What people have done with an episode, and what is left of it after it has returned. */
export interface Life {
  readonly rule: RuleId;
  readonly episode: EpisodeId;
  readonly alarmClass: AlarmClass;
  /** Who answers for it: the first by time of those who signed. */
  readonly acknowledgedBy: UserId | undefined;
  /** Everybody who signed, first by time; people cut off from one another may both have. */
  readonly signatures?: readonly Signature[];
  /** False once the condition has returned: only the latch or the missing signature is left. */
  readonly standing: boolean;
}

/** One person's name under one alarm. */
export interface Signature {
  readonly by: UserId;
  /** Wall clock of the moment they signed, wherever that was. */
  readonly atMs: number;
  readonly side: Side;
  /** The command it came with, when it was signed elsewhere. */
  readonly command?: string;
}

/** Someone answers for it that a rule, or the whole detector, rings nobody for a while. */
export interface Hold {
  readonly kind: "shelved" | "suppressed" | "out-of-service";
  readonly rule: RuleId | "all";
  /** The person, or the cause by design. */
  readonly by: string;
  readonly reason: string;
  readonly sinceMs: MonoMs;
  /** `undefined` only for suppression by design, which ends with its cause. */
  readonly untilMs: MonoMs | undefined;
}

/** The sound alone is off for some minutes; the alarm stands. */
export interface Hush {
  readonly by: string;
  readonly reason: string;
  readonly untilMs: MonoMs;
  /** What was measured when it began: a higher level brings the sound back. */
  readonly levels?: readonly Level[];
}

export const dangerRules: ReadonlySet<RuleId> = new Set([
  "co",
  "combustible",
  "device-alarm-co",
  "device-alarm-gas",
  "over-range",
]);

/**
 * What holds a rule's events back now. Design never holds gas or CO; a shelving does, but not a
 * severe alarm: the high level, the set point, over-range break through what a person shelved.
 */
export const holdOn = (holds: readonly Hold[], rule: RuleId, severe: boolean): Held | undefined => {
  if (holds.length === 0) return undefined;
  const hold = strongest(holds, rule);
  if (hold === undefined) return undefined;
  if (hold.kind === "suppressed" && dangerRules.has(rule)) return undefined;
  if (hold.kind === "shelved" && severe && dangerRules.has(rule)) return undefined;
  return { by: hold.kind, who: hold.by, reason: hold.reason };
};

const strongest = (holds: readonly Hold[], rule: RuleId): Hold | undefined => {
  const mine = holds.filter((hold) => hold.rule === rule || hold.rule === "all");
  return (
    mine.find((hold) => hold.kind === "out-of-service") ??
    mine.find((hold) => hold.kind === "shelved") ??
    mine[0]
  );
};

/** The state of one rule's alarm, as people are shown it. */
export const lifeOf = ({ alarms }: Pick<DetectorState, "alarms">, rule: RuleId): LifeState => {
  const open = alarms.episodes.find((episode) => episode.rule === rule && !episode.test);
  const hold = strongest(alarms.holds, rule);
  const broken = open !== undefined && open.held === undefined;
  if (hold !== undefined && !broken) return hold.kind;
  const life = alarms.life.find((one) => one.rule === rule);
  if (open !== undefined) {
    return life?.standing === true && life.acknowledgedBy !== undefined
      ? "acknowledged"
      : "unacknowledged";
  }
  if (life === undefined || life.standing) return "normal";
  return life.acknowledgedBy === undefined ? "returned-unacknowledged" : "latched";
};

/**
 * Follows the events of a step: an event that is not held back must be signed for again; a return
 * leaves a latch, or a missing signature, for the classes that ask for one.
 */
export const follow = (
  before: readonly Life[],
  events: readonly AlarmEvent[],
  limits: LimitSet,
): readonly Life[] => {
  let life = before;
  for (const event of events) {
    const mine = life.find((one) => one.rule === event.rule);
    const others = life.filter((one) => one !== mine);
    if (event.kind !== "returned") {
      // A new alarm, or a worse one: whatever was signed or latched before is superseded.
      if (mine !== undefined && asksForPeople(event)) life = others;
      continue;
    }
    const acknowledgedBy = mine?.episode === event.episode ? mine.acknowledgedBy : undefined;
    const signatures = mine?.episode === event.episode ? mine.signatures : undefined;
    const left: Life = {
      ...of(event),
      acknowledgedBy,
      ...(signatures && { signatures }),
      standing: false,
    };
    if (mustBeKept(left, event, limits)) life = others.concat(left);
    // What asks nothing of people does not take away what an earlier episode still asks.
    else if (mine?.episode === event.episode) life = others;
  }
  return life;
};

/**
 * An episode after an event: where its event asks people anew, because it was a pre-alarm, held back
 * or signed for before, their time counts from here and not from its beginning.
 */
export const owe = (
  episode: Episode,
  before: Episode | undefined,
  event: AlarmEvent | undefined,
  life: readonly Life[],
): Episode => {
  if (before === undefined || event?.kind !== "worsened" || !asksForPeople(event)) return episode;
  // What stands has such a life only by a signature.
  const isSigned = life.some((one) => one.episode === before.id);
  const wasAsked = !before.test && before.held === undefined && before.priority === event.priority;
  return wasAsked && !isSigned ? episode : { ...episode, owedSinceMs: event.at.monoMs };
};

const of = ({ rule, episode, alarmClass }: AlarmEvent) => ({ rule, episode, alarmClass });

/** Tests, pre-alarms and what was held back ask nothing of people. */
const asksForPeople = (event: AlarmEvent): boolean =>
  !event.test && event.held === undefined && (event.priority === 1 || !isDanger(event.alarmClass));

const mustBeKept = (life: Life, event: AlarmEvent, limits: LimitSet): boolean => {
  if (!asksForPeople(event)) return false;
  if (limits.life.latch.includes(life.alarmClass)) return true;
  return life.acknowledgedBy === undefined && limits.life.acknowledge.includes(life.alarmClass);
};

/** The holds that still hold, and those whose time is up. */
export const expire = (
  holds: readonly Hold[],
  nowMs: MonoMs,
): { readonly held: readonly Hold[]; readonly ended: readonly Hold[] } => {
  if (holds.length === 0) return { held: holds, ended: holds };
  const isOver = (hold: Hold): boolean => hold.untilMs !== undefined && hold.untilMs <= nowMs;
  if (!holds.some(isOver)) return { held: holds, ended: [] };
  return { held: holds.filter((hold) => !isOver(hold)), ended: holds.filter(isOver) };
};

export const nextExpiry = (holds: readonly Hold[], hush: Hush | undefined): MonoMs => {
  let next = hush?.untilMs ?? monoMs(Number.POSITIVE_INFINITY);
  for (const { untilMs } of holds) if (untilMs !== undefined && untilMs < next) next = untilMs;
  return next;
};
