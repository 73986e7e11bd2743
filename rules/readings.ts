import type { MonoMs } from "#domain/quantity.ts";
import type { Condition, Finding, Report } from "#domain/reading.ts";
import type { Memory } from "./memory.ts";
import type { Context } from "./rule.ts";

/**
 * True while levels do not count because the sensor warms up. A detector cannot hide behind that
 * for ever: past the limit, warm-up is a fault and its levels count again.
 */
export const isWarmingUp = (memory: Memory, context: Context): boolean => {
  const sinceMs = standsSince(memory, "warming-up");
  return sinceMs !== undefined && context.nowMs - sinceMs < context.limits.warmUpAtMost.value;
};

/**
 * True while verdicts are the device testing itself. A test that does not end within its limit is
 * no longer believed: what alarms then is real.
 */
export const isTesting = (memory: Memory, context: Context): boolean => {
  const sinceMs = standsSince(memory, "self-test");
  return sinceMs !== undefined && context.nowMs - sinceMs < context.limits.selfTestAtMost.value;
};

const standsSince = ({ notes: { standing } }: Memory, condition: Condition): MonoMs | undefined => {
  for (const one of standing) if (one.condition === condition) return one.sinceMs;
  return undefined;
};

/** Proves that the detector lives: anything but a message that could not be had or read. */
export const isHeard = (report: Report): boolean => report.findings.some(isUsable);

const isUsable = (finding: Finding): boolean => finding.kind !== "fault";
