import { resultsOf } from "./generate.ts";
import { playRounds, type Rounds, type Setting } from "./rounds.ts";
import type { Row } from "./rows.ts";
import { median, sum } from "./statistics.ts";

const sizes = [
  { detectors: 500, durationMs: 12_000, targetMb: 150 },
  { detectors: 5_000, durationMs: 20_000, targetMb: 400 },
] as const;

/** Resident memory with every detector connected and sending each 10 s; the peer's is broker + script. */
export const memory = async (setting: Setting): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const { detectors, durationMs, targetMb } of sizes) {
    const rounds = await playRounds(setting, {
      name: `memory, ${detectors} detectors`,
      rounds: 1,
      size: { detectors, connections: detectors, buzzers: 100, center: false },
      phases: [{ kind: "settle", durationMs, everyMs: 10_000 }],
    });
    rows.push({
      bench: "memory",
      what: `resident at ${detectors.toLocaleString("en-US")} connected detectors`,
      unit: "MB",
      ours: totalMb(rounds.ours),
      ...(rounds.peer.length > 0 && { peer: totalMb(rounds.peer) }),
      target: { is: "at most", value: targetMb },
    });
  }
  return rows;
};

const totalMb = (rounds: Rounds["ours"]): number =>
  median(
    rounds.flatMap((round) => resultsOf(round, "settle").map(({ residentMb }) => sum(residentMb))),
  );
