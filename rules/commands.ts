import type { ActionOrigin } from "#domain/action.ts";
import { ruleIds, type RuleId } from "#domain/alarm.ts";
import { after } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { act } from "./act.ts";
import type { Command, Obeyed } from "./command.ts";
import { endHush, hush } from "./hush.ts";
import { dangerRules, type Hold } from "./life.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import { refusals } from "./refusals.ts";
import { sign } from "./sign.ts";
import { withAlarms, type DetectorState } from "./state.ts";
import { writeOff } from "./write-off.ts";

export type { Command, Obeyed } from "./command.ts";
export { refusals } from "./refusals.ts";

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
      return suppress(state, command, now);
    case "unshelve":
      return lift(state, "shelved", command.rule, command, now);
    case "unsuppress":
      return lift(state, "suppressed", command.rule, { by: command.cause }, now);
    case "return-to-service":
      return lift(state, "out-of-service", "all", command, now);
    case "write-off":
      return writeOff(state, command, now, limits);
    case "hush":
      return hush(state, command, now, limits);
    case "release-hush":
    case "break-hush":
      return endHush(state, command, now);
  }
};

const isBlank = (text: string): boolean => text.trim() === "";

const isNameless = (command: Command): Bilingual | undefined => {
  const by = "by" in command ? command.by : command.cause;
  const reason = "reason" in command ? command.reason : by;
  if (isBlank(by) || isBlank(reason)) return refusals.nameless;
  return "rule" in command && !ruleIds.includes(command.rule) ? refusals.unknownRule : undefined;
};

const standingDanger = (state: DetectorState): boolean =>
  state.alarms.episodes.some(
    (one) => dangerRules.has(one.rule) && !one.test && one.held === undefined,
  );

const hold = (
  state: DetectorState,
  command: Extract<Command, { kind: "shelve" | "take-out-of-service" }>,
  now: Instant,
  limits: LimitSet,
): Result<Obeyed, Bilingual> => {
  const { by, reason, duration, origin } = command;
  const shelve = command.kind === "shelve";
  const atMost = shelve ? limits.life.shelveAtMost : limits.life.outOfServiceAtMost;
  if (!(duration > 0 && duration <= atMost.value)) return err(tooLong(atMost.value));
  const danger = standingDanger(state);
  if (shelve ? danger && dangerRules.has(command.rule) : danger && !command.confirmedOnSite) {
    return err(refusals.dangerStands);
  }
  const kind = shelve ? "shelved" : "out-of-service";
  const rule = shelve ? command.rule : "all";
  return put(state, { kind, rule, by, reason, untilMs: after(now.monoMs, duration) }, now, origin);
};

const suppress = (
  state: DetectorState,
  { rule, cause }: Extract<Command, { kind: "suppress" }>,
  now: Instant,
): Result<Obeyed, Bilingual> =>
  put(state, { kind: "suppressed", rule, by: cause, reason: cause, untilMs: undefined }, now);

const tooLong = (atMostMs: number): Bilingual => {
  const hours = atMostMs / 3_600_000;
  return {
    zh: `期限必须大于 0 且不超过 ${hours} 小时。`,
    en: `The time must be more than 0 and at most ${hours} h.`,
  };
};

const put = (
  state: DetectorState,
  hold: Omit<Hold, "sinceMs">,
  now: Instant,
  origin?: ActionOrigin,
): Result<Obeyed, Bilingual> => {
  const { kind, rule, by, reason, untilMs } = hold;
  if (state.alarms.holds.some((one) => one.kind === kind && one.rule === rule)) {
    return err(refusals.alreadyHeld);
  }
  const placed: Hold = { kind, rule, by, reason, sinceMs: now.monoMs, untilMs };
  const as = kind === "out-of-service" ? "taken-out-of-service" : kind;
  return ok({
    state: withAlarms(state, { holds: state.alarms.holds.concat(placed) }),
    action: act(as, state, now, rule, by, reason, {
      ...(untilMs !== undefined && { untilWallMs: now.wallMs + untilMs - now.monoMs }),
      ...(origin && { origin }),
    }),
  });
};

const lift = (
  state: DetectorState,
  kind: Hold["kind"],
  rule: RuleId | "all",
  { by, origin }: { readonly by: string; readonly origin?: ActionOrigin },
  now: Instant,
): Result<Obeyed, Bilingual> => {
  const { holds } = state.alarms;
  const found = holds.find(
    (one) => one.kind === kind && one.rule === rule && (kind !== "suppressed" || one.by === by),
  );
  if (found === undefined) return err(refusals.notHeld);
  const as = { shelved: "unshelved", suppressed: "unsuppressed" } as const;
  return ok({
    state: withAlarms(state, { holds: holds.filter((one) => one !== found) }),
    action: act(
      kind === "out-of-service" ? "returned-to-service" : as[kind],
      state,
      now,
      rule,
      by,
      found.reason,
      origin && { origin },
    ),
  });
};
