import { bootId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";

/** The real time, for tests with real ports. */
export const systemClock: Clock = {
  now: () => ({
    bootId: bootId("test"),
    monoMs: monoMs(performance.now()),
    wallMs: epochMs(Date.now()),
  }),
};
