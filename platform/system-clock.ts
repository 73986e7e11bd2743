import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { bootId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";

/**
 * The machine's clocks. `hrtime` counts from the machine's start (CLOCK_MONOTONIC), so a restarted
 * process goes on counting where the last one stopped, under the same boot id. Where the machine
 * does not tell its boot, every process is a boot of its own.
 */
export const openSystemClock = (): Clock => {
  const boot = bootId(readBootId() ?? randomUUID());
  return {
    now: () => ({
      bootId: boot,
      monoMs: monoMs(Number(process.hrtime.bigint() / 1_000n) / 1_000),
      wallMs: epochMs(Date.now()),
    }),
  };
};

const readBootId = (): string | undefined => {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined; // not Linux
  }
};
