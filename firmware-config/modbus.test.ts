/** What registers may and may not make of one another, beyond the golden blocks. */
import { expect, test } from "vitest";
import { inWords } from "./in-words.ts";
import { decodeRegisters } from "./modbus.ts";
import { findProfile } from "./registry.ts";

const says = (profileId: string, block: readonly number[]): readonly string[] => {
  const profile = findProfile(profileId);
  if (profile?.transport !== "modbus") throw new Error(`no Modbus profile ${profileId}`);
  const [first = []] = decodeRegisters(profile, [block]);
  return first.map(inWords).filter((one) => !/^[a-z-]+ no$/.test(one));
};

const greystone = (status: number, level: number, test = 0, fault = 0): readonly string[] =>
  says("greystone-cmd5b4", [status, level, 235, 0, 0, 0, test, fault]);

/** The first channel; the others are switched off. */
const panel = (...channel: readonly number[]): readonly string[] =>
  says("gas-panel-8", [...channel, ...Array.from({ length: 35 }, () => 0)]);

test("at full scale a level is over-range, beyond belief it is none", () => {
  expect(greystone(0, 499)).toEqual(["co no alarm", "co 499 ppm"]);
  expect(greystone(0, 500)).toEqual(["co no alarm", "co 500 ppm over-range"]);
  expect(greystone(0, 5_000)).toEqual(["co no alarm", "co 5000 ppm over-range"]);
  expect(greystone(0, 5_001)).toEqual(["co out-of-range [5001]"]);
  expect(greystone(0, 0xffff)).toEqual(["co sentinel [65535]"]);
});

test("a status that nobody knows leaves only a dangerous level", () => {
  expect(greystone(7, 0)).toEqual([
    "FAULT unsupported 0x0000 (40001)",
    "co not-reported [0 (not trusted)]",
  ]);
  expect(greystone(7, 50)).toEqual(["FAULT unsupported 0x0000 (40001)", "co 50 ppm"]);
  expect(greystone(7, 49)).toContain("co not-reported [49 (not trusted)]");
});

test("any fault number is a broken sensor, which says nothing reassuring", () => {
  expect(greystone(0, 3, 0, 9)).toEqual(["sensor-fault yes", "co not-reported [3 (not trusted)]"]);
});

test("a test is marked and clears nothing", () => {
  expect(greystone(0, 3, 1)).toEqual(["self-test yes", "co 3 ppm"]);
});

test("the module's over-range bit marks the level, whatever number stands there", () => {
  expect(says("gas-module-6000-co", [0x8010, 12])).toEqual(["co no alarm", "co 12 ppm over-range"]);
});

test("every alarm bit of the module is an alarm, a reserved one is a fault", () => {
  const alarms = Array.from({ length: 7 }, (_, bit) =>
    says("gas-module-6000-co", [0x8000 | (1 << bit), 12]).find((one) => one.includes("ALARM")),
  );
  expect(alarms).toEqual([
    "co ALARM low",
    "co ALARM high",
    "co ALARM low",
    "co ALARM low",
    undefined, // over range
    undefined, // sensor lost
    "co ALARM high",
  ]);
  expect(says("gas-module-6000-co", [0x8080, 12])).toContain("FAULT unsupported 0x6000 (424577)");
});

test("while the module counts down its warm-up, alarm bits are part of the number", () => {
  expect(says("gas-module-6000-co", [0x0003, 400])).toEqual([
    "warming-up yes",
    "co warming-up [400]",
  ]);
});

test("a module status of all ones is no status", () => {
  expect(says("gas-module-6000-co", [0xffff, 12])).toEqual([
    "co sentinel [0x6000 (424577) = 65535]",
    "co not-reported [12 (not trusted)]",
  ]);
});

test("DFRobot's level counts only while it says that it is valid, and in its own gas", () => {
  const dfrobot = (...block: readonly number[]) => says("dfrobot-sen07xx", block);
  expect(dfrobot(0, 4, 900, 0, 0)).toEqual(["co not-reported [900 (not trusted)]"]);
  expect(dfrobot(0xfffe, 4, 900, 0, 0)).toEqual(["co not-reported [900 (not trusted)]"]);
  expect(dfrobot(1, 1, 105, 0, 1)).toEqual(["methane 10.5 %LEL (LEL 5 %vol)"]);
  expect(dfrobot(1, 4, 0x0001, 0x0001, 3)).toEqual(["co 65.537 ppm"]);
  expect(dfrobot(1, 4, 0xffff, 0xffff, 0)).toEqual(["co sentinel [4294967295]"]);
  expect(dfrobot(1, 3, 10, 0, 0)).toEqual(["FAULT wrong-unit 0x0008 (30009)"]);
});

test("a channel switched off at the panel has no level, however high, and clears nothing", () => {
  expect(panel(3, 90, 0, 4, 0)).toEqual(["methane not-reported [90 (not trusted)]"]);
  // The panel's own alarm still counts.
  expect(panel(3, 90, 0, 4, 2)).toContain("methane ALARM high");
});

test("a channel of unknown gas has no level and no all-clear", () => {
  expect(panel(0, 3, 0, 99, 0)).toEqual(["FAULT wrong-unit 0x0003 (40004)"]);
  expect(panel(0, 3, 0, 99, 2)).toContain("combustible-gas ALARM high");
});

test("the panel's alarm word: all ones are nothing, absurd decimals are a fault", () => {
  expect(panel(0, 3, 0, 1, 0xffff)).toEqual([
    "co not-reported [3 (not trusted)]",
    "co sentinel [0x0004 (40005) = 65535]",
  ]);
  expect(panel(0, 3, 7, 1, 0)).toContain("FAULT wrong-unit 0x0002 (40003)");
});

test("mg/m³ is turned into ppm at the panel's 20 °C", () => {
  expect(panel(0, 1_165, 1, 2, 0)).toEqual(["co 100.051 ppm", "co no alarm"]);
});
