import type { TSchema } from "typebox";

/**
 * Gives every setting that is left out the `default` of its schema, in place, the new ones' own
 * settings too. Anything of another kind than its schema says is left for the check to explain.
 *
 * `Value.Default` of TypeBox does the same, but no way leads to it past 142 modules that nobody
 * calls: 30 ms of CPU before a starting gateway's buzzers are live.
 */
export const fillDefaults = (schema: TSchema, value: unknown): void => {
  if (hasProperties(schema) && isRecord(value)) {
    for (const [key, property] of Object.entries(schema.properties)) {
      if (value[key] === undefined && "default" in property) {
        value[key] = structuredClone(property.default);
      }
      fillDefaults(property, value[key]);
    }
  }
  if (hasItems(schema) && Array.isArray(value)) {
    for (const item of value) fillDefaults(schema.items, item);
  }
};

const hasProperties = (
  schema: TSchema,
): schema is TSchema & { readonly properties: Readonly<Record<string, TSchema>> } =>
  "properties" in schema;

const hasItems = (schema: TSchema): schema is TSchema & { readonly items: TSchema } =>
  "items" in schema && !Array.isArray(schema.items);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
