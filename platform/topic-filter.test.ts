import { expect, test } from "vitest";
import { filterCovers, filterMatches } from "./topic-filter.ts";

test.each([
  ["a/b", "a/b", true],
  ["a/b", "a/b/c", false],
  ["a/+/c", "a/b/c", true],
  ["a/+/c", "a/b/d", false],
  ["a/#", "a", true],
  ["a/#", "a/b/c", true],
  ["#", "a/b", true],
  ["#", "$SYS/x", false],
  ["+/x", "$SYS/x", false],
  ["a/+", "a", false],
  ["a", "a/b", false],
])("filter %s on topic %s: %s", (filter, topic, expected) => {
  expect(filterMatches(filter, topic)).toBe(expected);
});

test.each([
  ["a/#", "a/b/#", true],
  ["a/#", "a/+", true],
  ["a/+", "a/#", false],
  ["a/b", "a/+", false],
  ["a/+", "a/b", true],
  ["#", "a/b", true],
  ["a/+/c", "a/b/c/d", false],
])("filter %s covers %s: %s", (outer, inner, expected) => {
  expect(filterCovers(outer, inner)).toBe(expected);
});
