/** The limits a site judges by: a limit set, adjusted within its legal range. */
import { hash as digest } from "node:crypto";
import { err, ok, type Result } from "#domain/result.ts";
import type { SiteMistake } from "#platform/site-file/mistakes.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { adjustLimits } from "#rules/limits/adjust.ts";
import type { LimitSet } from "#rules/limits/limit-set.ts";
import { defaultLimits, limitSets } from "#rules/limits/sets.ts";
import { canonicalJson } from "./journal/chain.ts";

export const chooseLimits = (site: Site): Result<LimitSet, readonly SiteMistake[]> => {
  const { limits, overrides } = site.gateway.rules;
  const base = limits === undefined ? defaultLimits : setNamed(limits);
  if (base === undefined) return err([noSuchSet("limits", limits)]);
  if (overrides === undefined) return ok(base);
  const adjusted = adjustLimits(base, overrides);
  if (adjusted.ok) return adjusted;
  return err(
    adjusted.error.map(({ path, text }) => ({
      path: ["gateway", "rules", "overrides", ...path.split(/[./]/).filter(Boolean)],
      text,
    })),
  );
};

/** The set on trial, as it stands, without the site's adjustments; `undefined`: no trial. */
export const chooseTrial = (site: Site): Result<LimitSet | undefined, readonly SiteMistake[]> => {
  const { shadow } = site.gateway.rules;
  if (shadow === undefined) return ok(undefined);
  const trial = setNamed(shadow);
  return trial === undefined ? err([noSuchSet("shadow", shadow)]) : ok(trial);
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
  hash: digest("sha256", canonicalJson(limits)),
  ...(trial && { shadow: trial.id }),
});
