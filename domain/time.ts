import type { BootId } from "./ids.ts";
import type { EpochMs, MonoMs } from "./quantity.ts";

/**
 * When something happened: durations come from `monoMs` within one `bootId`; `wallMs` is what the
 * wall clock said then, for people, and may be corrected later.
 */
export interface Instant {
  readonly bootId: BootId;
  readonly monoMs: MonoMs;
  readonly wallMs: EpochMs;
}

/** Where time comes from. Only composition roots hold a real one. */
export interface Clock {
  readonly now: () => Instant;
}
