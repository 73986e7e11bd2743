/** Every fault tells both kinds of reader what happened, where, and what to do next. */
import { expect, test } from "vitest";
import { epochMs } from "#domain/quantity.ts";
import type { ReadingFault } from "#domain/reading.ts";
import { show, strayBytes } from "./faults.ts";
import { decodeRegisters } from "./modbus.ts";
import { decodeMqtt } from "./mqtt.ts";
import { native } from "./profiles/native.ts";
import { findProfile } from "./registry.ts";

const now = epochMs(Date.UTC(2026, 10, 22));

const faultsOf = (profileId: string, topic: string, text: string): readonly ReadingFault[] => {
  const profile = findProfile(profileId);
  if (profile?.transport !== "mqtt") throw new Error(`no MQTT profile ${profileId}`);
  const decoded = decodeMqtt(profile, topic, new TextEncoder().encode(text), now);
  return decoded.kind === "ignored"
    ? []
    : decoded.findings.flatMap((one) => (one.kind === "fault" ? [one.fault] : []));
};

const registerFaults = (profileId: string, blocks: readonly (readonly number[])[]) => {
  const profile = findProfile(profileId);
  if (profile?.transport !== "modbus") throw new Error(`no Modbus profile ${profileId}`);
  return decodeRegisters(profile, blocks)
    .flat()
    .flatMap((one) => (one.kind === "fault" ? [one.fault] : []));
};

const all: readonly ReadingFault[] = [
  ...faultsOf("native", "t", '{"co_ppm":"x","status":"x","at":"x","seq":"x"}'),
  ...faultsOf("native", "t", '{"status":["x"]}'),
  ...faultsOf("native", "t", '{"status":[7]}'),
  ...faultsOf("native", "t", "{}"),
  ...faultsOf("native", "t", "[]"),
  ...faultsOf("native", "t", "{"),
  ...faultsOf("native", "t", "x"),
  ...faultsOf("native", "t", '{"a":1,"a":1}'),
  ...faultsOf("native", "t", " ".repeat(70_000)),
  ...faultsOf("tuya-dcr-co", "t", "[]"),
  ...faultsOf("tuya-dcr-co", "t", '{"carbon_monoxide":1}'),
  ...faultsOf("heiman-hs3cg-ias", "t", '{"zonestatus":"34"}'),
  ...faultsOf("heiman-hs3cg-ias", "t", '{"zonestatus":4096}'),
  ...faultsOf("ring-co", "ring/a/alarm/b/status", "offline"),
  ...registerFaults("gas-module-6000-co", [[1]]),
  ...registerFaults("gas-module-6000-co", [[1, -1]]),
  ...registerFaults("dfrobot-sen07xx", [[1, 9, 0, 0, 0]]),
  strayBytes([1, 2, 3]),
];

test("each of them has its place, and both sentences end in what to do", () => {
  expect(all).toHaveLength(21);
  expect(all.filter(({ at }) => at === "")).toEqual([]);
  expect(
    all.filter(
      ({ text }) => !/[请].{2,}$/u.test(text.zh) || !/(Check|Choose|Send|Set) .+$/.test(text.en),
    ),
  ).toEqual([]);
  expect(all.filter(({ text }) => /undefined|\[object/.test(text.zh + text.en))).toEqual([]);
});

test("a status word of the wrong kind is told apart from an unknown one", () => {
  const codes = (text: string) => faultsOf("native", "t", text).map(({ code }) => code);
  expect(codes('{"status":["x"]}')).toEqual(["unsupported"]);
  expect(codes('{"status":[7]}')).toEqual(["wrong-type"]);
  expect(codes('{"status":[null]}')).toEqual(["wrong-type"]);
  expect(codes('{"status":null,"co_ppm":1}')).toEqual([]);
  expect(codes('{"status":{"alarm":true}}')).toEqual(["wrong-type"]);
  expect(faultsOf("heiman-hs3cg-ias", "t", '{"zonestatus":1.5}')).toMatchObject([
    { code: "wrong-type", at: "zonestatus" },
  ]);
});

test("what was wrong is shown, shortened where it is long", () => {
  const [fault] = faultsOf("tuya-dcr-co", "t", '{"carbon_monoxide":1}');
  expect(fault?.text.en).toContain('"ON", true, "OFF"');
  expect(show("x".repeat(500))).toHaveLength(58);
  expect(show({ a: [1] })).toBe('{"a":[1]}');
});

test("a right clock, number 0 and a message without both leave no fault", () => {
  const decode = (text: string) => decodeMqtt(native, "t", new TextEncoder().encode(text), now);
  expect(decode('{"co_ppm":1,"seq":0,"at":"2026-11-22T00:00:00Z"}')).toEqual({
    kind: "findings",
    findings: [{ kind: "level", level: { gas: "co", ppm: 1 } }],
    deviceSeq: 0,
    deviceAtMs: Date.UTC(2026, 10, 22),
  });
  expect(Object.keys(decode('{"co_ppm":-0}'))).toEqual(["kind", "findings"]);
  expect(decode('{"co_ppm":-0}')).toStrictEqual({
    kind: "findings",
    findings: [{ kind: "level", level: { gas: "co", ppm: 0 } }],
  });
});
