import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseSite } from "#platform/site-file/read.ts";
import { checkGatewaySite } from "./site-checks.ts";

const read = (yaml: string): string[] => {
  const site = parseSite(yaml, "site.yaml", [checkGatewaySite]);
  return site.ok
    ? []
    : site.error.map(({ line, path, text }) => `${line} ${path.join(".")}: ${text.en}`);
};
const example = readFileSync("config/site.yaml", "utf8");
const demo = readFileSync("config/demo.yaml", "utf8");

test("the shipped site files are right", () => {
  expect(read(example)).toEqual([]);
  expect(read(demo)).toEqual([]);
});

describe("what only the whole file can tell", () => {
  test("a profile that does not exist lists those that do", () => {
    expect(read(example.replace("profile: native", "profile: nativ"))).toEqual([
      expect.stringMatching(
        /detectors\.0\.profile: no profile "nativ" here; there are: native, .*heiman-hs1ca-e/,
      ),
    ]);
  });

  test("a name used twice", () => {
    expect(read(example.replace("id: xian-2-1-604", "id: xian-2-1-603"))).toEqual([
      expect.stringMatching(/detectors\.1\.id: "xian-2-1-603" is used twice/),
    ]);
  });

  test("a unit on a line that reads with an MQTT profile", () => {
    expect(
      read(demo.replace("unit: 2, profile: greystone-cmd5b4", "unit: 2, profile: native")),
    ).toEqual([
      expect.stringMatching(
        /gateway\.lines\.0\.units\.1\.profile: no profile "native" here; there are: gas-module-6000/,
      ),
    ]);
  });

  test("two units with one address, a detector nobody registered, and more channels than the device has", () => {
    const broken = demo.replace(
      "unit: 2, profile: greystone-cmd5b4, detectors: [fang-3-1-202]",
      "unit: 1, profile: greystone-cmd5b4, detectors: [fang-3-1-202, nobody]",
    );
    expect(read(broken)).toEqual([
      expect.stringMatching(/units\.1\.unit: unit 1 is there twice/),
      expect.stringMatching(/units\.1\.detectors: this profile has only 1 channel/),
      expect.stringMatching(/units\.1\.detectors\.1: detector "nobody" is not registered/),
    ]);
  });

  test("a coil on a line that is not there", () => {
    expect(
      read(example.replace("kind: mqtt }", "kind: modbus-coil, line: bus-9, unit: 1, coil: 0 }")),
    ).toEqual([expect.stringMatching(/buzzers\.0\.line: there is no Modbus line "bus-9"/)]);
  });

  test("anonymous access on an address the street can reach", () => {
    expect(
      read(
        example.replace(
          "{ port: 1883, anonymous: true }",
          "{ host: 0.0.0.0, port: 1883, anonymous: true }",
        ),
      ),
    ).toEqual([
      expect.stringMatching(
        /gateway\.mqtt\.anonymous: anonymous is allowed only on the loopback address/,
      ),
    ]);
  });

  test("a limit outside its legal range names the range and the clause", () => {
    const broken = example.replace(
      "  buzzers:",
      "  rules: { overrides: { gas: { lowPercentLel: 40 } } }\n  buzzers:",
    );
    expect(read(broken)).toEqual([
      expect.stringMatching(/rules\.overrides\.gas\.lowPercentLel: .*40.*5-25 %LEL.*GB 15322/),
    ]);
  });

  test("a limit set that does not exist", () => {
    expect(read(example.replace("  buzzers:", "  rules: { limits: fantasy }\n  buzzers:"))).toEqual(
      [expect.stringMatching(/rules\.limits: no limit set "fantasy"; there are: /)],
    );
  });

  test("a certificate that is not there", () => {
    const broken = example.replace(
      "{ port: 1884 }",
      "{ port: 1884, tls: { certFile: /nowhere/cert.pem, keyFile: /nowhere/key.pem } }",
    );
    expect(read(broken)).toEqual([
      expect.stringMatching(/center\.mqtt\.tls\.certFile: there is no file \/nowhere\/cert\.pem/),
      expect.stringMatching(/center\.mqtt\.tls\.keyFile: there is no file/),
    ]);
  });
});
