/** Writes the published schemas from the ones the programs check by. A test holds them equal. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SiteSchema } from "#platform/site-file/schema.ts";
import { projectRoot } from "./load-site.ts";

export const siteSchemaText = (): string => {
  const schema = { $schema: "https://json-schema.org/draft/2020-12/schema", ...SiteSchema };
  return `${JSON.stringify(schema, withoutDefaultsRequired, 2)}\n`;
};

/** The programs fill defaults in before they check; an editor shall not ask for what has one. */
const withoutDefaultsRequired = (_key: string, value: unknown): unknown => {
  if (!isObject(value) || !isObject(value["properties"]) || !Array.isArray(value["required"]))
    return value;
  const { properties } = value;
  const required = value["required"].filter((name) => {
    const property = properties[String(name)];
    return !(isObject(property) && "default" in property);
  });
  return { ...value, required };
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

if (import.meta.main) writeFileSync(join(projectRoot, "config/site.schema.json"), siteSchemaText());
