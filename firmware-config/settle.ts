import type { Finding } from "#domain/reading.ts";
import { amountOf, isDangerous, noLevel } from "./level.ts";

/**
 * How far a level can be trusted, from what stands beside it. `dangerous-only`: it can raise or
 * hold an alarm but not clear one ({@link isDangerous}).
 */
export type LevelTrust = "full" | "dangerous-only" | "none";

export const lesser = (a: LevelTrust, b: LevelTrust): LevelTrust => {
  if (a === "none" || b === "none") return "none";
  return a === "full" ? b : a;
};

/**
 * Makes the findings of one message agree with one another. Conditions come first.
 *
 * - While the sensor warms up there are no levels, only the quality `warming-up`.
 * - While it says that it is broken, a level counts only when it is dangerous.
 * - In warm-up, with a broken sensor and during a self-test "no alarm" is worth nothing and is
 *   left out; an alarm stays an alarm.
 * - Beside a value that no sensor can mean (0xFFFF, NaN, absurd) its "no alarm" is left out too.
 * - A verdict that is both yes and no is a yes.
 */
export const settle = (
  findings: readonly Finding[],
  trust: LevelTrust = "full",
  overRange = false,
): readonly Finding[] => {
  const has = (condition: string): boolean =>
    findings.some((one) => one.kind === "condition" && one.present && one.condition === condition);
  const warmingUp = has("warming-up");
  const broken = has("sensor-fault");
  const noClear = warmingUp || broken || trust !== "full" || has("self-test");
  const notClear = new Set(
    findings.flatMap((one) =>
      (one.kind === "verdict" && one.alarming) || isImpossible(one) ? [one.gas] : [],
    ),
  );

  const rest = findings.flatMap((one): readonly Finding[] => {
    if (one.kind === "condition") return [];
    if (one.kind === "verdict" && !one.alarming)
      return noClear || notClear.has(one.gas) ? [] : [one];
    if (one.kind !== "level") return [one];
    if (warmingUp) return [noLevel(one.level.gas, "warming-up", amountOf(one.level))];
    if (trust === "none" || ((broken || trust !== "full") && !isDangerous(one.level)))
      return [noLevel(one.level.gas, "not-reported", `${amountOf(one.level)} (not trusted)`)];
    return [overRange ? { ...one, overRange: true } : one];
  });
  return [...conditionsOf(findings), ...rest];
};

/** The value of a sensor that cannot be working; `null` and a missing unit are not that. */
export const isImpossible = (finding: Finding): finding is Extract<Finding, { kind: "no-level" }> =>
  finding.kind === "no-level" &&
  (finding.quality === "sentinel" ||
    finding.quality === "not-a-number" ||
    finding.quality === "out-of-range");

/** One line a condition; when two fields disagree, it is present. */
const conditionsOf = (findings: readonly Finding[]): readonly Finding[] => {
  const conditions = findings.filter((one) => one.kind === "condition");
  return conditions.filter(
    (one, index) =>
      !conditions.some(
        (other, otherIndex) =>
          other.condition === one.condition &&
          (one.present ? other.present && otherIndex < index : other.present || otherIndex < index),
      ),
  );
};

/**
 * What may be believed of a message that is cut off or contradicts itself: only what points
 * towards an alarm. Silence would be worse, and so would a "normal" read from half a message.
 *
 * Decision: a real CO alarm (205 ppm) reached its reader with its end cut off
 * (`test/vectors/payloads.jsonl` id 33); its verdict was legible.
 */
export const towardsAlarm = (findings: readonly Finding[]): readonly Finding[] =>
  findings.flatMap((one): readonly Finding[] => {
    switch (one.kind) {
      case "verdict":
        return one.alarming ? [one] : [];
      case "condition":
        return one.present ? [one] : [];
      case "level":
        return isDangerous(one.level)
          ? [one]
          : [noLevel(one.level.gas, "not-reported", `${amountOf(one.level)} (malformed)`)];
      case "no-level":
      case "fault":
        return [one];
    }
  });
