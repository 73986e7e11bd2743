import { expect, test } from "vitest";
import { caseStates } from "#domain/case.ts";
import { owesUpper } from "./owes-upper.ts";

test("the level above owes a signature as long as the case is under way, and not once it is over", () => {
  const owing = caseStates.filter((state) => owesUpper({ state, pendingUpper: true }));
  expect(owing).toContain("reported");
  expect(owing).toContain("suspended");
  for (const over of ["closed", "archived", "merged", "voided"]) expect(owing).not.toContain(over);
  expect(caseStates.filter((state) => owesUpper({ state, pendingUpper: false }))).toEqual([]);
});
