/** Detectors at their everyday pace, until memory has found its level. */
import { send, type Fleet } from "./fleet.ts";
import { pause } from "./flood.ts";
import type { SettlePhase, SettleResult } from "./jobs.ts";
import { residentMb } from "./processes.ts";
import { median } from "./statistics.ts";

const sampleEveryMs = 500;
/** Memory saws up and down with the garbage collector: the median of the last third counts. */
const measuredShare = 1 / 3;

export const settle = async (
  fleet: Fleet,
  phase: SettlePhase,
  pids: readonly number[],
): Promise<SettleResult> => {
  const { connections } = fleet;
  const startMs = performance.now();
  const samples: number[][] = pids.map(() => []);
  let sent = 0;
  let sampledAtMs = startMs + phase.durationMs * (1 - measuredShare);
  for (let nowMs = startMs; nowMs < startMs + phase.durationMs; nowMs = performance.now()) {
    const due = ((nowMs - startMs) / phase.everyMs) * connections.length;
    for (; sent < due; sent += 1) {
      const connection = connections[sent % connections.length];
      if (connection) send(connection, connection.packets.next("harmless"));
    }
    if (nowMs >= sampledAtMs) {
      sampledAtMs += sampleEveryMs;
      for (const [index, pid] of pids.entries()) samples[index]?.push(residentMb(pid));
    }
    await Promise.race([pause(5), fleet.broken]);
  }
  return { kind: "settle", residentMb: samples.map(median) };
};
