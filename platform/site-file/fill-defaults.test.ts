import * as fc from "fast-check";
import { Type, type TSchema } from "typebox";
import { IsAnyOf, IsItems, IsProperties, type XSchema } from "typebox/schema";
import { Value } from "typebox/value";
import { expect, test } from "vitest";
import { fillDefaults } from "./fill-defaults.ts";
import { lineKinds } from "./line-schema.ts";
import { buzzerKinds, deadManKinds, fanKinds, valveKinds } from "./protection-schema.ts";
import { SiteFrameSchema } from "./schema.ts";
import { sinkKinds } from "./sink-schema.ts";

const schemas = [
  SiteFrameSchema,
  ...[lineKinds, buzzerKinds, valveKinds, fanKinds, deadManKinds, sinkKinds].flatMap((kinds) =>
    Object.values<TSchema>(kinds),
  ),
];

/** Values of about the right shape with settings left out, and now and then one of the wrong kind. */
const sparse = (schema: XSchema): fc.Arbitrary<unknown> => {
  // No list in place of a group of settings: TypeBox gives the list properties.
  const wrong = fc.constantFrom("x", 7, null);
  if (typeof schema === "boolean") return wrong;
  if (IsProperties(schema)) {
    const parts = Object.entries(schema.properties).map(([key, inner]) => [key, sparse(inner)]);
    return likely(fc.record(Object.fromEntries(parts), { requiredKeys: [] }), wrong);
  }
  if (IsItems(schema) && !Array.isArray(schema.items)) {
    return likely(fc.array(sparse(schema.items), { maxLength: 2 }), wrong);
  }
  return IsAnyOf(schema) ? fc.oneof(...schema.anyOf.map(sparse), wrong) : wrong;
};
const likely = (one: fc.Arbitrary<unknown>, other: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 9, arbitrary: one }, { weight: 1, arbitrary: other });

test.each(schemas.map((schema, index) => ({ schema, index })))(
  "settings that are left out become what TypeBox makes of them: schema $index",
  ({ schema }) => {
    fc.assert(
      fc.property(sparse(schema), (value) => {
        const theirs = Value.Default(schema, structuredClone(value));
        const ours = structuredClone(value);
        fillDefaults(schema, ours);
        expect(ours).toEqual(theirs);
      }),
    );
  },
);

test("a default that is an object has its own settings filled, and belongs to one file alone", () => {
  const schema = Type.Object({
    a: Type.Object({ b: Type.Integer({ default: 1 }) }, { default: {} }),
  });
  const one = {};
  const other = {};
  fillDefaults(schema, one);
  fillDefaults(schema, other);
  expect(one).toEqual({ a: { b: 1 } });
  expect(Reflect.get(one, "a")).not.toBe(Reflect.get(other, "a"));
});
