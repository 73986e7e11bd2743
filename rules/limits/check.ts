import { minutes, type DurationMs } from "#domain/quantity.ts";
import type { BrokenRule } from "#rules/memory.ts";
import type { LimitSet } from "./limit-set.ts";
import { whatMutes } from "./mutes.ts";
import { defaultLimits } from "./sets.ts";

/** Rules that can be judged by: whatever was unusable in them is replaced and named. */
export interface UsableRules {
  readonly limits: LimitSet;
  readonly silenceAfter: DurationMs;
  readonly broken: readonly BrokenRule[];
}

/**
 * Looks through a detector's limits once per object: a part that is missing, throws or holds a
 * number that is none would make a rule fail, and one with a number far out would never alarm
 * (`mutes.ts`). Such a part is replaced by the default, so that the rule still protects, and named
 * so that a fault can be raised.
 */
export const usable = (rules: {
  readonly limits: LimitSet;
  readonly silenceAfter: DurationMs;
}): UsableRules => {
  const { limits, silenceAfter } = rules;
  const known = checked.get(limits);
  if (known?.silenceAfter === silenceAfter) return known;
  const { limits: sound, broken } = known ?? check(limits);
  if (silenceAfter > 0 && silenceAfter < Number.POSITIVE_INFINITY) {
    const result = { limits: sound, silenceAfter, broken };
    checked.set(limits, result);
    return result;
  }
  checked.set(limits, { limits: sound, silenceAfter: silenceFallback, broken });
  const reason = `silenceAfter = ${silenceAfter}`;
  const named = broken.concat({ rule: "silence", reason });
  return { limits: sound, silenceAfter: silenceFallback, broken: named };
};

/** Why a set cannot judge as it stands, such as `co.bands.points = []`; `undefined`: it can. */
export const whatIsWrong = (limits: LimitSet): string | undefined =>
  check(limits).broken[0]?.reason;

/** The last answer for each set: most detectors of a set have the same silence limit. */
const checked = new WeakMap<LimitSet, UsableRules>();

/** Used when the silence limit itself is no number. */
const silenceFallback = minutes(10);

const check = (given: LimitSet): Pick<UsableRules, "limits" | "broken"> => {
  const broken: BrokenRule[] = [];
  const part = <Name extends keyof LimitSet>(name: Name): LimitSet[Name] => {
    try {
      const value = given[name];
      const reason =
        mistake(value, defaultLimits[name], name) ?? whatMutes({ ...defaultLimits, [name]: value });
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
  return { limits: broken.length === 0 ? given : limits, broken };
};

const ruleOf = (part: keyof LimitSet): string =>
  part === "gas" ? "combustible" : part === "co" ? "co" : `limits.${part}`;

/** Parts a set may leave out. */
const optional: ReadonlySet<string> = new Set(["co.setPoint", "gas.lelTable"]);

/** Lists that must have something in them: without a band no level of CO would ever build up. */
const neverEmpty: ReadonlySet<string> = new Set(["co.bands.points"]);

/** Times and rates that are divided by: nought would make a build-up that is no number. */
const divisors =
  /^co\.(bands\.points\.\d+\.alarmAfter|bands\.recovery\.value|dose\.(uptake|washOut)\.value|averages\.\d+\.over)$/;

/** The first place where `value` is not of the shape of `model`, with finite numbers not below 0. */
const mistake = (value: unknown, model: unknown, path: string): string | undefined => {
  if (value === undefined && optional.has(path)) return undefined;
  if (typeof value === "number" && typeof model === "number") {
    const least = divisors.test(path) ? Number.MIN_VALUE : 0;
    return value >= least && value < Number.POSITIVE_INFINITY ? undefined : `${path} = ${value}`;
  }
  if (Array.isArray(model)) {
    if (!Array.isArray(value)) return `${path} is no list`;
    if (value.length === 0 && neverEmpty.has(path)) return `${path} = []`;
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
