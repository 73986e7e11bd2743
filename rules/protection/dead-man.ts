import { after, type DurationMs, type MonoMs } from "#domain/quantity.ts";

/** What a dead-man knows of the gateway it stands by. */
export interface Watch {
  /** Of the last sign of life; of the start, before there was one. */
  readonly heardAtMs: MonoMs;
  /** An urgent gas or CO alarm stood then. */
  readonly open: boolean;
}

/**
 * Whether the dead-man sounds: an alarm was open, and the gateway has given no sign of life for
 * `silence`, whether it was killed, hangs, or ended in good order and did not come back.
 */
export const isDeadManDue = ({ heardAtMs, open }: Watch, nowMs: MonoMs, silence: DurationMs) =>
  open && nowMs >= after(heardAtMs, silence);
