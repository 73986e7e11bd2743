import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { siteSchemaText } from "./write-schemas.ts";

test("the published site schema is the one the programs check by (tools/write-schemas.ts)", () => {
  expect(readFileSync("config/site.schema.json", "utf8")).toBe(siteSchemaText());
});

test.each(["config/site.yaml", "config/demo.yaml"])(
  "another validator finds %s right by it",
  (file) => {
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(siteSchemaText()));
    expect(validate(parse(readFileSync(file, "utf8"))), JSON.stringify(validate.errors)).toBe(true);
  },
);
