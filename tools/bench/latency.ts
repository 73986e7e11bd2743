import { resultsOf } from "./generate.ts";
import type { PacedResult } from "./jobs.ts";
import { playRounds, type Setting } from "./rounds.ts";
import type { Row, Target } from "./rows.ts";
import { percentile, sum } from "./statistics.ts";

const loads = [1_000, 5_000];

/** performance.md §1 and the "nervous" targets of DESIGN.md. */
const buzzerP99: Readonly<Record<number, Target>> = { 5_000: { is: "at most", value: 5 } };
const commitP99: Target = { is: "at most", value: 100 };

/** Reading → buzzer and reading → center commit, 50 alarms a second over a base load. */
export const latency = async (setting: Setting): Promise<readonly Row[]> => {
  const { ours, peer } = await playRounds(setting, {
    name: "latency",
    rounds: 2,
    size: { detectors: 500, connections: 500, buzzers: 400, center: true },
    phases: loads.map((readingsPerSecond) => ({
      kind: "paced" as const,
      warmUpMs: 1_500,
      measureMs: 5_000,
      readingsPerSecond,
      alarmsPerSecond: 50,
    })),
  });
  return loads.flatMap((load, index) => {
    const nth = (rounds: typeof ours): readonly PacedResult[] =>
      rounds.flatMap((round) => resultsOf(round, "paced").slice(index, index + 1));
    return rowsOf(load, nth(ours), nth(peer));
  });
};

const rowsOf = (
  load: number,
  ours: readonly PacedResult[],
  peer: readonly PacedResult[],
): readonly Row[] => {
  const at = `at ${load.toLocaleString("en-US")} readings/s`;
  const ways = [
    { way: "reading → buzzer", samples: "buzzerMs", missing: "buzzerMissing" },
    { way: "reading → center commit", samples: "commitMs", missing: "commitMissing" },
  ] as const;
  return ways.flatMap(({ way, samples, missing }) => {
    // An alarm that did not arrive took for ever; leaving it out would make the figures look better.
    const mine = ours.flatMap((one) => [...one[samples], ...neverArrived(one[missing])]);
    const theirs = peer.flatMap((one) => [...one[samples], ...neverArrived(one[missing])]);
    const row = (name: string, share: number, rest: Partial<Row> = {}): Row => ({
      bench: "latency",
      what: `${way} ${name} ${at}`,
      unit: "ms",
      ours: percentile(mine, share),
      ...(peer.length > 0 && { peer: percentile(theirs, share) }),
      ...rest,
    });
    const target = samples === "buzzerMs" ? buzzerP99[load] : commitP99;
    const lost = sum(ours.map((one) => one[missing]));
    const lostThere = sum(peer.map((one) => one[missing]));
    return [
      row("p50", 0.5),
      row("p99", 0.99, target && { target }),
      row("max", 1, {
        note: `${mine.length} alarms, ${lost} missing; peer ${theirs.length}, ${lostThere} missing`,
      }),
    ];
  });
};

const neverArrived = (count: number): readonly number[] => Array(count).fill(Infinity);
