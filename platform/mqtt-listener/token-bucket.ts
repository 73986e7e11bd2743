/** A rate limit: `perSecond` on average, `burst` at once. The clock is the caller's, in milliseconds. */
export interface TokenBucket {
  /** Fills up for the time that has passed. */
  readonly refill: (nowMs: number) => void;
  /** Takes `cost` when at least that much is there. */
  readonly take: (cost: number) => boolean;
  /** How long until `cost` will be there, when nothing else is taken. */
  readonly waitMs: (cost: number) => number;
}

export const createTokenBucket = (
  perSecond: number,
  burst: number,
  startMs: number,
): TokenBucket => {
  let tokens = burst;
  let filledAtMs = startMs;
  return {
    refill: (nowMs) => {
      // An unlimited rate times zero passed milliseconds is not a number.
      if (perSecond === Infinity) tokens = burst;
      else tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) * perSecond) / 1_000);
      filledAtMs = nowMs;
    },
    take: (cost) => {
      if (tokens < cost) return false;
      tokens -= cost;
      return true;
    },
    waitMs: (cost) => Math.max(0, ((cost - tokens) * 1_000) / perSecond),
  };
};
