import { expect, test } from "vitest";
import type { Site } from "#platform/site-file/schema.ts";
import { exampleSite } from "#test/scenarios/open-gateway.ts";
import { appliedRules, chooseLimits, chooseTrial, draftsOf } from "./site-limits.ts";

const withRules = (rules: Site["gateway"]["rules"]): Site => {
  const site = exampleSite();
  return { ...site, gateway: { ...site.gateway, rules } };
};
const trialId = (lowPercentLel: number): string | undefined => {
  const shadowOverrides = { gas: { lowPercentLel } };
  const trial = chooseTrial(withRules({ shadow: "cn-2026", shadowOverrides }));
  return trial.ok ? trial.value?.id : undefined;
};

test("a set on trial may have numbers of its own, and is called by them", () => {
  const trial = chooseTrial(
    withRules({ shadow: "cn-2026", shadowOverrides: { gas: { lowPercentLel: 6 } } }),
  );
  expect(trial.ok && trial.value?.gas.low.raiseAt.value).toBe(6);
  expect(trialId(6)).toMatch(/^cn-2026\+site-[0-9a-f]{8}$/);
  expect(trialId(7)).not.toBe(trialId(6));
  const named = chooseTrial(withRules({ shadow: "cn-2026" }));
  expect(named.ok && named.value?.id).toBe("cn-2026");
});

test("a wrong number for the trial is named where it stands", () => {
  const trial = chooseTrial(withRules({ shadowOverrides: { gas: { lowPercentLel: 99 } } }));
  expect(trial.ok ? [] : trial.error.map(({ path }) => path.join("."))).toEqual([
    "gateway.rules.shadowOverrides.gas.lowPercentLel",
  ]);
});

test("the book knows rules by the hash that the status tells", () => {
  const site = withRules({
    limits: "cn-2019",
    overrides: { gas: { lowPercentLel: 6 } },
    shadow: "cn-2026",
  });
  const [limits, drafts] = [chooseLimits(site), draftsOf(site)];
  if (!limits.ok || !drafts.ok) throw new Error("limits");
  expect(drafts.value.inForce.hash).toBe(appliedRules(limits.value, undefined).hash);
  expect(drafts.value.inForce.words).toEqual({
    limits: "cn-2019",
    overrides: { gas: { lowPercentLel: 6 } },
  });
  expect(drafts.value.trial?.words).toEqual({ limits: "cn-2026" });
});
