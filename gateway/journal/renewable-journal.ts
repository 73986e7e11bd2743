import type { Journal } from "#gateway/ports.ts";

/** A journal that can begin a new life after it has lost its end. */
export interface RenewableJournal extends Journal {
  /**
   * For a file whose end was lost, as after a power cut with a card that only pretends to write:
   * the center has numbers this journal will give again. Everything in it is chained anew under a
   * new `id`, with the same numbers, and pending; the center knows repeats by their event id.
   */
  readonly renew: () => Promise<void>;
  /**
   * Removes the oldest records that the center has confirmed and that were written before, up to the
   * first that is pending or newer, a piece at a time; answers how many. The number and the hash of
   * the last one stay, so that the chain still proves what is left.
   */
  readonly prune: (beforeWallMs: number) => Promise<number>;
}
