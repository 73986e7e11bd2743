/** Half of the seeds, so that two workers share them. */
import { expect, test } from "vitest";
import { printTally } from "./report.ts";
import { playSeeds, seedsFrom } from "./seeds.ts";
import { openCenterStore } from "./street-center.ts";

/** Together with the planted faults about a minute on two cores. */
const usually = 300;

export const playShard = (shard: 0 | 1): void => {
  const { first, count } = seedsFrom(process.env, usually);
  const seeds = Array.from({ length: count }, (_, n) => first + n).filter(
    (_, n) => n % 2 === shard,
  );

  test.skipIf(seeds.length === 0)(
    `whatever fails, no alarm is lost, doubled, late or wrong (${seeds.length} seeds)`,
    async () => {
      const store = await openCenterStore();
      const startedMs = performance.now();
      const tally = await playSeeds(store, seeds);
      printTally(`shard ${shard + 1}`, tally, performance.now() - startedMs);
      expect(tally.failed.map(({ story }) => story).join("\n\n")).toBe("");
      await store.close();
    },
  );
};
