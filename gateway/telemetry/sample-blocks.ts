/** Blocks for tests: a quiet kitchen, an hour of it or a restless minute. */
import { bootId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import type { Series, Stretch } from "#domain/telemetry.ts";
import type { Instant } from "#domain/time.ts";
import type { Block } from "./store.ts";

export const sampleStartMs = 1_795_000_000_000;

export const sampleInstant = (atMs: number): Instant => ({
  bootId: bootId("boot-1"),
  monoMs: monoMs(atMs),
  wallMs: epochMs(sampleStartMs + atMs),
});

export const kitchen: Series = { detector: "kitchen", gas: "co", mark: "real", silenceMs: 60_000 };

/** One stretch a minute, sixty readings each; `values` in ppm, the highest of each minute. */
export const sampleBlock = (
  atMs: number,
  values: readonly number[],
  series: Series = kitchen,
): Block => ({
  series,
  bootId: bootId("boot-1"),
  startMonoMs: atMs,
  startWallMs: sampleStartMs + atMs,
  stretches: values.map((value, minute): Stretch => ({
    atMs: minute * 60_000,
    forMs: 59_000,
    count: 60,
    min: 0,
    max: value * 100,
    sum: 60 * 100,
  })),
});

export const hourOf = (value: number): readonly number[] => Array.from({ length: 60 }, () => value);
