import {
  lowerExplosiveLimit,
  milligramPerCubicMetreToPpm,
  percentVolumeToPpm,
  ppmToPercentLel,
  type Gas,
  type Level,
} from "#domain/gas.ts";
import { milligramPerCubicMetre, percentLel, percentVolume, ppm } from "#domain/quantity.ts";
import type { BadQuality, Finding } from "#domain/reading.ts";
import type { LevelMeaning } from "./meaning.ts";

/**
 * One raw number as a level in its gas's own unit, or as the reason why it is none.
 *
 * A number at or over full scale stays a level, marked, because "more than I can tell" must be able
 * to alarm; a number that no concentration can be (negative, absurd) is a quality.
 */
export const readLevel = (
  meaning: LevelMeaning,
  raw: number,
  decimals = meaning.decimals ?? 0,
  fullScale = meaning.fullScale,
): Finding => {
  // The usual case first; by law no sentinel lies inside the range.
  if (decimals === 0 && raw >= meaning.min && raw < fullScale)
    return { kind: "level", level: toLevel(meaning, raw) };
  const sentinel = meaning.sentinels?.find((one) => one.raw === raw);
  if (sentinel) return noLevel(meaning.gas, sentinel.quality, raw);
  if (!Number.isFinite(raw)) return noLevel(meaning.gas, "not-a-number", raw);
  // Divided by a power of ten, not multiplied by 0.1: 37/10 is 3.7, 37*0.1 is 3.7000000000000006.
  const value = raw / 10 ** decimals;
  if (value < meaning.min || value > meaning.max) return noLevel(meaning.gas, "out-of-range", raw);
  const level = toLevel(meaning, value);
  return value >= fullScale ? { kind: "level", level, overRange: true } : { kind: "level", level };
};

export const noLevel = (gas: Gas, quality: BadQuality, raw: number | string): Finding => ({
  kind: "no-level",
  gas,
  quality,
  raw: String(raw),
});

/** Every level that a profile can give, in ppm for CO and %LEL (with its LEL) for the others. */
const toLevel = (meaning: LevelMeaning, signed: number): Level => {
  const value = signed === 0 ? 0 : signed; // −0 is 0
  if (meaning.gas === "co") {
    return {
      gas: "co",
      ppm:
        meaning.unit === "ppm"
          ? ppm(value)
          : milligramPerCubicMetreToPpm(
              milligramPerCubicMetre(value),
              "co",
              meaning.referenceTemperature,
            ),
    };
  }
  const lelPercentVolume = meaning.lelPercentVolume ?? lowerExplosiveLimit[meaning.gas];
  switch (meaning.unit) {
    case "%LEL":
      return { gas: meaning.gas, lel: percentLel(value), lelPercentVolume };
    case "ppm":
      return {
        gas: meaning.gas,
        lel: ppmToPercentLel(ppm(value), lelPercentVolume),
        lelPercentVolume,
      };
    case "%vol":
      return {
        gas: meaning.gas,
        lel: ppmToPercentLel(percentVolumeToPpm(percentVolume(value)), lelPercentVolume),
        lelPercentVolume,
      };
  }
};

/**
 * What an untrusted level must reach to count: it can raise or hold an alarm but not end one, as
 * long as the first alarm stage in `rules/` clears below it.
 *
 * Source: our choice, 50 ppm CO is the lowest level EN 50291-1 wants an alarm for, 10 %LEL is the
 * default gas alarm (`docs/standards.md` §9).
 */
export const untrustedFrom = { coPpm: 50, percentLel: 10 } as const;

export const isDangerous = (level: Level): boolean =>
  level.gas === "co" ? level.ppm >= untrustedFrom.coPpm : level.lel >= untrustedFrom.percentLel;

export const amountOf = (level: Level): number => (level.gas === "co" ? level.ppm : level.lel);
