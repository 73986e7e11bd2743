import { percentCohb, ppm, type DurationMs, type PercentCohb, type Ppm } from "#domain/quantity.ts";
import type { CoDose } from "./limits/limit-set.ts";

/**
 * Carboxyhaemoglobin in a person breathing the measured air: the linear Coburn–Forster–Kane form
 * of UL 2034 (`docs/standards.md` §4.2).
 *
 *     COHb(t) = COHb0·e^(−t/(2398·B)) + 218·(1 − e^(−t/(2398·B)))·(0.007·B + ppm/1316)   t in min
 *
 * Uptake is reckoned for heavy work (B = 0.0404: fast, the safe side), wash-out for a resting
 * person (B = 0.1925: slow, the safe side). Both aim at the same steady state, so the two halves
 * meet without a step and time may be cut anywhere.
 */
export const doseAfter = (
  before: PercentCohb,
  level: Ppm,
  duration: DurationMs,
  dose: CoDose,
): PercentCohb => {
  const target = steadyState(level, dose);
  const rest = Math.exp((-1 * duration) / timeConstantMs(target >= before, dose));
  return percentCohb(Math.min(100, Math.max(0, before * rest + target * (1 - rest))));
};

/** How long `level` must last until the dose reaches `limit`; `undefined`: it never does. */
export const timeToDose = (
  before: PercentCohb,
  level: Ppm,
  limit: PercentCohb,
  dose: CoDose,
): number | undefined => {
  if (before >= limit) return 0;
  const target = steadyState(level, dose);
  if (target <= limit) return undefined;
  return timeConstantMs(true, dose) * Math.log((target - before) / (target - limit));
};

/** Where the dose ends at a constant level, in %COHb; above 100 the linear form has left reality. */
export const steadyState = (level: Ppm, dose: CoDose): PercentCohb =>
  percentCohb(haldane * (endogenous * dose.uptake.value + level / drivingPressure));

/** Below this much CO in the air no dose is begun: 5 ppm for ever is 0.9 % COHb. */
export const doseFloor: Ppm = ppm(5);
/** Below this much CO in the blood a dose is forgotten: what smokers' homes and traffic cause. */
export const forgottenDose: PercentCohb = percentCohb(0.5);

const haldane = 218;
/** ml of CO a body makes in a minute. */
const endogenous = 0.007;
const drivingPressure = 1_316;
/** 5 500 ml of blood × 218 × 0.2 / 100. */
const bloodMinutes = 2_398;

const timeConstantMs = (rising: boolean, dose: CoDose): number =>
  bloodMinutes * (rising ? dose.uptake.value : dose.washOut.value) * 60_000;
