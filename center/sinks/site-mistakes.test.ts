import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseSite } from "#platform/site-file/read.ts";
import { checkSinks } from "./site-mistakes.ts";

const example = readFileSync("config/site.yaml", "utf8");
const withSinks = (lines: string): string =>
  example.replace(/^center:\n/m, `center:\n  sinks:\n${lines}`);
const read = (lines: string) => parseSite(withSinks(lines), "site.yaml", [checkSinks]);

test("three kinds of time-series databases can be named, each with what it needs", () => {
  const site = read(`
    - { kind: influx1, id: a, url: "http://10.0.0.1:8086", database: gas }
    - { kind: influx2, id: b, url: "https://x/influx", org: o, bucket: gas, tokenFile: t }
    - { kind: victoria, id: c, url: "http://10.0.0.2:8428" }
`);
  expect(site.ok && site.value.center.sinks.map(({ kind }) => kind)).toEqual([
    "influx1",
    "influx2",
    "victoria",
  ]);
});

test("what is missing, misspelt, twice or a password in an address is told by its place", () => {
  const wrong = (lines: string): string => JSON.stringify(read(lines));
  expect(wrong(`    - { kind: influx2, id: b, url: "http://x", org: o }\n`)).toContain("bucket");
  expect(wrong(`    - { kind: graphite, id: b, url: "http://x" }\n`)).toContain("influx1、influx2");
  expect(wrong(`    - { kind: victoria, id: b, url: "http://me:secret@x" }\n`)).toContain("url");
  const one = `    - { kind: victoria, id: b, url: "http://x" }\n`;
  expect(wrong(one + one)).toContain("重复");
});
