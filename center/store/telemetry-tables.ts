/** Measured values at the center, rolled up by minute, hour and day; values in hundredths of ppm or %LEL. */
export interface TelemetryTables {
  readonly telemetry_series: TelemetrySeriesRow;
  readonly telemetry_hours: TelemetryHourRow;
  readonly telemetry_days: TelemetryDayRow;
  readonly telemetry_received: TelemetryReceivedRow;
  readonly telemetry_losses: TelemetryLossRow;
}

/** One curve: real, test and drill readings of one gas are three. */
export interface CurveKey {
  readonly gateway: string;
  readonly detector: string;
  readonly gas: string;
  readonly mark: string;
}

export interface TelemetrySeriesRow extends CurveKey {
  /** Longer without a reading than this is a gap. */
  readonly silence_ms: number;
  /** The explosive limit that %LEL was computed with last; null for CO. */
  readonly lel_percent_volume: number | null;
}

export interface RollUpColumns {
  readonly readings: number;
  /** Null without a single value: only qualities were heard. */
  readonly lowest: number | null;
  readonly highest: number | null;
  readonly total: number;
  readonly first_ms: number;
  readonly last_ms: number;
  /** JSON, quality → how many readings had it instead of a value. */
  readonly qualities: string;
}

export interface TelemetryHourRow extends CurveKey, RollUpColumns {
  readonly hour_ms: number;
  /** JSON of its minutes, see `telemetry/minutes.ts`; null once they are too old to be kept. */
  readonly minutes: string | null;
  /** Where among all changes of all hours this one changed last: what sinks follow. */
  readonly changed: number;
  /** JSON of when each minute did, see `telemetry/minutes-changed.ts`; null: all at `changed`. */
  readonly minutes_changed: string | null;
}

export interface TelemetryDayRow extends CurveKey, RollUpColumns {
  /** First millisecond of the day in Chengdu. */
  readonly day_ms: number;
}

/** Which blocks of one store of one gateway are folded in: each counts once. */
export interface TelemetryReceivedRow {
  readonly gateway: string;
  readonly store: string;
  /** JSON list of inclusive ranges of block numbers. */
  readonly received: string;
}

/** What a gateway says it has lost or thinned, by day and reason; the newest total. */
export interface TelemetryLossRow {
  readonly gateway: string;
  readonly store: string;
  readonly reason: string;
  readonly day_ms: number;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly readings: number;
}
