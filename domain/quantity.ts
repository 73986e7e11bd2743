/**
 * Numbers that carry their unit in the type, so that ppm never meets %LEL by accident.
 *
 * A brand stops a wrong unit at calls and assignments but not at `>=`; compare with
 * {@link atLeast} and {@link below}.
 */

declare const unit: unique symbol;

/** A finite number of `Unit`. */
export type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** Parts per million by volume. */
export type Ppm = Quantity<"ppm">;
/** Combustible gas in air, percent of the lower explosive limit: at 100 it can burn. */
export type PercentLel = Quantity<"%LEL">;
/** Percent by volume. */
export type PercentVolume = Quantity<"%vol">;
/** Milligrams per cubic metre, meaningful only beside a reference temperature. */
export type MilligramPerCubicMetre = Quantity<"mg/m3">;
/** Carboxyhaemoglobin, percent of haemoglobin bound by carbon monoxide. */
export type PercentCohb = Quantity<"%COHb">;
export type DegreeCelsius = Quantity<"degC">;
/** A duration in milliseconds. */
export type DurationMs = Quantity<"ms">;
/** A wall-clock instant in milliseconds since 1970-01-01T00:00Z; can jump. */
export type EpochMs = Quantity<"epoch-ms">;
/** Milliseconds on a clock that never jumps; comparable only within one boot. */
export type MonoMs = Quantity<"mono-ms">;

export const ppm = (value: number): Ppm => value as Ppm;
export const percentLel = (value: number): PercentLel => value as PercentLel;
export const percentVolume = (value: number): PercentVolume => value as PercentVolume;
export const milligramPerCubicMetre = (value: number): MilligramPerCubicMetre =>
  value as MilligramPerCubicMetre;
export const percentCohb = (value: number): PercentCohb => value as PercentCohb;
export const degreeCelsius = (value: number): DegreeCelsius => value as DegreeCelsius;
export const epochMs = (value: number): EpochMs => value as EpochMs;
export const monoMs = (value: number): MonoMs => value as MonoMs;

export const milliseconds = (value: number): DurationMs => value as DurationMs;
export const seconds = (value: number): DurationMs => (value * 1_000) as DurationMs;
export const minutes = (value: number): DurationMs => (value * 60_000) as DurationMs;
export const hours = (value: number): DurationMs => (value * 3_600_000) as DurationMs;

export const atLeast = <Unit extends string>(
  value: Quantity<Unit>,
  limit: Quantity<NoInfer<Unit>>,
): boolean => value >= limit;

export const below = <Unit extends string>(
  value: Quantity<Unit>,
  limit: Quantity<NoInfer<Unit>>,
): boolean => value < limit;

/** The larger of two quantities of one unit. */
export const higher = <Unit extends string>(
  a: Quantity<Unit>,
  b: Quantity<NoInfer<Unit>>,
): Quantity<Unit> => (a >= b ? a : b);

/** Time from `from` to `to` on one boot's monotonic clock; negative when `to` is earlier. */
export const elapsed = (from: MonoMs, to: MonoMs): DurationMs => (to - from) as DurationMs;

/** The instant `duration` after `from`. */
export const after = (from: MonoMs, duration: DurationMs): MonoMs => (from + duration) as MonoMs;
