import * as fc from "fast-check";
import { expect, test } from "vitest";
import { confirmedRanges, isConfirmed } from "./settlement.ts";

test("everything up to the number, without the holes", () => {
  expect(confirmedRanges({ upTo: 0, holes: [] })).toEqual([]);
  expect(confirmedRanges({ upTo: 9, holes: [] })).toEqual([[1, 9]]);
  expect(
    confirmedRanges({
      upTo: 9,
      holes: [
        [7, 9],
        [1, 2],
        [4, 4],
      ],
    }),
  ).toEqual([
    [3, 3],
    [5, 6],
  ]);
});

test("ranges and single numbers agree, whatever holes are named", () => {
  const number = fc.integer({ min: 1, max: 30 });
  const settlement = fc.record({
    upTo: fc.integer({ min: 0, max: 25 }),
    holes: fc.array(fc.tuple(number, number), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(settlement, (word) => {
      const ranges = confirmedRanges(word);
      for (let seq = 1; seq <= 31; seq += 1) {
        const inRange = ranges.some(([first, last]) => first <= seq && seq <= last);
        expect(inRange).toBe(isConfirmed(seq, word));
      }
    }),
  );
});
