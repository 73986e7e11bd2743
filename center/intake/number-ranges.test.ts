import { expect, test } from "vitest";
import { count, highest, holesIn, parseRanges } from "./number-ranges.ts";

test("a tail the gateway has written and not sent is a hole as well", () => {
  expect(holesIn([[1, 3]], 5)).toEqual([[4, 5]]);
  expect(holesIn([], 2)).toEqual([[1, 2]]);
  expect(holesIn([[2, 3]], 3)).toEqual([[1, 1]]);
});

test("ranges are read with or without the hashes beside them", () => {
  const ranges = parseRanges('[[1,3],[5,9,"p","h"]]');
  expect(ranges).toEqual([
    [1, 3],
    [5, 9],
  ]);
  expect([count(ranges), highest(ranges)]).toEqual([8, 9]);
});
