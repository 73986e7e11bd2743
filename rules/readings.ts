import type { Finding, Report } from "#domain/reading.ts";
import type { Memory } from "./memory.ts";
import type { Context } from "./rule.ts";

/**
 * True while levels do not count because the sensor warms up. A detector cannot hide behind that
 * for ever: past the limit, warm-up is a fault and its levels count again.
 */
export const isWarmingUp = (memory: Memory, context: Context): boolean => {
  const standing = memory.standing.find((one) => one.condition === "warming-up");
  return (
    standing !== undefined && context.nowMs - standing.sinceMs < context.limits.warmUpAtMost.value
  );
};

/**
 * True while verdicts are the device testing itself. A test that does not end within its limit is
 * no longer believed: what alarms then is real.
 */
export const isTesting = (memory: Memory, context: Context): boolean => {
  const standing = memory.standing.find((one) => one.condition === "self-test");
  return (
    standing !== undefined && context.nowMs - standing.sinceMs < context.limits.selfTestAtMost.value
  );
};

/** Proves that the detector lives: anything but a message that could not be had or read. */
export const isHeard = (report: Report): boolean => report.findings.some(isUsable);

const isUsable = (finding: Finding): boolean => finding.kind !== "fault";
