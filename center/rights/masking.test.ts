import * as fc from "fast-check";
import { expect, test } from "vitest";
import { maskName, maskPhone } from "./masking.ts";

test.each([
  ["王秀英", "王**"],
  ["欧阳娜娜", "欧**"],
  ["𠮷野", "𠮷**"],
  [" Li Min", "L**"],
  ["", ""],
])("the name %s is shown as %s", (name, shown) => expect(maskName(name)).toBe(shown));

test.each([
  ["13812341234", "138****1234"],
  ["+86 138-1234-1234", "138****1234"],
  ["85551234", "****34"],
  ["119", "****"],
  ["", "****"],
])("the number %s is shown as %s", (phone, shown) => expect(maskPhone(phone)).toBe(shown));

test("no mask shows more than seven digits or more than one letter", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(), (name, number) => {
      expect(Array.from(maskName(name)).length).toBeLessThanOrEqual(3);
      expect(maskPhone(String(number)).replaceAll("*", "").length).toBeLessThanOrEqual(7);
    }),
  );
});
