/**
 * Measured values on their way from a gateway to its center: many readings in few numbers, and
 * nothing that a chart would miss. Alarms never travel this way.
 *
 * Readings that follow one another within a dead band and a minute are one stretch with its exact
 * lowest, highest, sum and count, so that a single high sample survives every thinning. A stretch of
 * readings without a value carries their quality instead. Where there is no stretch, nothing was
 * heard. Values are whole hundredths of ppm (CO) or %LEL (combustible gas).
 */
import type { Gas } from "./gas.ts";
import type { BadQuality } from "./reading.ts";
import type { WireBlock } from "./telemetry-wire.ts";
import type { Receipt } from "./wire.ts";

/** Test and drill are marked from the sensor to the chart and counted apart from what was real. */
export const telemetryMarks = ["real", "test", "drill"] as const;
export type TelemetryMark = (typeof telemetryMarks)[number];

interface Span {
  /** First reading, ms after the start of its block; and how long after it the last one came. */
  readonly atMs: number;
  readonly forMs: number;
  readonly count: number;
}

/** Readings with a value; `min`, `max` and `sum` in hundredths of the gas's unit. */
export interface ValueStretch extends Span {
  readonly quality?: undefined;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
}

/** Readings that came without a value, and why. */
export interface BadStretch extends Span {
  readonly quality: BadQuality;
}

export type Stretch = ValueStretch | BadStretch;

export const hundredthsPerUnit = 100;

/** What readings are about: one curve of a chart. */
export interface Series {
  readonly detector: string;
  readonly gas: Gas;
  readonly mark: TelemetryMark;
  /** The explosive limit in %vol that %LEL was computed with; absent for CO. */
  readonly lelPercentVolume?: number;
  /** Longer without a reading than this is a gap. */
  readonly silenceMs: number;
}

/** Why readings are missing or coarser than they were taken. */
export const lossReasons = [
  "thinned", // the store was full: neighbours merged, lowest, highest and mean kept
  "store-full", // thinned as far as it goes, then the oldest were dropped
  "disk", // the store could not be written or read
  "memory", // the store was too slow for what came
  "strangers", // more unregistered devices than are recorded
] as const;
export type LossReason = (typeof lossReasons)[number];

/**
 * What was lost of the readings of one day (Chengdu) for one reason: a running total, so that the
 * newest word about a day and reason replaces the one before.
 */
export interface TelemetryLoss {
  readonly reason: LossReason;
  /** First millisecond of the day that the first lost reading was taken on. */
  readonly dayMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly readings: number;
}

/** Ids of telemetry messages begin so: their receipts must be told from those of alarms. */
export const telemetryIdPrefix = "telemetry-";

/**
 * A receipt that answers telemetry alone. It proves nothing about alarms: a center that takes
 * readings and cannot commit alarms must count as down.
 */
export const isTelemetryReceipt = ({ journalid, ids, refused }: Receipt["data"]): boolean => {
  const named = [...ids, ...refused.map(({ id }) => id)];
  return (
    journalid === undefined &&
    named.length > 0 &&
    named.every((id) => id.startsWith(telemetryIdPrefix))
  );
};

export const stretchToWire = (stretch: Stretch): WireBlock["stretches"][number] =>
  stretch.quality === undefined
    ? [stretch.atMs, stretch.forMs, stretch.count, stretch.min, stretch.max, stretch.sum]
    : [stretch.atMs, stretch.forMs, stretch.count, stretch.quality];

export const wireToStretch = (tuple: WireBlock["stretches"][number]): Stretch => {
  const [atMs, forMs, count] = tuple;
  if (tuple.length === 4) return { atMs, forMs, count, quality: tuple[3] };
  return { atMs, forMs, count, min: tuple[3], max: tuple[4], sum: tuple[5] };
};

const dayLengthMs = 86_400_000;
/** Chengdu's clock: UTC+8 all year; the same as `civil-time.ts`. */
const offsetMs = 8 * 3_600_000;

/** The first millisecond of the day in Chengdu that holds `atMs`. */
export const chengduDay = (atMs: number): number =>
  Math.floor((atMs + offsetMs) / dayLengthMs) * dayLengthMs - offsetMs;
