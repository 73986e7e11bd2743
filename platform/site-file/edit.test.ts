import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { setGatewayRules } from "./edit.ts";

const changed = (text: string, rules: Readonly<Record<string, unknown>>): string => {
  const result = setGatewayRules(text, rules);
  if (!result.ok) throw new Error(result.error.en);
  return result.value;
};

const aligned = `version: 1   # ours
gateway:
  id: gw-1
  # rules: agreed with the street
  rules:
    limits: cn-2019   # the national set
    overrides:
      gas:
        lowPercentLel:  6      # stricter in the old buildings
        lowDelaySeconds: 2
    shadow: cn-2026

  http:   { port: 8081 }     # the board
detectors:
  - { id: a,    profile: native }
  - { id: long, profile: native,
      address: { text: "1" } }
`;

test("only the number that changes changes; comments, blanks and alignment of the file stay", () => {
  const rules = {
    limits: "cn-2019",
    overrides: { gas: { lowPercentLel: 8, lowDelaySeconds: 2 } },
    shadow: "cn-2026",
  };
  expect(changed(aligned, rules)).toBe(
    aligned.replace("lowPercentLel:  6      #", "lowPercentLel: 8 #").replace("9   #", "9 #"),
  );
});

test("what is not wanted any more goes, what is new comes, the rest of the file is as it was", () => {
  const text = changed(aligned, { limits: "cn-2026" });
  expect(text).toContain("    limits: cn-2026 # the national set\n\n  http:   { port: 8081 }");
  expect(text).not.toContain("overrides");
  const [head, tail] = [aligned.indexOf("  rules:"), aligned.indexOf("\n  http:")];
  expect(text.startsWith(aligned.slice(0, head))).toBe(true);
  expect(text.endsWith(aligned.slice(tail))).toBe(true);
});

test("rules that share a line with their key, or say nothing, are written as well", () => {
  const inLine = "gateway:\n  id: gw-1\n  rules: { limits: cn-2019 } # why\n  people: []\n";
  expect(changed(inLine, { limits: "cn-2026", overrides: { holdSeconds: 60 } })).toBe(
    "gateway:\n  id: gw-1\n  rules: { limits: cn-2026, overrides: { holdSeconds: 60 } } # why\n  people: []\n",
  );
  const empty = "gateway:\n  id: gw-1\n  rules:\n  people: []\n";
  expect(parse(changed(empty, { limits: "cn-2026" }))).toEqual({
    gateway: { id: "gw-1", rules: { limits: "cn-2026" }, people: [] },
  });
});

test("a file that had no rules gets them after the gateway's name", () => {
  const text = readFileSync("config/site.yaml", "utf8");
  expect(changed(text, { limits: "cn-2026", overrides: { holdSeconds: 60 } })).toBe(
    text.replace(
      "  id: gw-xian-1\n",
      "  id: gw-xian-1\n  rules:\n    limits: cn-2026\n    overrides:\n      holdSeconds: 60\n",
    ),
  );
  expect(parse(changed("gateway: { id: gw-1, people: [] }\n", { limits: "ul-2034" }))).toEqual({
    gateway: { id: "gw-1", people: [], rules: { limits: "ul-2034" } },
  });
});

test("lines that end as on Windows, an alias and an anchor do not lead to other rules than wanted", () => {
  const windows = aligned.replaceAll("\n", "\r\n");
  expect(parse(changed(windows, { limits: "ul-2034" }))).toMatchObject({
    gateway: { rules: { limits: "ul-2034" }, http: { port: 8081 } },
  });
  const alias = "base: &base { limits: cn-2019 }\ngateway:\n  id: gw-1\n  rules: *base\n";
  expect(parse(changed(alias, { limits: "ul-2034" }))).toEqual({
    base: { limits: "cn-2019" },
    gateway: { id: "gw-1", rules: { limits: "ul-2034" } },
  });
});

test("what is not YAML, or has no gateway, is not touched", () => {
  expect(setGatewayRules("gateway: [", {}).ok).toBe(false);
  expect(setGatewayRules("street: {}\n", {}).ok).toBe(false);
});
