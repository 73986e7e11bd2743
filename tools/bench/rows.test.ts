import { expect, test } from "vitest";
import { formatRows, isMet, type Row } from "./rows.ts";

const row: Row = { bench: "intake", what: "readings", unit: "/s", ours: 90_000, peer: 30_000 };

test("a target is met by our own figure, or by the ratio when it says so", () => {
  expect(isMet({ ...row, target: { is: "at least", value: 80_000 } })).toBe(true);
  expect(isMet({ ...row, target: { is: "at most", value: 80_000 } })).toBe(false);
  expect(isMet({ ...row, target: { is: "at least", value: 1.3, times: true } })).toBe(true);
  expect(isMet({ ...row, peer: 80_000, target: { is: "at least", value: 1.3, times: true } })).toBe(
    false,
  );
});

test("what could not be measured meets no target, and without a target there is nothing to meet", () => {
  expect(isMet({ ...row, ours: NaN, target: { is: "at most", value: 5 } })).toBe(false);
  expect(isMet(row)).toBeUndefined();
});

test("the table shows a missed target plainly", () => {
  const table = formatRows([{ ...row, ours: 1_000, target: { is: "at least", value: 80_000 } }]);
  expect(table).toMatch(/intake: readings +1,000 \/s +30,000 +0\.03 +≥ 80,000 \/s +NO/);
});
