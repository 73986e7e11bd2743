import { expect, test } from "vitest";
import { noDemand, type Demand } from "./demand.ts";
import { decideFan, type FanPolicy } from "./fan.ts";

const demands = {
  quiet: noDemand,
  "CO pre-alarm": { ...noDemand, early: "co" },
  CO: { ...noDemand, urgent: "co", early: "co" },
  "gas pre-alarm": { ...noDemand, early: "gas", gasAround: true },
  gas: { ...noDemand, urgent: "gas", early: "gas", gas: true, gasAround: true },
  // Where both stand, carbon monoxide names the sound; the gas is there all the same.
  "CO and gas": { ...noDemand, urgent: "co", early: "co", gas: true, gasAround: true },
  "CO, and gas held back": { ...noDemand, urgent: "co", early: "co", gasAround: true },
} as const satisfies Record<string, Demand>;

const ordinary = { runsOn: ["co"], isExplosionProof: false } as const;
const fans = {
  ordinary,
  // The site checks refuse it; the rule must hold by itself.
  "ordinary, asked to run for gas": { runsOn: ["co", "gas"], isExplosionProof: false },
  "explosion-proof, for CO": { runsOn: ["co"], isExplosionProof: true },
  "explosion-proof, for both": { runsOn: ["co", "gas"], isExplosionProof: true },
} as const satisfies Record<string, FanPolicy>;

test.each([
  // fan, what its homes ask for, its order when it stands, and when we started it
  ["ordinary", ["quiet"], "leave", "stop"],
  ["ordinary", ["CO pre-alarm"], "leave", "stop"],
  ["ordinary", ["CO"], "run", "run"],
  ["ordinary", ["gas pre-alarm"], "leave", "leave"],
  ["ordinary", ["gas"], "leave", "leave"],
  ["ordinary", ["CO and gas"], "bar", "bar"],
  ["ordinary", ["CO, and gas held back"], "bar", "bar"],
  ["ordinary", ["CO", "gas pre-alarm"], "bar", "bar"],
  ["ordinary", ["gas", "CO"], "bar", "bar"],
  ["ordinary", ["quiet", "CO"], "run", "run"],
  ["ordinary, asked to run for gas", ["gas"], "leave", "leave"],
  ["ordinary, asked to run for gas", ["CO and gas"], "bar", "bar"],
  ["explosion-proof, for CO", ["gas"], "leave", "stop"],
  ["explosion-proof, for CO", ["CO and gas"], "run", "run"],
  ["explosion-proof, for both", ["gas pre-alarm"], "leave", "stop"],
  ["explosion-proof, for both", ["gas"], "run", "run"],
  ["explosion-proof, for both", ["CO"], "run", "run"],
] as const)("a fan that is %s, at %j: %s; when it runs by us: %s", (fan, homes, still, running) => {
  const asking = homes.map((home) => demands[home]);
  expect(decideFan(asking, fans[fan], false)).toBe(still);
  expect(decideFan(asking, fans[fan], true)).toBe(running);
});

test("no fan that is not explosion-proof is ever switched while a combustible gas stands", () => {
  for (const policy of [ordinary, fans["ordinary, asked to run for gas"]])
    for (const one of Object.values(demands))
      for (const other of Object.values(demands)) {
        if (!one.gasAround && !other.gasAround) continue;
        expect(["leave", "bar"]).toContain(decideFan([one, other], policy, true));
      }
});

test.each([
  ["ordinary", "leave", "bar"],
  ["explosion-proof, for CO", "stop", "run"],
] as const)(
  "where nobody knows whether gas stands, a fan that is %s: %s; for CO: %s",
  (fan, quiet, asked) => {
    expect(decideFan([demands.quiet], fans[fan], true, true)).toBe(quiet);
    expect(decideFan([demands.CO], fans[fan], true, true)).toBe(asked);
  },
);
