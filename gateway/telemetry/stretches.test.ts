import * as fc from "fast-check";
import { expect, test } from "vitest";
import { badQualities } from "#domain/reading.ts";
import type { Stretch } from "#domain/telemetry.ts";
import { halve, readingsIn } from "./halve.ts";
import { decodeStretches, encodeStretches } from "./stretch-codec.ts";

const silenceMs = 60_000;

/** Any stretches one after another, as a block holds them. */
const stretches = fc
  .array(
    fc.record({
      pauseMs: fc.integer({ min: 0, max: 200_000 }),
      forMs: fc.integer({ min: 0, max: 60_000 }),
      count: fc.integer({ min: 1, max: 100_000 }),
      min: fc.integer({ min: -1_000, max: 10_000_000 }),
      range: fc.integer({ min: 0, max: 10_000_000 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      quality: fc.option(fc.constantFrom(...badQualities), { nil: undefined }),
    }),
    { maxLength: 80 },
  )
  .map((parts) => {
    let endMs = 0;
    return parts.map(({ pauseMs, forMs, count, min, range, share, quality }): Stretch => {
      const atMs = endMs + pauseMs;
      endMs = atMs + forMs;
      if (quality !== undefined) return { atMs, forMs, count, quality };
      const sum = min * count + Math.floor(range * count * share);
      return { atMs, forMs, count, min, max: min + range, sum };
    });
  });

const facts = (all: readonly Stretch[]) => {
  const values = all.flatMap((one) => (one.quality === undefined ? [one] : []));
  return {
    readings: readingsIn(all),
    highest: Math.max(...values.map(({ max }) => max)),
    lowest: Math.min(...values.map(({ min }) => min)),
    sum: values.reduce((sum, one) => sum + one.sum, 0),
    bad: badQualities.map((quality) => readingsIn(all.filter((one) => one.quality === quality))),
    gaps: all.flatMap((one, at) => {
      const next = all[at + 1];
      const endMs = one.atMs + one.forMs;
      return next !== undefined && next.atMs - endMs > silenceMs ? [[endMs, next.atMs]] : [];
    }),
  };
};

test("what is written on disk is read back as it was", () => {
  fc.assert(
    fc.property(stretches, (all) => {
      expect(decodeStretches(encodeStretches(all))).toEqual(all);
    }),
  );
});

test("a block that was cut off is refused, not guessed at", () => {
  const bytes = encodeStretches([{ atMs: 0, forMs: 900, count: 300, min: 1, max: 2, sum: 400 }]);
  expect(() => decodeStretches(bytes.subarray(0, -1))).toThrow("ends in the middle");
});

test("however often it is halved, peaks, sums, counts, qualities and gaps stay what they were", () => {
  fc.assert(
    fc.property(stretches, fc.integer({ min: 1, max: 6 }), (all, times) => {
      let thin: readonly Stretch[] = all;
      for (let n = 0; n < times; n += 1) thin = halve(thin, silenceMs);
      expect(facts(thin)).toEqual(facts(all));
      expect(thin.length).toBeLessThanOrEqual(all.length);
    }),
  );
});

test("an hour of a quiet detector is half a kilobyte, and four thinnings make it a tenth", () => {
  const hour = Array.from({ length: 60 }, (_, minute): Stretch => ({
    atMs: minute * 60_000,
    forMs: 59_000,
    count: 60,
    min: 100,
    max: 300,
    sum: 60 * 200,
  }));
  expect(encodeStretches(hour).length).toBeLessThan(800);
  let thin: readonly Stretch[] = hour;
  for (let n = 0; n < 4; n += 1) thin = halve(thin, silenceMs);
  expect(thin).toHaveLength(4);
});
