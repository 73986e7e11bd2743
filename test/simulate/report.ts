/** What a run of seeds came to, for the test output. */
import type { Tally } from "./seeds.ts";

export const printTally = (name: string, tally: Tally, tookMs: number): void => {
  const { played, steps, simulatedMs, storiesWith } = tally;
  const faults = Object.entries(storiesWith).map(([fault, count]) => `${fault} ${count}`);
  print([
    `${name}: ${played} stories, ${steps} steps, ${(simulatedMs / 3_600_000).toFixed(1)} simulated hours`,
    `in ${(tookMs / 1_000).toFixed(1)} s, ${((played * 1_000) / tookMs).toFixed(1)} a second`,
    `stories with ${faults.join(", ")}`,
  ]);
};

export const print = (lines: readonly string[]): void => {
  process.stdout.write(lines.map((line) => `  ${line}\n`).join(""));
};
