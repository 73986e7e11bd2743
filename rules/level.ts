import type { Level } from "#domain/gas.ts";

/** The number of a level in its own unit: ppm for CO, %LEL for a combustible gas. */
export const amount = (level: Level): number => (level.gas === "co" ? level.ppm : level.lel);

/**
 * A level that may be judged: a number that is not negative and not more than the pure gas.
 * Anything else is a quality.
 */
export const isSound = (level: Level): boolean => {
  const value = amount(level);
  return value >= 0 && value <= (level.gas === "co" ? pureGasPpm : pureGasLel);
};

const pureGasPpm = 1_000_000;
/** 100 %vol of a gas that burns from 1 %vol on: none of ours goes higher. */
const pureGasLel = 10_000;

export const sameLevel = (a: Level | undefined, b: Level | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.gas === b.gas && amount(a) === amount(b));

/** CO counts above any combustible gas; else the larger number, whatever the gas. */
export const higherLevel = (a: Level | undefined, b: Level | undefined): Level | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  if ((a.gas === "co") !== (b.gas === "co")) return a.gas === "co" ? a : b;
  return amount(b) > amount(a) ? b : a;
};
