import * as fc from "fast-check";
import { expect, test } from "vitest";
import { inChunks, inLists } from "./chunks.ts";

test("pieces hold everything once, in order; lists hold everything, in few sizes", () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 1_500 }), (items) => {
      expect(inChunks(items).flat()).toEqual(items);
      const lists = inLists(items);
      expect(new Set(lists.flat())).toEqual(new Set(items));
      expect(lists).toHaveLength(Math.ceil(items.length / 512));
      for (const list of lists) expect(Number.isInteger(Math.log2(list.length))).toBe(true);
    }),
  );
});
