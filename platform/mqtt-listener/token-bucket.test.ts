import { expect, test } from "vitest";
import { createTokenBucket } from "./token-bucket.ts";

test("a burst at once, then ten a second, and never more than the burst saved up", () => {
  const bucket = createTokenBucket(10, 3, 0);
  const at = (nowMs: number): number => {
    bucket.refill(nowMs);
    let taken = 0;
    while (bucket.take(1)) taken += 1;
    return taken;
  };

  expect([at(0), at(50), at(100), at(300), at(60_000)]).toEqual([3, 0, 1, 2, 3]);
});

test("it says how long to wait", () => {
  const bucket = createTokenBucket(10, 3, 0);

  expect(bucket.waitMs(1)).toBe(0);
  bucket.take(3);
  expect(bucket.waitMs(1)).toBe(100);
});

test("without a rate limit nobody waits", () => {
  const bucket = createTokenBucket(Infinity, 2, 0);

  for (let message = 0; message < 10; message += 1) {
    bucket.refill(0);
    expect(bucket.take(1)).toBe(true);
  }
  expect(bucket.waitMs(1)).toBe(0);
});
