/** Under what the figures were taken: they mean little without it. */
import { spawnSync } from "node:child_process";
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { percentile } from "./statistics.ts";
import { mosquittoPath } from "./systems.ts";

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly node: string;
  readonly kernel: string;
  /** Absent: not installed. */
  readonly mosquitto?: string;
  /** Run queue over one minute when the bench began; a busy machine spoils p99 first. */
  readonly load: number;
  /** A bare append of 4 KB and `fdatasync` on the disk the journal was on. */
  readonly fsyncMs: { readonly p50: number; readonly p99: number };
  readonly isPinned: boolean;
}

export const describeMachine = (folder: string, isPinned: boolean): Machine => {
  const mosquitto = mosquittoVersion();
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? "?",
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.version,
    kernel: release(),
    ...(mosquitto !== undefined && { mosquitto }),
    load: loadavg()[0] ?? NaN,
    fsyncMs: measureFsync(join(folder, "fsync")),
    isPinned,
  };
};

export const formatMachine = (machine: Machine): string =>
  [
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, Linux ${machine.kernel}, Node ${machine.node}`,
    `fsync p50 ${machine.fsyncMs.p50.toFixed(2)} ms, p99 ${machine.fsyncMs.p99.toFixed(2)} ms; load at the start ${machine.load.toFixed(2)}`,
    machine.isPinned
      ? "taker on core 0, generator (and center) on core 1"
      : "not pinned to cores (needs two cores and taskset): expect more noise",
    machine.mosquitto === undefined
      ? "no peer: install it with `apt-get install mosquitto`"
      : `peer: mosquitto ${machine.mosquitto} + a bare mqtt.js script, on the taker's core`,
  ].join("\n");

const mosquittoVersion = (): string | undefined =>
  /version (\S+)/.exec(spawnSync(mosquittoPath, ["-h"], { encoding: "utf8" }).stdout ?? "")?.[1];

const measureFsync = (path: string): Machine["fsyncMs"] => {
  const file = openSync(path, "a");
  const block = Buffer.alloc(4_096, 1);
  const samples = Array.from({ length: 300 }, () => {
    const startMs = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    return performance.now() - startMs;
  });
  closeSync(file);
  return { p50: percentile(samples, 0.5), p99: percentile(samples, 0.99) };
};
