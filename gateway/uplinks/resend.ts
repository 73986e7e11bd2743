import { seconds, type DurationMs } from "#domain/quantity.ts";

/** A receipt takes milliseconds; after this long it will not come any more. Canary's own choice. */
const receiptOverdueMs = 10_000;
/** While the center is silent its broker must not be filled with copies. */
const longestMs = 60_000;

/** How long to wait for a receipt after the `attempts`-th sending: 10, 20, 40, 60, 60 … seconds. */
export const resendDelay = (attempts: number): DurationMs =>
  seconds(Math.min(receiptOverdueMs * 2 ** (attempts - 1), longestMs) / 1_000);

/** A refused record is offered again after this: the center may have been upgraded meanwhile. */
export const refusedRetry = seconds(600);
