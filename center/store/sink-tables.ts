/** How far a time-series database outside has been told what the center holds. */
export interface SinkCursorRow {
  /** Its id in the site file. */
  readonly sink: string;
  /** Everything up to this `telemetry_hours.changed` has been acknowledged. */
  readonly readings: number;
  /** Everything up to this `case_events.id` has been acknowledged. */
  readonly events: number;
  /** When it last had everything, epoch ms. */
  readonly complete_at_ms: number;
  /** Which center process feeds it, and until when that is its alone. */
  readonly holder: string;
  readonly held_until_ms: number;
}
