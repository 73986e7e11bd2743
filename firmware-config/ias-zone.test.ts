/** Zigbee zone status words, with the cases of `test/vectors/devices.json`. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodeIasZone, iasZoneBits, iasZoneFlags, type IasWiring } from "./ias-zone.ts";
import { inWords } from "./in-words.ts";

const vectors: {
  readonly zigbeeIasZone: {
    readonly bits: Readonly<Record<string, string>>;
    readonly cases: readonly {
      readonly device: string;
      readonly zoneStatus: number;
      readonly expect: Readonly<Record<string, boolean>>;
    }[];
  };
} = JSON.parse(readFileSync(new URL("../test/vectors/devices.json", import.meta.url), "utf8"));

const wirings: Readonly<Record<string, IasWiring>> = {
  "Heiman HS1CA-E (alarm_1)": { alarm1: "co" },
  "Heiman HS1CG-E (alarm_1)": { alarm1: "combustible-gas" },
  "Heiman HS3CG (alarm_2)": { alarm2: "combustible-gas" },
};

test.each(vectors.zigbeeIasZone.cases)("$device, zone status $zoneStatus", (vector) => {
  const says = decodeIasZone(vector.zoneStatus, wirings[vector.device] ?? {}).map(inWords);
  const wordsFor: Readonly<Record<string, readonly [yes: string, no: string]>> = {
    carbon_monoxide: ["co ALARM", "co no alarm"],
    gas: ["combustible-gas ALARM", "combustible-gas no alarm"],
    battery_low: ["battery-low yes", "battery-low no"],
    tamper: ["tamper yes", "tamper no"],
  };
  const expected = Object.entries(vector.expect).map(
    ([name, value]) => wordsFor[name]?.[value ? 0 : 1] ?? name,
  );
  expect(says).toEqual(expect.arrayContaining(expected));
});

test("there are eight cases, and the bits are named as in the file", () => {
  expect(vectors.zigbeeIasZone.cases).toHaveLength(8);
  expect(Object.values(vectors.zigbeeIasZone.bits)).toEqual([...iasZoneBits]);
});

test.each(Object.entries(vectors.zigbeeIasZone.bits))("bit %s is %s", (bit, name) => {
  const flags = Object.entries(iasZoneFlags(1 << Number(bit)));
  expect(flags.filter(([, set]) => set)).toEqual([[name, true]]);
});

test("a test of the device is marked as one and cannot say that there is no alarm", () => {
  expect(decodeIasZone(0b1_0000_0001, { alarm1: "co" }).map(inWords)).toEqual([
    "tamper no",
    "battery-low no",
    "sensor-fault no",
    "power-loss no",
    "self-test yes",
    "co ALARM",
  ]);
  expect(decodeIasZone(0b1_0000_0000, { alarm1: "co" }).map(inWords)).not.toContain("co no alarm");
});

test("a reserved bit is a fault, and all ones are no status", () => {
  expect(decodeIasZone(1 << 12, { alarm1: "co" }).map(inWords)).toContain(
    "FAULT unsupported zonestatus",
  );
  expect(decodeIasZone(0xffff, { alarm1: "co" }).map(inWords)).toEqual([
    "co sentinel [zonestatus = 65535]",
  ]);
});
