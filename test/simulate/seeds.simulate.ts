/**
 * Many stories, each from its seed, on every core. `npm test` plays 2,000 of them in about four
 * minutes on two cores. `SEED=17 SEEDS=1` replays one, `SEED=100001 SEEDS=1000000` plays a million
 * others; it tells every minute how far it is, and a seed that fails at once.
 */
import { expect, test } from "vitest";
import { playWithCrew } from "./crew.ts";
import { print, printTally, tellProgress } from "./report.ts";
import { seedsFrom } from "./seeds.ts";

const usually = 2_000;
const seeds = seedsFrom(process.env, usually);

test(`whatever fails, no alarm is lost, doubled, late or wrong (${seeds.count} seeds from ${seeds.first})`, async () => {
  const startedMs = performance.now();
  const tally = await playWithCrew(seeds, tellProgress(seeds.count, print));
  printTally(tally, performance.now() - startedMs);
  expect(tally.failed.map(({ story }) => story).join("\n\n")).toBe("");
  expect(tally.played).toBe(seeds.count);
});
