/** What is read of JSON that is not JSON. */
import { expect, test } from "vitest";
import { readJson } from "./tolerant-json.ts";

const read = (text: string) => {
  const result = readJson(new TextEncoder().encode(text));
  return result.kind === "whole" ? result.value : { broken: result.what.en, values: result.values };
};

const cut = "the message is cut off";
const notJson = "the message is not valid JSON";

test.each([
  ['{"a":1,"b":2', cut, [{ a: 1 }]], // 2 may have been 20
  ['{"a":1,"b":tru', cut, [{ a: 1 }]],
  ['{"a":1,"b":"x', cut, [{ a: 1 }]],
  ['{"a":1,"b"', cut, [{ a: 1 }]],
  ['{"a":["x","y', cut, [{ a: ["x"] }]],
  ['{"a":{"b":1,"c":2},"d":3,', cut, [{ a: { b: 1, c: 2 }, d: 3 }]],
  ['{"a":1,"b":NaN,"c":true}', notJson, [{ a: 1, b: Number.NaN, c: true }]],
  ['{"a":1 "b":2}', notJson, [{ a: 1 }]],
  ["{'a':1}", notJson, [{}]],
  ["{a:1}", notJson, [{}]],
  ["plain text", notJson, []],
  ["", cut, []],
])("%j", (text, what, values) => {
  expect(read(text)).toEqual({ broken: what, values });
});

test.each(["31", '{"a":"b:c","d":[{"e":":"}]}', '{ "a" : 1 , "b" : "\\":" }', "[[[1]]]"])(
  "%j is whole, its colons and quotes notwithstanding",
  (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  },
);

test("a key that comes twice, at any depth and with any spacing, is told with both values", () => {
  const twice = "the message has the same field twice";
  expect(read('{"a":1,"a" : 2}')).toEqual({ broken: twice, values: [{ a: 1 }, { a: 2 }] });
  expect(read('{"v":{"a":1,"a":2}}')).toEqual({
    broken: twice,
    values: [{ v: { a: 1 } }, { v: { a: 2 } }],
  });
});

test("a message that is nothing but brackets is read without a stack overflow", () => {
  expect(read("[".repeat(60_000))).toMatchObject({ broken: expect.any(String) });
  expect(read("[".repeat(30_000) + "]".repeat(30_000))).toBeInstanceOf(Array);
});
