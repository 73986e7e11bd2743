import { ruleIds, type RuleId } from "#domain/alarm.ts";
import type { UserId } from "#domain/ids.ts";
import { after, type DurationMs } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import {
  dangerRules,
  lifeOf,
  type ActionEvent,
  type ActionKind,
  type Hold,
  type Life,
} from "./life.ts";
import { amount } from "./level.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import { soundingOf, type DetectorState, type Episode } from "./state.ts";

/** What people, or the design for other classes than gas and CO, may do to a detector's alarms. */
export type Command =
  | { readonly kind: "acknowledge"; readonly rule: RuleId; readonly by: UserId }
  | {
      readonly kind: "unacknowledge";
      readonly rule: RuleId;
      readonly by: UserId;
      readonly reason: string;
    }
  | { readonly kind: "reset"; readonly rule: RuleId; readonly by: UserId; readonly reason: string }
  | {
      readonly kind: "shelve";
      readonly rule: RuleId;
      readonly by: UserId;
      readonly reason: string;
      readonly duration: DurationMs;
    }
  | { readonly kind: "unshelve"; readonly rule: RuleId; readonly by: UserId }
  | { readonly kind: "suppress"; readonly rule: RuleId; readonly cause: string }
  | { readonly kind: "unsuppress"; readonly rule: RuleId; readonly cause: string }
  | {
      readonly kind: "take-out-of-service";
      readonly by: UserId;
      readonly reason: string;
      readonly duration: DurationMs;
      /** A named person stands in front of it; without that an alarm that stands cannot be taken out. */
      readonly confirmedOnSite: boolean;
    }
  | { readonly kind: "return-to-service"; readonly by: UserId }
  | {
      readonly kind: "hush";
      readonly by: UserId;
      readonly reason: string;
      readonly duration: DurationMs;
      readonly confirmedOnSite: boolean;
    };

export interface Obeyed {
  readonly state: DetectorState;
  readonly action: ActionEvent;
}

/** Carries out a command, or says why it is refused. What is refused changes nothing. */
export const obey = (
  state: DetectorState,
  command: Command,
  now: Instant,
  limits: LimitSet,
): Result<Obeyed, Bilingual> => {
  const nameless = isNameless(command);
  if (nameless !== undefined) return err(nameless);
  switch (command.kind) {
    case "acknowledge":
    case "unacknowledge":
    case "reset":
      return sign(state, command, now, limits);
    case "shelve":
    case "take-out-of-service":
      return hold(state, command, now, limits);
    case "suppress":
      if (dangerRules.has(command.rule)) return err(refusals.dangerByDesign);
      return put(state, command.cause, command.rule, "suppressed", now, undefined, command.cause);
    case "unshelve":
      return lift(state, "shelved", command.rule, command.by, now);
    case "unsuppress":
      return lift(state, "suppressed", command.rule, command.cause, now);
    case "return-to-service":
      return lift(state, "out-of-service", "all", command.by, now);
    case "hush":
      return hush(state, command, now, limits);
  }
};

export const refusals = {
  nameless: {
    zh: "必须写明姓名和原因。",
    en: "A name and a reason are needed.",
  },
  unknownRule: { zh: "没有这条规则。", en: "There is no such rule." },
  nothingToSign: {
    zh: "没有待签收的报警:它不存在、已被签收,或已搁置/停用。",
    en: "There is no alarm to sign for: none, signed already, or held back.",
  },
  notSigned: {
    zh: "报警未签收,不能撤回签收。",
    en: "The alarm is not signed for, so that cannot be taken back.",
  },
  notLatched: {
    zh: "不能复位:只有已恢复且已签收的锁存报警可以复位。",
    en: "Cannot be reset: only an alarm that has returned and is signed for can.",
  },
  dangerStands: {
    zh: "燃气或一氧化碳正在报警,不能搁置;停用须由到场人员确认。",
    en: "A gas or CO alarm stands: it cannot be shelved, and taken out of service only by a person on site.",
  },
  dangerByDesign: {
    zh: "燃气和一氧化碳报警不能被自动抑制。",
    en: "Gas and CO are never suppressed by design.",
  },
  alreadyHeld: { zh: "已经搁置或停用。", en: "It is held back already." },
  notHeld: { zh: "没有可解除的搁置、抑制或停用。", en: "There is nothing to lift." },
  notSounding: { zh: "现在没有声响。", en: "Nothing sounds." },
  cannotHush: {
    zh: "不能消音:浓度仍在报警值以上且无人到场确认,或已达高报值。",
    en: "Cannot be hushed: the level is still at its threshold and nobody on site vouches, or it is at the high level.",
  },
} as const satisfies Record<string, Bilingual>;

const isBlank = (text: string): boolean => text.trim() === "";

const isNameless = (command: Command): Bilingual | undefined => {
  const by = "by" in command ? command.by : command.cause;
  const reason = "reason" in command ? command.reason : by;
  if (isBlank(by) || isBlank(reason)) return refusals.nameless;
  return "rule" in command && !ruleIds.includes(command.rule) ? refusals.unknownRule : undefined;
};

type Signing = Extract<Command, { kind: "acknowledge" | "unacknowledge" | "reset" }>;

const sign = (
  state: DetectorState,
  command: Signing,
  now: Instant,
  limits: LimitSet,
): Result<Obeyed, Bilingual> => {
  const { rule, by, kind } = command;
  const at = lifeOf(state, rule);
  const mine = state.life.find((one) => one.rule === rule);
  const others = state.life.filter((one) => one !== mine);
  const done = (life: readonly Life[], as: ActionKind, episode: Episode["id"]) =>
    ok({
      state: { ...state, life },
      action: act(as, state, now, rule, by, "reason" in command ? command.reason : "", { episode }),
    });
  if (kind === "acknowledge") {
    const open = state.episodes.find((one) => one.rule === rule && !one.test);
    if (at === "unacknowledged" && open !== undefined) {
      const life = { rule, episode: open.id, alarmClass: open.alarmClass, acknowledgedBy: by };
      return done(others.concat({ ...life, standing: true }), "acknowledged", open.id);
    }
    if (at !== "returned-unacknowledged" || mine === undefined) return err(refusals.nothingToSign);
    // What latches stays until it is reset; the rest is over with the signature.
    const latches = limits.life.latch.includes(mine.alarmClass);
    const life = latches ? others.concat({ ...mine, acknowledgedBy: by }) : others;
    return done(life, "acknowledged", mine.episode);
  }
  if (kind === "unacknowledge") {
    if (at !== "acknowledged" || mine === undefined) return err(refusals.notSigned);
    return done(others, "unacknowledged", mine.episode);
  }
  if (at !== "latched" || mine === undefined) return err(refusals.notLatched);
  return done(others, "reset", mine.episode);
};

const standingDanger = (state: DetectorState): boolean =>
  state.episodes.some((one) => dangerRules.has(one.rule) && !one.test && one.held === undefined);

const hold = (
  state: DetectorState,
  command: Extract<Command, { kind: "shelve" | "take-out-of-service" }>,
  now: Instant,
  limits: LimitSet,
): Result<Obeyed, Bilingual> => {
  const { by, reason, duration } = command;
  const shelve = command.kind === "shelve";
  const atMost = shelve ? limits.life.shelveAtMost : limits.life.outOfServiceAtMost;
  if (!(duration > 0 && duration <= atMost.value)) return err(tooLong(atMost.value));
  const danger = standingDanger(state);
  if (shelve ? danger && dangerRules.has(command.rule) : danger && !command.confirmedOnSite) {
    return err(refusals.dangerStands);
  }
  const kind = shelve ? "shelved" : "out-of-service";
  const until = after(now.monoMs, duration);
  return put(state, by, shelve ? command.rule : "all", kind, now, until, reason);
};

const tooLong = (atMostMs: number): Bilingual => {
  const hours = atMostMs / 3_600_000;
  return {
    zh: `期限必须大于 0 且不超过 ${hours} 小时。`,
    en: `The time must be more than 0 and at most ${hours} h.`,
  };
};

const put = (
  state: DetectorState,
  by: string,
  rule: RuleId | "all",
  kind: Hold["kind"],
  now: Instant,
  untilMs: Hold["untilMs"],
  reason: string,
): Result<Obeyed, Bilingual> => {
  if (state.holds.some((one) => one.kind === kind && one.rule === rule)) {
    return err(refusals.alreadyHeld);
  }
  const placed: Hold = { kind, rule, by, reason, sinceMs: now.monoMs, untilMs };
  const as = kind === "out-of-service" ? "taken-out-of-service" : kind;
  const left = untilMs === undefined ? {} : { untilWallMs: now.wallMs + untilMs - now.monoMs };
  return ok({
    state: { ...state, holds: state.holds.concat(placed) },
    action: act(as, state, now, rule, by, reason, left),
  });
};

const lift = (
  state: DetectorState,
  kind: Hold["kind"],
  rule: RuleId | "all",
  by: string,
  now: Instant,
): Result<Obeyed, Bilingual> => {
  const found = state.holds.find(
    (one) => one.kind === kind && one.rule === rule && (kind !== "suppressed" || one.by === by),
  );
  if (found === undefined) return err(refusals.notHeld);
  const as = { shelved: "unshelved", suppressed: "unsuppressed" } as const;
  return ok({
    state: { ...state, holds: state.holds.filter((one) => one !== found) },
    action: act(
      kind === "out-of-service" ? "returned-to-service" : as[kind],
      state,
      now,
      rule,
      by,
      found.reason,
    ),
  });
};

const hush = (
  state: DetectorState,
  command: Extract<Command, { kind: "hush" }>,
  now: Instant,
  limits: LimitSet,
): Result<Obeyed, Bilingual> => {
  const { by, reason, duration, confirmedOnSite } = command;
  const atMost = limits.life.hushAtMost.value;
  if (!(duration > 0 && duration <= atMost)) return err(tooLong(atMost));
  if (soundingOf(state.episodes) === "none") return err(refusals.notSounding);
  const loud = state.episodes.filter((one) => dangerRules.has(one.rule) && !one.test);
  const low = loud.every((one) => !isStillSevere(one, limits));
  const vouched = confirmedOnSite || loud.every((one) => isBelowThreshold(one, limits));
  if (!low || !vouched) return err(refusals.cannotHush);
  const untilMs = after(now.monoMs, duration);
  return ok({
    state: { ...state, hush: { by, reason, untilMs } },
    action: act("hushed", state, now, "all", by, reason, { untilWallMs: now.wallMs + duration }),
  });
};

/** Severe, and still so: a level that has fallen below the low threshold is no longer. */
const isStillSevere = (episode: Episode, limits: LimitSet): boolean =>
  episode.severe && !isBelowThreshold(episode, limits);

/** GB/T 45839-2025: remote silence while the measured value is below the threshold. */
const isBelowThreshold = ({ level }: Episode, { gas, co }: LimitSet): boolean => {
  if (level === undefined) return false;
  const limit = level.gas === "co" ? co.bands.startsAbove.value : gas.low.raiseAt.value;
  return amount(level) < limit;
};

/** One thing done, with a name made from the inputs alone. */
export const act = (
  kind: ActionKind,
  { detector }: DetectorState,
  at: Instant,
  rule: RuleId | "all",
  by: string,
  reason: string,
  more: Pick<ActionEvent, "episode" | "untilWallMs"> = {},
): ActionEvent => ({
  id: `${detector}:${kind}:${rule}:${at.bootId.slice(0, 8)}:${at.monoMs}`,
  kind,
  detector,
  rule,
  by,
  reason,
  at,
  ...more,
});
