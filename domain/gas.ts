import {
  percentLel,
  percentVolume,
  ppm,
  type DegreeCelsius,
  type MilligramPerCubicMetre,
  type PercentLel,
  type PercentVolume,
  type Ppm,
} from "./quantity.ts";

/** `combustible-gas`: the detector does not say which one it measures. */
export const combustibleGases = ["methane", "lpg", "hydrogen", "combustible-gas"] as const;
export type CombustibleGas = (typeof combustibleGases)[number];
export type Gas = "co" | CombustibleGas;

/**
 * A measured concentration in its gas's own unit. A combustible one keeps the explosive limit it
 * was computed with, because 4.4 or 5.0 %vol for methane changes the same reading by 14 %.
 */
export type Level =
  | { readonly gas: "co"; readonly ppm: Ppm }
  | {
      readonly gas: CombustibleGas;
      readonly lel: PercentLel;
      readonly lelPercentVolume: PercentVolume;
    };

/**
 * Lower explosive limit in percent by volume.
 *
 * Source: `docs/standards.md` §4.4: methane 5.0, propane 2.1 (taken for LPG, the lower of its
 * parts' usual table values would be butane 1.4–1.6), hydrogen 4.0. A gas that is not named is
 * taken as methane, which is what Chengdu's homes are supplied with.
 */
export const lowerExplosiveLimit = {
  methane: percentVolume(5),
  lpg: percentVolume(2.1),
  hydrogen: percentVolume(4),
  "combustible-gas": percentVolume(5),
} as const satisfies Record<CombustibleGas, PercentVolume>;

/** ppm = %LEL/100 × LEL_vol% × 10 000, solved for %LEL. */
export const ppmToPercentLel = (value: Ppm, limit: PercentVolume): PercentLel =>
  percentLel(value / (limit * 100));

export const percentLelToPpm = (value: PercentLel, limit: PercentVolume): Ppm =>
  ppm(value * limit * 100);

export const percentVolumeToPpm = (value: PercentVolume): Ppm => ppm(value * 10_000);

/** Grams per mole. Source: IUPAC atomic weights, rounded as in common exposure tables. */
export const molarMass = { co: 28.01, methane: 16.04, lpg: 44.1, hydrogen: 2.016 } as const;

/** Litres per mole of an ideal gas at 101.3 kPa: 22.414 at 0 °C, 24.45 at 25 °C. */
const molarVolume = (temperature: DegreeCelsius): number =>
  (22.414 * (273.15 + temperature)) / 273.15;

/**
 * mg/m³ to ppm at `referenceTemperature` and 101.3 kPa: CO is 1.146 mg/m³ per ppm at 25 °C,
 * 1.165 at 20 °C, 1.250 at 0 °C. Store the reference temperature beside a converted value.
 */
export const milligramPerCubicMetreToPpm = (
  value: MilligramPerCubicMetre,
  gas: keyof typeof molarMass,
  referenceTemperature: DegreeCelsius,
): Ppm => ppm((value * molarVolume(referenceTemperature)) / molarMass[gas]);
