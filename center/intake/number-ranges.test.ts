import * as fc from "fast-check";
import { expect, test } from "vitest";
import { count, highest, holesIn, parseRanges, promiseOf, withNumbers } from "./number-ranges.ts";

const numbers = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 });

test("ranges are the set of the numbers, in whatever order and portions they came", () => {
  fc.assert(
    fc.property(numbers, numbers, (first, second) => {
      const ranges = withNumbers(withNumbers([], first), second);
      const set = new Set([...first, ...second]);
      const listed = ranges.flatMap(([from, to]) =>
        Array.from({ length: to - from + 1 }, (_, index) => from + index),
      );
      expect(listed).toEqual([...set].sort((a, b) => a - b));
      expect(count(ranges)).toBe(set.size);
      expect(highest(ranges)).toBe(Math.max(0, ...set));
      expect(parseRanges(JSON.stringify(ranges))).toEqual(ranges);
    }),
  );
});

test("a receipt promises exactly what has arrived: up to the highest, without the holes", () => {
  fc.assert(
    fc.property(numbers, (arrived) => {
      const { upTo, holes } = promiseOf(withNumbers([], arrived));
      for (let number = 1; number <= 61; number += 1) {
        const inHole = holes.some(([from, to]) => from <= number && number <= to);
        expect(number <= upTo && !inHole).toBe(arrived.includes(number));
      }
    }),
  );
});

test("with more holes than a receipt carries it promises less, never more", () => {
  const odd = Array.from({ length: 2_000 }, (_, index) => 2 * index + 1);
  const { upTo, holes } = promiseOf(withNumbers([], odd));
  expect(holes).toHaveLength(500);
  expect(holes[0]).toEqual([2, 2]);
  expect(upTo).toBe(1_001);
});

test("a tail the gateway has written and not sent is a hole as well", () => {
  expect(holesIn([[1, 3]], 5)).toEqual([[4, 5]]);
  expect(holesIn([], 2)).toEqual([[1, 2]]);
  expect(holesIn([[2, 3]], 3)).toEqual([[1, 1]]);
});
