import { minutes, type DurationMs } from "#domain/quantity.ts";
import type { BrokenRule } from "#rules/memory.ts";
import type { LimitSet } from "./limit-set.ts";
import { defaultLimits } from "./sets.ts";

/** Rules that can be judged by: whatever was unusable in them is replaced and named. */
export interface UsableRules {
  readonly limits: LimitSet;
  readonly silenceAfter: DurationMs;
  readonly broken: readonly BrokenRule[];
}

/**
 * Looks through a detector's rules once per object: a part that is missing, throws or holds a
 * number that is none would make a rule fail, or worse, never alarm. Such a part is replaced by the
 * default, so that the rule still protects, and named so that a fault can be raised.
 */
export const usable = (rules: {
  readonly limits: LimitSet;
  readonly silenceAfter: DurationMs;
}): UsableRules => {
  const known = checked.get(rules);
  if (known !== undefined) return known;
  const result = check(rules);
  checked.set(rules, result);
  return result;
};

const checked = new WeakMap<object, UsableRules>();

/** Used when the silence limit itself is no number. */
const silenceFallback = minutes(10);

const check = (rules: Parameters<typeof usable>[0]): UsableRules => {
  const broken: BrokenRule[] = [];
  const part = <Name extends keyof LimitSet>(name: Name): LimitSet[Name] => {
    try {
      const value = rules.limits[name];
      const reason = mistake(value, defaultLimits[name], name);
      if (reason === undefined) return value;
      broken.push({ rule: ruleOf(name), reason });
    } catch (error) {
      broken.push({ rule: ruleOf(name), reason: String(error).slice(0, 200) });
    }
    return defaultLimits[name];
  };
  const limits: LimitSet = {
    id: part("id"),
    title: part("title"),
    gas: part("gas"),
    co: part("co"),
    holdAtMost: part("holdAtMost"),
    warmUpAtMost: part("warmUpAtMost"),
    selfTestAtMost: part("selfTestAtMost"),
    faultPersistence: part("faultPersistence"),
    shortestEpisode: part("shortestEpisode"),
    chatter: part("chatter"),
    life: part("life"),
    lateAfter: part("lateAfter"),
    lateSettles: part("lateSettles"),
    stuckAfter: part("stuckAfter"),
    deviceVerdict: part("deviceVerdict"),
    overRange: part("overRange"),
    reportedState: part("reportedState"),
    routes: part("routes"),
  };
  const { silenceAfter } = rules;
  const heard = silenceAfter > 0 && silenceAfter < Number.POSITIVE_INFINITY;
  if (!heard) broken.push({ rule: "silence", reason: `silenceAfter = ${silenceAfter}` });
  return {
    limits: broken.length === 0 ? rules.limits : limits,
    silenceAfter: heard ? silenceAfter : silenceFallback,
    broken,
  };
};

const ruleOf = (part: keyof LimitSet): string =>
  part === "gas" ? "combustible" : part === "co" ? "co" : `limits.${part}`;

/** Parts a set may leave out. */
const optional: ReadonlySet<string> = new Set(["co.setPoint", "gas.lelTable"]);

/** The first place where `value` is not of the shape of `model`, with finite numbers not below 0. */
const mistake = (value: unknown, model: unknown, path: string): string | undefined => {
  if (value === undefined && optional.has(path)) return undefined;
  if (typeof value === "number") {
    return value >= 0 && value < Number.POSITIVE_INFINITY ? undefined : `${path} = ${value}`;
  }
  if (Array.isArray(model)) {
    if (!Array.isArray(value)) return `${path} is no list`;
    return value.map((one, index) => mistake(one, model[0], `${path}.${index}`)).find(isText);
  }
  if (typeof value !== typeof model || (value === null) !== (model === null)) {
    return `${path} is ${value === undefined ? "missing" : `a ${typeof value}`}`;
  }
  if (typeof value !== "object" || value === null || typeof model !== "object" || model === null) {
    return undefined;
  }
  const given = new Map<string, unknown>(Object.entries(value));
  return Object.entries(model)
    .map(([name, inner]) => mistake(given.get(name), inner, `${path}.${name}`))
    .find(isText);
};

const isText = (value: string | undefined): value is string => value !== undefined;
