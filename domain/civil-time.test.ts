import { expect, test } from "vitest";
import { epochToRfc3339, rfc3339ToEpoch } from "./civil-time.ts";
import { epochMs } from "./quantity.ts";

test("an instant is written on Chengdu's clock with its offset", () => {
  expect(epochToRfc3339(epochMs(Date.UTC(2026, 10, 21, 19, 14, 7, 250)))).toBe(
    "2026-11-22T03:14:07.250+08:00",
  );
});

test("what is written can be read again", () => {
  const time = epochMs(1_795_374_847_250);
  expect(rfc3339ToEpoch(epochToRfc3339(time))).toBe(time);
});

test("a time without a zone is Chengdu's, as cheap devices send it", () => {
  expect(rfc3339ToEpoch("2025-11-18T14:30:05")).toBe(rfc3339ToEpoch("2025-11-18T06:30:05Z"));
});

test.each(["", "yesterday", "2026-13-01T00:00:00Z", "2026-11-22", "2026-11-22 03:14:07", "17"])(
  "%j is no time",
  (text) => {
    expect(rfc3339ToEpoch(text)).toBeUndefined();
  },
);
