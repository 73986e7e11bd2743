import { expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { readDrift, saveDrift } from "./told-drift.ts";

test("what was told is read back, and text that is none of ours is nothing told", () => {
  const told = [detectorId("喜安2-501"), detectorId("d2")];
  expect(readDrift(saveDrift(told))).toEqual(told);
  for (const text of [undefined, "", "{", "{}", "null", "7", "[7]"])
    expect(readDrift(text)).toEqual([]);
});
