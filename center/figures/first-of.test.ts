import * as fc from "fast-check";
import { expect, test } from "vitest";
import { firstOf } from "./first-of.ts";

test("the first few are those that sorting puts first, equals in the order they came", () => {
  const items = fc.array(
    fc.record({ size: fc.integer({ min: 0, max: 9 }), name: fc.string({ maxLength: 2 }) }),
  );
  fc.assert(
    fc.property(items, fc.integer({ min: 0, max: 12 }), (all, most) => {
      const largest = (a: { size: number }, b: { size: number }) => b.size - a.size;
      expect(firstOf(all, most, largest)).toEqual(all.toSorted(largest).slice(0, most));
    }),
  );
});
