/** The limits a site judges by: a limit set, adjusted within its legal range. */
import { hash as digest } from "node:crypto";
import { err, ok, type Result } from "#domain/result.ts";
import type { SiteMistake } from "#platform/site-file/mistakes.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { adjustLimits } from "#rules/limits/adjust.ts";
import type { LimitSet } from "#rules/limits/limit-set.ts";
import { defaultLimits, limitSets } from "#rules/limits/sets.ts";
import type { Draft, RuleWords } from "#rules/rule-book.ts";
import { canonicalJson } from "./journal/chain.ts";

export const chooseLimits = (site: Site): Result<LimitSet, readonly SiteMistake[]> =>
  limitsOf(site.gateway.rules, ["limits", "overrides"]);

/**
 * The set on trial, with numbers of its own where the site gives it some; `undefined`: no trial.
 * Such a set is called by its content: a trial of other numbers is another trial and begins anew.
 */
export const chooseTrial = (site: Site): Result<LimitSet | undefined, readonly SiteMistake[]> => {
  const words = trialWords(site);
  if (words === undefined) return ok(undefined);
  const limits = limitsOf(words, ["shadow", "shadowOverrides"]);
  if (!limits.ok || words.overrides === undefined) return limits;
  return ok({ ...limits.value, id: `${limits.value.id}-${hashLimits(limits.value).slice(0, 8)}` });
};

/** Rules of a site as the book of rules knows them: what judges, and what is on trial. */
export const draftsOf = (
  site: Site,
): Result<
  { readonly inForce: Draft; readonly trial: Draft | undefined },
  readonly SiteMistake[]
> => {
  const { limits, overrides } = site.gateway.rules;
  const inForce = draftOf(ruleWords(limits, overrides));
  if (!inForce.ok) return inForce;
  const words = trialWords(site);
  const trial = words === undefined ? ok(undefined) : draftOf(words);
  return trial.ok ? ok({ inForce: inForce.value, trial: trial.value }) : trial;
};

/** What a gateway of this program would judge by with these words in its site file. */
export const draftOf = (words: RuleWords): Result<Draft, readonly SiteMistake[]> => {
  const limits = limitsOf(words, ["limits", "overrides"]);
  return limits.ok ? ok({ words, limits: limits.value, hash: hashLimits(limits.value) }) : limits;
};

/** Without the keys that say nothing. */
export const ruleWords = (
  limits: string | undefined,
  overrides: RuleWords["overrides"],
): RuleWords => ({
  ...(limits !== undefined && { limits }),
  ...(overrides !== undefined && { overrides }),
});

const trialWords = (site: Site): RuleWords | undefined => {
  const { shadow, shadowOverrides } = site.gateway.rules;
  if (shadow === undefined && shadowOverrides === undefined) return undefined;
  return ruleWords(shadow, shadowOverrides);
};

/** `keys`: where the two words stand in the site file, for what is said of a mistake. */
const limitsOf = (
  { limits, overrides }: RuleWords,
  keys: readonly ["limits" | "shadow", "overrides" | "shadowOverrides"],
): Result<LimitSet, readonly SiteMistake[]> => {
  const base = limits === undefined ? defaultLimits : setNamed(limits);
  if (base === undefined) return err([noSuchSet(keys[0], limits)]);
  if (overrides === undefined) return ok(base);
  const adjusted = adjustLimits(base, overrides);
  if (adjusted.ok) return adjusted;
  return err(
    adjusted.error.map(({ path, text }) => ({
      path: ["gateway", "rules", keys[1], ...path.split(/[./]/).filter(Boolean)],
      text,
    })),
  );
};

const setNamed = (name: string): LimitSet | undefined => limitSets.find(({ id }) => id === name);

const noSuchSet = (key: "limits" | "shadow", name: string | undefined): SiteMistake => {
  const allowed = limitSets.map(({ id }) => id).join(", ");
  return {
    path: ["gateway", "rules", key],
    text: {
      zh: `没有限值集「${String(name)}」,可用:${allowed}`,
      en: `no limit set "${String(name)}"; there are: ${allowed}`,
    },
  };
};

/** What judges here, as people and the center are told: names, and what exactly stands behind them. */
export interface AppliedRules {
  readonly set: string;
  /** SHA-256 over the limits in canonical JSON, with the site's adjustments. */
  readonly hash: string;
  /** On trial beside them. */
  readonly shadow?: string;
}

export const appliedRules = (limits: LimitSet, trial: LimitSet | undefined): AppliedRules => ({
  set: limits.id,
  hash: hashLimits(limits),
  ...(trial && { shadow: trial.id }),
});

/** SHA-256 (hex) over canonical JSON: the same before and after a journey through JSON. */
export const hashLimits = (limits: unknown): string => digest("sha256", canonicalJson(limits));
