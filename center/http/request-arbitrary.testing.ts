/** Requests made from the API's own description: such as it asks for, and such as break it. */
import * as fc from "fast-check";
import { listOf, recordOf, type Operation } from "./answer-check.testing.ts";

export interface MadeRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Names of things that exist, versions and numbers: what a schema alone could never guess. */
export type KnownWords = readonly string[];

/** One request for an operation, most of them as described, the others wrong in one place or all over. */
export const requestFor = (operation: Operation, known: KnownWords): fc.Arbitrary<MadeRequest> => {
  const parameters = listOf(operation.description["parameters"]).map(recordOf);
  const placed = (place: string) =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter((one) => one["in"] === place)
          .map((one) => [String(one["name"]), parameterFor(one, known)]),
      ),
    );
  return fc
    .record({
      inPath: placed("path"),
      inQuery: placed("query"),
      inHeader: placed("header"),
      body: bodyFor(operation, known),
      stray: fc.option(fc.dictionary(word, word, { maxKeys: 2 }), { freq: 9, nil: {} }),
    })
    .map(({ inPath, inQuery, inHeader, body, stray }) => ({
      path: `${fillPath(operation.path, inPath)}?${searchOf({ ...inQuery, ...stray })}`,
      headers: Object.fromEntries(
        Object.entries(inHeader).flatMap(([name, value]): [string, string][] =>
          value === undefined ? [] : [[name, headerText(value)]],
        ),
      ),
      body,
    }));
};

const word = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  { weight: 1, arbitrary: fc.constant("\0") },
);

/** The text in one parameter after the other, in path or query: no header can hold every text. */
export const pathsWith = (operation: Operation, text: string): readonly string[] => {
  const parameters = listOf(operation.description["parameters"])
    .map(recordOf)
    .map((one) => ({ place: one["in"], name: String(one["name"]) }));
  const inPath = parameters.filter((one) => one.place === "path").map((one) => one.name);
  const inQuery = parameters.filter((one) => one.place === "query").map((one) => one.name);
  const others = Object.fromEntries(inPath.map((name) => [name, "1"]));
  return [
    fillPath(operation.path, others),
    ...inPath.map((name) => fillPath(operation.path, { ...others, [name]: text })),
    ...inQuery.map((name) => `${fillPath(operation.path, others)}?${searchOf({ [name]: text })}`),
  ];
};

const parameterFor = (
  parameter: Readonly<Record<string, unknown>>,
  known: KnownWords,
): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    { weight: 20, arbitrary: valueFor(parameter["schema"], known).map(String) },
    { weight: 1, arbitrary: word },
    {
      weight: parameter["required"] === true ? 1 : 6,
      arbitrary: fc.constant(undefined),
    },
  );

const bodyFor = (operation: Operation, known: KnownWords): fc.Arbitrary<string | undefined> => {
  const content = recordOf(recordOf(operation.description["requestBody"])["content"]);
  const schema = recordOf(content["application/json"])["schema"];
  const wild = fc.oneof(fc.json(), fc.string({ unit: "binary", maxLength: 60 }));
  if (schema === undefined) {
    return fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: wild },
    );
  }
  const good = valueFor(schema, known);
  return fc.oneof(
    { weight: 12, arbitrary: good.map((value) => JSON.stringify(value)) },
    { weight: 4, arbitrary: fc.tuple(good, fc.nat(), fc.jsonValue()).map(breakOne) },
    { weight: 1, arbitrary: wild },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
};

/** Puts something else in the place of one field, wherever it fits the schema or not. */
const breakOne = ([value, which, other]: [unknown, number, unknown]): string => {
  const fields = Object.entries(recordOf(value));
  const [name = "x"] = fields[which % Math.max(1, fields.length)] ?? [];
  return JSON.stringify({ ...recordOf(value), [name]: other });
};

/** A value as a JSON Schema asks for it, as far as this API uses the language. */
const valueFor = (given: unknown, known: KnownWords): fc.Arbitrary<unknown> => {
  const schema = recordOf(given);
  const choices = [...listOf(schema["anyOf"]), ...listOf(schema["oneOf"])];
  if (choices.length > 0) return fc.oneof(...choices.map((one) => valueFor(one, known)));
  if (Array.isArray(schema["allOf"])) {
    return fc
      .tuple(...listOf(schema["allOf"]).map((one) => valueFor(one, known)))
      .map((parts) => Object.assign({}, ...parts));
  }
  if ("const" in schema) return fc.constant(schema["const"]);
  if (Array.isArray(schema["enum"])) return fc.constantFrom(...listOf(schema["enum"]));
  switch (schema["type"]) {
    case "string":
      return textFor(schema, known);
    case "integer":
      return fc.oneof(
        fc.constantFrom(0, 1, 2, 1_795_000_100_000, 1_795_086_500_000),
        fc.maxSafeInteger(),
      );
    case "number":
      return fc.oneof(fc.constantFrom(0, 1, 31.2), fc.double({ noNaN: true }));
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(valueFor(schema["items"], known), { maxLength: 3 });
    case "object":
      return objectFor(schema, known);
    default:
      return fc.jsonValue();
  }
};

const objectFor = (
  schema: Readonly<Record<string, unknown>>,
  known: KnownWords,
): fc.Arbitrary<unknown> => {
  const properties = Object.entries(recordOf(schema["properties"]));
  const required = listOf(schema["required"]).map(String);
  return fc.record(
    Object.fromEntries(properties.map(([name, one]) => [name, valueFor(one, known)])),
    { requiredKeys: required },
  );
};

const textFor = (
  schema: Readonly<Record<string, unknown>>,
  known: KnownWords,
): fc.Arbitrary<string> => {
  const { pattern, minLength, maxLength } = schema;
  const fits = typeof pattern === "string" ? new RegExp(pattern, "u") : /^/;
  const apt = known.filter((one) => fits.test(one));
  const free = fc.string({
    unit: "binary",
    minLength: typeof minLength === "number" ? minLength : 0,
    maxLength: typeof maxLength === "number" ? maxLength : 300,
    size: "small",
  });
  const made = typeof pattern === "string" ? matching(pattern) : free;
  return apt.length === 0
    ? made
    : fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...apt) }, made);
};

const matching = (pattern: string): fc.Arbitrary<string> => {
  // fast-check makes no words of letters "of any script": a few of them stand for all.
  const spelled = pattern.replaceAll(/\\p\{L\}/g, "a-zé网").replaceAll(/\\p\{N\}/g, "0-9");
  return fc.stringMatching(new RegExp(spelled, "u"), { size: "small" });
};

const fillPath = (path: string, values: Readonly<Record<string, string | undefined>>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent((values[name] ?? "").toWellFormed()),
  );

const searchOf = (values: Readonly<Record<string, string | undefined>>): string =>
  new URLSearchParams(
    Object.entries(values).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name.toWellFormed(), value.toWellFormed()]],
    ),
  ).toString();

/** What HTTP lets through; the rest never reaches a server. */
const headerText = (value: string): string => value.replaceAll(/[^\x20-\x7e]/g, "?");
