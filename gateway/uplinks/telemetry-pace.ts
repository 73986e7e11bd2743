import type { DurationMs } from "#domain/quantity.ts";

/** Sizes of one message, bytes of JSON. The largest is a tenth of what the center's listener takes. */
const smallest = 4 * 1_024;
const largest = 128 * 1_024;
/** Answered faster than this, messages grow; slower than that, they shrink. */
const fastMs = 250;
const slowMs = 500;

/** How large a message may be, learnt from how long its receipt took. */
export const createPace = () => {
  let bytes = smallest;
  return {
    bytes: () => bytes,
    answered: (inMs: DurationMs): void => {
      if (inMs < fastMs) bytes = Math.min(largest, bytes * 2);
      else if (inMs > slowMs) bytes = Math.max(smallest, bytes / 2);
    },
    /** No answer, or another line: begin small. */
    restart: (): void => {
      bytes = smallest;
    },
  };
};
