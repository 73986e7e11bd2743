/** The limits a site judges by: a limit set, adjusted within its legal range. */
import { err, ok, type Result } from "#domain/result.ts";
import type { SiteMistake } from "#platform/site-file/mistakes.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { adjustLimits } from "#rules/limits/adjust.ts";
import type { LimitSet } from "#rules/limits/limit-set.ts";
import { defaultLimits, limitSets } from "#rules/limits/sets.ts";

export const chooseLimits = (site: Site): Result<LimitSet, readonly SiteMistake[]> => {
  const { limits, overrides } = site.gateway.rules;
  const base = limits === undefined ? defaultLimits : limitSets.find(({ id }) => id === limits);
  if (base === undefined) {
    const allowed = limitSets.map(({ id }) => id).join(", ");
    return err([
      {
        path: ["gateway", "rules", "limits"],
        text: {
          zh: `没有限值集「${String(limits)}」,可用:${allowed}`,
          en: `no limit set "${String(limits)}"; there are: ${allowed}`,
        },
      },
    ]);
  }
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
