/** The book of rules; how a person reaches it is in `tools/rules.test.ts`. */
import { expect, test } from "vitest";
import { epochMs } from "#domain/quantity.ts";
import type { Bilingual, Result } from "#domain/result.ts";
import { adjustLimits } from "#rules/limits/adjust.ts";
import { defaultLimits } from "#rules/limits/sets.ts";
import {
  beforeThis,
  begins,
  decide,
  found,
  publish,
  readBook,
  running,
  type Draft,
  type Entry,
} from "./rule-book.ts";

const must = <Value>(result: Result<Value, Bilingual>): Value => {
  if (!result.ok) throw new Error(result.error.en);
  return result.value;
};
const refusal = <Value>(result: Result<Value, Bilingual>): string =>
  result.ok ? "done" : result.error.en;

const draft = (lowPercentLel: number): Draft => {
  const overrides = { gas: { lowPercentLel } };
  const limits = adjustLimits(defaultLimits, overrides);
  if (!limits.ok) throw new Error("limits");
  return { words: { overrides }, limits: limits.value, hash: `hash-${lowPercentLel}` };
};
const at = (minute: number) => epochMs(minute * 60_000);
const signature = (minute: number) => ({ by: "王工", reason: "按街道要求", atMs: at(minute) });

const [first] = found(readBook([]), [draft(10)], at(0));
if (first === undefined) throw new Error("no edition");
const second = must(publish(readBook([first]), draft(6), signature(1)));
const book = (...more: readonly Entry[]) => readBook([first, second, ...more]);
const began = (hash: string, minute: number, shadow?: string): Entry => ({
  kind: "began",
  hash,
  ...(shadow !== undefined && { shadow }),
  atMs: at(minute),
});

test("rules that nobody published are taken in once, by the site file; a published one has a name", () => {
  expect(book().editions.map(({ version, hash, by }) => [version, hash, by])).toEqual([
    [1, "hash-10", "站点文件 site file"],
    [2, "hash-6", "王工"],
  ]);
  expect(found(book(), [draft(10), draft(6)], at(2))).toEqual([]);
  expect(found(book(), [draft(7), draft(7)], at(2)).map(({ version }) => version)).toEqual([3]);
});

test("nothing is published or decided without a name and a reason, and no unknown version", () => {
  const unsigned = { ...signature(3), by: " " };
  expect(refusal(publish(book(), draft(7), unsigned))).toContain("a name and a reason");
  expect(refusal(decide(book(), "apply", 2, { ...signature(3), reason: "" }))).toContain("reason");
  expect(refusal(decide(book(), "apply", 3, signature(3)))).toBe(
    "There is no version 3; there are: 1, 2",
  );
  expect(refusal(decide(readBook([]), "try", 1, signature(3)))).toContain("there are: none");
});

test("the same rules are not published twice, and the refusal says what to do instead", () => {
  expect(refusal(publish(book(), draft(10), signature(3)))).toBe(
    "The same as version 1; not published. To apply it: canary rules apply 1; to try it: canary rules try 1",
  );
});

test("a start is written down when it judges by something else than the one before", () => {
  const entry = begins(book(), "hash-10", undefined, at(1));
  expect(entry).toEqual(began("hash-10", 1));
  const once = book(began("hash-10", 1));
  expect(begins(once, "hash-10", undefined, at(2))).toBeUndefined();
  expect(begins(once, "hash-10", "hash-6", at(2))).toEqual(began("hash-10", 2, "hash-6"));
  expect(begins(once, "hash-6", undefined, at(2))).toEqual(began("hash-6", 2));
  expect(running(once)).toEqual(began("hash-10", 1));
  expect(running(book())).toBeUndefined();
});

test("a rollback leads to what judged before, also when the new rules never came to judge", () => {
  const target = (...more: readonly Entry[]) => must(beforeThis(book(...more), "hash-6")).version;
  expect(target(began("hash-10", 1))).toBe(1);
  expect(target(began("hash-10", 1), began("hash-6", 2))).toBe(1);
  expect(refusal(beforeThis(book(began("hash-6", 1)), "hash-6"))).toContain("No other version");
});

test("a second rollback in a row does not bring back what was taken down", () => {
  const back = must(decide(book(), "roll-back", 1, signature(3)));
  const tried = book(began("hash-10", 1), began("hash-6", 2), back, began("hash-10", 4));
  expect(refusal(beforeThis(tried, "hash-10"))).toContain("Name a version");
  const again = readBook([
    ...tried.editions,
    ...tried.deeds,
    must(decide(book(), "apply", 2, signature(5))),
  ]);
  expect(must(beforeThis(again, "hash-6")).version).toBe(1);
});

test("two writers that give one number at once leave two editions with two numbers", () => {
  const other = must(publish(readBook([first]), draft(7), signature(1)));
  expect(book(other, second).editions.map(({ version, hash }) => [version, hash])).toEqual([
    [1, "hash-10"],
    [2, "hash-6"],
    [3, "hash-7"],
  ]);
});
