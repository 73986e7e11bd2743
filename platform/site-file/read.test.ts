import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatMistakes, parseSite, readSiteFile, type SiteCheck } from "./read.ts";

const example = readFileSync("config/site.yaml", "utf8");

/** What is wrong with the example once `from` reads `to`: `line path: English`. */
const mistakesOf = (from: string, to: string, checks: readonly SiteCheck[] = []): string[] => {
  expect(example).toContain(from);
  const result = parseSite(example.replace(from, to), "site.yaml", checks);
  return result.ok ? [] : result.error.map((m) => `${m.line} ${m.path.join(".")}: ${m.text.en}`);
};

const lineOf = (text: string): number => example.slice(0, example.indexOf(text)).split("\n").length;

describe("a site file", () => {
  test("that is right is read, with every default filled in", () => {
    const result = parseSite(example, "site.yaml", []);
    expect(result).toMatchObject({
      ok: true,
      value: {
        drill: false,
        gateway: { mqtt: { host: "127.0.0.1", accounts: [] }, lines: [], rules: {} },
      },
    });
  });

  test("that is not YAML names the line", () => {
    const result = parseSite("version: 1\nstreet: {id: a\n", "site.yaml", []);
    expect(result.ok).toBe(false);
    if (!result.ok)
      expect(formatMistakes(result.error)).toMatch(/^site\.yaml:\d+:\d+ \(file\): YAML/);
  });

  test("that is missing is one clear mistake, not a crash", () => {
    const result = readSiteFile("/nowhere/site.yaml", []);
    expect(result.ok ? "" : formatMistakes(result.error)).toContain("CANARY_CONFIG");
  });
});

describe("every mistake is listed at once, with its line and what is allowed", () => {
  test("an unknown key", () => {
    expect(mistakesOf("anonymous: true }", "anonymous: true, anonimous: 1 }")).toEqual([
      `${lineOf("mqtt: { port: 1883")} gateway.mqtt.anonimous: there is no setting "anonimous" here`,
    ]);
  });

  test("a missing key is shown where its parent stands", () => {
    expect(mistakesOf("  id: anjing\n", "")).toEqual([
      `${lineOf("street:")} street.id: "id" is required and missing`,
    ]);
  });

  test("a number out of range, a wrong type and a wrong word, together", () => {
    const broken = example
      .replace("port: 8081", "port: 80810")
      .replace("port: 1883", 'port: "1883"')
      .replace("kind: mqtt", "kind: bell");
    const result = parseSite(broken, "site.yaml", []);
    expect(result.ok ? [] : result.error.map((m) => `${m.path.join(".")}: ${m.text.en}`)).toEqual([
      "gateway.http.port: 80810 is out of range, must be <= 65535",
      'gateway.mqtt.port: must be integer, is "1883"',
      "gateway.buzzers.0.kind: must be one of: mqtt, modbus-coil, serial-relay, gpio",
    ]);
  });

  test("a mistake inside a line is about the kind that was chosen", () => {
    const lines =
      "lines:\n    - { id: bus-1, kind: modbus-rtu, path: /dev/ttyUSB0, parity: fun, units: [] }\n";
    expect(mistakesOf("buzzers:\n", `${lines}  buzzers:\n`)).toEqual([
      expect.stringMatching(/gateway\.lines\.0\.parity: must be one of: none, even, odd$/),
      expect.stringMatching(/gateway\.lines\.0\.units: must not be empty$/),
    ]);
  });

  test("a deeper check is asked only when the shape is right, and gets its line too", () => {
    const check: SiteCheck = (site) =>
      site.detectors.flatMap(({ profile }, index) =>
        profile === "native"
          ? []
          : [
              {
                path: ["detectors", index, "profile"],
                text: { zh: "没有", en: "no such profile" },
              },
            ],
      );
    expect(mistakesOf("profile: native", "profile: nativ", [check])).toEqual([
      `${lineOf("profile: native")} detectors.0.profile: no such profile`,
    ]);
  });
});
