import * as fc from "fast-check";
import { expect, test } from "vitest";
import { monoMs, type MonoMs } from "#domain/quantity.ts";
import { createPace } from "./pace.ts";

interface World {
  readonly lineMs: number;
  readonly perRecordMs: number;
  /** Records the center commits and answers together. */
  readonly together: number;
}

/** Windows full of records, each answered before the next: there is always more to send. */
const drain = (rounds: number, { lineMs, perRecordMs, together }: World) => {
  const pace = createPace();
  let nowMs = 0;
  let waitedMs = 0;
  for (let round = 0; round < rounds; round += 1) {
    const sentMs = nowMs;
    const records = pace.records();
    for (let answered = 0; answered < records; answered += together) {
      const now = Math.min(together, records - answered);
      nowMs = sentMs + lineMs + (answered + now) * perRecordMs;
      pace.answered(
        Array.from({ length: now }, () => at(sentMs)),
        answered === 0,
        at(nowMs),
      );
    }
    waitedMs = nowMs - sentMs;
  }
  return { pace, waitedMs };
};
const quick: World = { lineMs: 1, perRecordMs: 0.05, together: 512 };
const slow: World = { lineMs: 300, perRecordMs: 50, together: 1 };
const at = (ms: number): MonoMs => monoMs(ms);

test("to a center that takes 20,000 a second the window grows until it is kept busy, and no further", () => {
  const { pace, waitedMs } = drain(50, quick);
  expect(pace.records()).toBeGreaterThan(1_000);
  expect(waitedMs).toBeLessThan(200);
});

test("on a line of 20 records a second it keeps the window among the smallest", () => {
  const { pace } = drain(5, slow);
  expect(pace.records()).toBeLessThanOrEqual(64);
});

test("a center that commits but twenty a second, all at once, is not taken for a long line", () => {
  const { pace } = drain(6, { lineMs: 5, perRecordMs: 50, together: 512 });
  expect(pace.records()).toBe(32);
});

test("600 ms by satellite are the line's own: they do not keep the window small", () => {
  const { pace } = drain(20, { lineMs: 600, perRecordMs: 0.01, together: 512 });
  expect(pace.records()).toBeGreaterThan(2_000);
});

test("one stall of the center halves the window once, not once for each answer that was late", () => {
  const pace = createPace();
  pace.answered([at(0)], false, at(5));
  for (let late = 0; late < 10; late += 1) pace.answered([at(10)], true, at(2_000));
  expect(pace.records()).toBe(128);
});

test("another connection begins anew, but not wider than a slow one has taught", () => {
  const { pace } = drain(5, slow);
  pace.restart();
  expect(pace.records()).toBeLessThanOrEqual(64);
  const fast = drain(50, quick).pace;
  fast.restart();
  expect(fast.records()).toBe(256);
});

test("whatever is answered whenever, something may be on its way and never more than 4,096", () => {
  const answers = fc.array(fc.tuple(fc.nat(5_000), fc.nat(5_000), fc.nat(600), fc.boolean()));
  fc.assert(
    fc.property(answers, (all) => {
      const pace = createPace();
      let nowMs = 0;
      for (const [afterMs, agoMs, count, wasFull] of all) {
        nowMs += afterMs;
        const sentAt = Array.from({ length: count }, () => at(nowMs - agoMs));
        pace.answered(sentAt, wasFull, at(nowMs));
        expect(pace.records()).toBeGreaterThanOrEqual(32);
        expect(pace.records()).toBeLessThanOrEqual(4_096);
      }
    }),
  );
});
