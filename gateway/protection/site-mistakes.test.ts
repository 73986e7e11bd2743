import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes, parseSite } from "#platform/site-file/read.ts";
import { protectionMistakes } from "./site-mistakes.ts";

/** The example site with other buzzers; what is wrong with it, a line each. */
const mistakesOf = (buzzers: readonly string[], rest = ""): string => {
  const yaml = readFileSync("config/site.yaml", "utf8").replace(
    /  buzzers:\n.*\n/,
    `  buzzers: [${buzzers.join(", ")}]\n${rest}`,
  );
  const site = parseSite(yaml, "site.yaml", [protectionMistakes]);
  return site.ok ? "" : formatMistakes(site.error);
};

test("a home's own buzzer cannot be kept for escalation only", () => {
  expect(mistakesOf(["{ id: b, kind: mqtt, place: home, soundsOn: [no-ack] }"])).toContain(
    "must have always",
  );
  expect(mistakesOf(["{ id: b, kind: mqtt, place: duty-room, soundsOn: [no-ack] }"])).toBe("");
});

test("a buzzer or valve that serves nobody, or somebody unknown, is named", () => {
  expect(mistakesOf(['{ id: b, kind: mqtt, serves: { building: "9栋" } }'])).toContain(
    "would never act",
  );
  expect(mistakesOf(['{ id: b, kind: mqtt, serves: { building: "2栋" } }'])).toBe("");
  expect(mistakesOf([], "  valves: [{ id: v, kind: mqtt, serves: [nobody] }]\n")).toContain(
    '"nobody" is not registered',
  );
});

test("causes, kinds and times that do not exist are listed with what is allowed", () => {
  expect(mistakesOf(["{ id: b, kind: mqtt, soundsOn: [sometimes] }"])).toContain(
    "always, link-lost, no-receipt, no-ack",
  );
  const deadMan =
    "  protection: { noAckAfterSeconds: 9999, deadMan: { outputs: [{ kind: mqtt }] } }\n";
  expect(mistakesOf([], deadMan)).toContain("command, modbus-coil, serial-relay, gpio");
  expect(mistakesOf([], deadMan)).toContain("9999 is out of range");
});

test("a fan may run for combustible gas only where it is explosion-proof in so many words", () => {
  const fans = (more: string) => mistakesOf([], `  fans: [{ id: f, kind: mqtt${more} }]\n`);
  expect(fans("")).toBe("");
  expect(fans(", runsOn: [co, gas], construction: explosion-proof")).toBe("");
  expect(fans(", runsOn: [co, gas]")).toContain("makes a spark");
  expect(fans(", runsOn: [gas], construction: ordinary")).toContain("makes a spark");
  expect(fans(", explosionProof: true")).toContain("explosionProof");
  expect(fans(", serves: [nobody]")).toContain('"nobody" is not registered');
});
