/** What a run of seeds came to, for the test output. */
import { invariants } from "./invariants.ts";
import type { Tally } from "./seeds.ts";

export const printTally = (tally: Tally, tookMs: number): void => {
  const { played, steps, simulatedMs, storiesWith } = tally;
  const faults = Object.entries(storiesWith).map(([fault, count]) => `${fault} ${count}`);
  print([
    `${played} stories, ${steps} steps, ${(simulatedMs / 3_600_000).toFixed(1)} simulated hours`,
    `in ${(tookMs / 1_000).toFixed(1)} s, ${((played * 1_000) / tookMs).toFixed(1)} a second`,
    `stories with ${faults.join(", ")}`,
    "checked of the invariants:",
    ...invariants,
  ]);
};

export const print = (lines: readonly string[]): void => {
  process.stdout.write(lines.map((line) => `  ${line}\n`).join(""));
};

const tellEveryMs = 60_000;

/** Tells every minute how far a run is, and of every seed that fails as soon as it is known. */
export const tellProgress = (
  count: number,
  tell: (lines: readonly string[]) => void,
  nowMs: () => number = () => performance.now(),
): ((soFar: Tally) => void) => {
  const startedMs = nowMs();
  let toldMs = startedMs;
  let failuresTold = 0;
  return ({ played, failed }) => {
    for (const { story } of failed.slice(failuresTold)) tell(story.split("\n"));
    failuresTold = failed.length;
    if (nowMs() - toldMs < tellEveryMs) return;
    toldMs = nowMs();
    const aSecond = (played * 1_000) / (toldMs - startedMs);
    const leftMinutes = (count - played) / aSecond / 60;
    tell([
      `${played} of ${count} seeds, ${aSecond.toFixed(1)} a second, ${leftMinutes.toFixed(0)} min to go`,
    ]);
  };
};
