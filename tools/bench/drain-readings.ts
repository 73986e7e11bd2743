/** A gateway that could not send its readings for days meets its center, while homes go on raising alarms. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { bootId } from "#domain/ids.ts";
import { openStoreFile } from "#gateway/telemetry/store-file.ts";
import type { Block } from "#gateway/telemetry/store.ts";
import { createEar, openHomes, type Drained } from "./drain.ts";
import { detectorName } from "./jobs.ts";
import { followCommits } from "./listeners.ts";
import { cpuMs } from "./processes.ts";
import type { Setting } from "./rounds.ts";
import { openPrepared, prepareCanary } from "./systems.ts";

const size = { detectors: 500, connections: 1, buzzers: 1, center: true };
const rowsPerBlock = 60;
export const storedReadings = 3_000_000;

/** Stored readings go to the center until the gateway has forgotten them by its receipts. */
export const drainReadings = async ({ workshop }: Setting): Promise<Drained> => {
  const prepared = await prepareCanary(workshop, size);
  fillStore(join(prepared.environment.CANARY_DATA, "gateway"));
  const system = await openPrepared(workshop, size, prepared);
  const ear = createEar();
  if (system.commits === undefined) throw new Error("the bench has started no center");
  const stream = await followCommits(system.commits, prepared.mqttPort, ear.arrivals);
  const left = (): Promise<number> => leftAt(prepared.gatewayHttp);
  const cpu = (): number => system.pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  try {
    const homes = await openHomes(prepared.mqttPort);
    // Both programs stand and the line is up; what has gone until now is not counted.
    const cpuBefore = cpu();
    const startedMs = performance.now();
    const rows = await left();
    const alarmMs: number[] = [];
    const drain = { isOver: false };
    const watching = watchUntilDrained(left).finally(() => (drain.isOver = true));
    for (let index = 0; !drain.isOver && index < size.detectors; index += 1)
      alarmMs.push(await homes.raise(detectorName(index), ear.hear));
    await homes.close();
    const perSecond = (rows / ((await watching) - startedMs)) * 1_000;
    return { perSecond, cpuMicros: ((cpu() - cpuBefore) / rows) * 1_000, alarmMs };
  } finally {
    await stream.close();
    await system.close();
  }
};

/** As the recorder makes them: ten minutes of a home that says something new every ten seconds. */
const fillStore = (folder: string): void => {
  mkdirSync(folder, { recursive: true });
  const blocks = storedReadings / rowsPerBlock;
  const blockMs = 600_000;
  const rounds = Math.ceil(blocks / size.detectors);
  const startMs = Date.now() - (rounds + 10) * blockMs;
  const file = openStoreFile(join(folder, "telemetry.sqlite"), { budgetBytes: 1e9 });
  for (let round = 0; round < rounds; round += 1) {
    file.append(
      Array.from({ length: Math.min(size.detectors, blocks - round * size.detectors) }, (_, home) =>
        block(home, round * blockMs, startMs),
      ),
      [],
    );
  }
  file.close();
};

const block = (home: number, atMs: number, startMs: number): Block => ({
  series: { detector: detectorName(home), gas: "co", mark: "real", silenceMs: 60_000 },
  bootId: bootId("a-boot-before"),
  startMonoMs: atMs,
  startWallMs: startMs + atMs,
  stretches: Array.from({ length: rowsPerBlock }, (_, row) => {
    const level = ((home + row) % 7) * 100;
    return { atMs: row * 10_000, forMs: 0, count: 1, min: level, max: level, sum: level };
  }),
});

/** The time at which it was so; what the night's own alarms add is little. */
const watchUntilDrained = async (left: () => Promise<number>): Promise<number> => {
  while ((await left()) > rowsPerBlock * size.detectors * 0.01)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return performance.now();
};

const leftAt = async (httpPort: number): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${httpPort}/metrics`);
  const found = /^canary_gateway_telemetry_backlog_readings (\d+)/m.exec(await response.text());
  if (found === null) throw new Error("the gateway tells no backlog of readings");
  return Number(found[1]);
};
