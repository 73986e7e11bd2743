/** Whatever comes in, no profile throws, and garbage is never a level and never "no alarm". */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { epochMs, monoMs } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import { golden } from "./golden.ts";
import { decodeRegisters } from "./modbus.ts";
import { decodeMqtt, topicOwner, type MqttDecoded } from "./mqtt.ts";
import { profiles } from "./registry.ts";
import { createFrameReader } from "./serial.ts";
import { salvageJson } from "./tolerant-json.ts";

const now = epochMs(Date.UTC(2026, 10, 22));
const mqttProfiles = profiles.filter((profile) => profile.transport === "mqtt");
const jsonProfiles = mqttProfiles.filter(
  ({ dialect }) => dialect !== "shelly" && dialect !== "ring",
);

const topicOf = (id: string): string => {
  const sample = golden[id];
  return sample && "topic" in sample ? sample.topic : "";
};

const findings = (decoded: MqttDecoded): readonly Finding[] =>
  decoded.kind === "findings" ? decoded.findings : [];

const isReassuring = (one: Finding): boolean =>
  one.kind === "level" || (one.kind === "verdict" && !one.alarming);

test("arbitrary bytes on any profile", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...mqttProfiles),
      fc.uint8Array({ maxLength: 200 }),
      (profile, bytes) => {
        const decoded = decodeMqtt(profile, topicOf(profile.id), bytes, now);
        // A bare number is Shelly's own way to say a concentration.
        if (profile.dialect !== "shelly")
          expect(findings(decoded).filter(isReassuring)).toEqual([]);
      },
    ),
  );
});

test("arbitrary JSON on any profile, also with its own keys and foreign values", () => {
  const keys = [...new Set(jsonProfiles.flatMap(({ fields }) => Object.keys(fields)))];
  const foreign = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(
      fc.constantFrom(...keys, "status", "values", "ANALOG", "mi_spec", "at", "seq", "__proto__"),
      fc.oneof(fc.string(), fc.constant(null), fc.jsonValue(), fc.array(fc.string())),
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...jsonProfiles), foreign, (profile, value) => {
      const payload = new TextEncoder().encode(JSON.stringify(value));
      const decoded = decodeMqtt(profile, topicOf(profile.id), payload, now);
      for (const one of findings(decoded))
        if (one.kind === "level")
          expect(Object.values(one.level).every((part) => part !== undefined)).toBe(true);
      expect(() => JSON.stringify(decoded)).not.toThrow();
    }),
    { numRuns: 300 },
  );
});

test("any golden message cut anywhere before its end reassures nobody", () => {
  for (const profile of jsonProfiles) {
    const sample = golden[profile.id];
    if (!sample || !("topic" in sample) || typeof sample.payload === "string") continue;
    const whole = new TextEncoder().encode(JSON.stringify(sample.payload));
    for (let length = 0; length < whole.length; length += 1) {
      const decoded = decodeMqtt(profile, sample.topic, whole.slice(0, length), now);
      expect(findings(decoded)[0]).toMatchObject({ kind: "fault", fault: { code: "malformed" } });
      const calm = findings(decoded).filter(
        (one) =>
          (one.kind === "verdict" && !one.alarming) ||
          (one.kind === "condition" && !one.present) ||
          (one.kind === "level" &&
            (one.level.gas === "co" ? one.level.ppm < 50 : one.level.lel < 10)),
      );
      expect(calm).toEqual([]);
    }
  }
});

test("a string, a list or an object where a level belongs is never a level", () => {
  const wrong = fc.oneof(fc.string(), fc.array(fc.integer()), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(fc.constantFrom(...jsonProfiles), wrong, (profile, value) => {
      const flat = Object.fromEntries(
        Object.entries(profile.fields).flatMap(([key, { means }]) =>
          means === "level" && !key.includes(".") ? [[key, value] as const] : [],
        ),
      );
      const payload = new TextEncoder().encode(JSON.stringify(flat));
      const decoded = decodeMqtt(profile, topicOf(profile.id), payload, now);
      expect(findings(decoded).filter(({ kind }) => kind === "level")).toEqual([]);
    }),
  );
});

test("arbitrary topics and clients", () => {
  const part = fc.constantFrom(
    "zigbee2mqtt",
    "bridge",
    "set",
    "availability",
    "tele",
    "SENSOR",
    "LWT",
    "shellies",
    "sensor",
    "gas",
    "canary",
    "v1",
    "detectors",
    "bridges",
    "reading",
    "native",
    "",
    "厨房",
    "..",
    "+",
    "#",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 7 }), fc.string(), (parts, clientId) => {
      const owner = topicOwner(parts.join("/"), { clientId });
      expect(owner === undefined || owner.device.length > 0).toBe(true);
    }),
  );
});

test("arbitrary registers, lengths and non-registers on any Modbus profile", () => {
  const register = fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
    fc.constantFrom(-1, 65_536, 1.5, Number.NaN),
  );
  for (const profile of profiles) {
    if (profile.transport !== "modbus") continue;
    const blocks = fc.tuple(
      ...profile.reads.map(({ count }) =>
        fc.array(register, { minLength: count - 1, maxLength: count, size: "max" }),
      ),
    );
    fc.assert(
      fc.property(blocks, (read) => {
        const channels = decodeRegisters(profile, read);
        expect(channels).toHaveLength(profile.channels);
        const sound = read.every(
          (block, index) =>
            block.length === profile.reads[index]?.count &&
            block.every((value) => Number.isInteger(value) && value >= 0 && value <= 0xffff),
        );
        if (!sound) expect(channels.flat().every(({ kind }) => kind === "fault")).toBe(true);
      }),
    );
  }
});

test("all ones and missing blocks are no level and no reassurance on any Modbus profile", () => {
  for (const profile of profiles) {
    if (profile.transport !== "modbus") continue;
    const ones = profile.reads.map(({ count }) => Array.from({ length: count }, () => 0xffff));
    expect(decodeRegisters(profile, ones).flat().filter(isReassuring)).toEqual([]);
    expect(
      decodeRegisters(profile, [])
        .flat()
        .filter(({ kind }) => kind !== "fault"),
    ).toEqual([]);
  }
});

test("a damaged frame on any serial profile is no finding at all", () => {
  for (const profile of profiles) {
    if (profile.transport !== "serial") continue;
    const sample = golden[profile.id];
    if (!sample || !("hex" in sample)) throw new Error(`no golden frame for ${profile.id}`);
    const frame = sample.hex.split(" ").map((byte) => Number.parseInt(byte, 16));
    for (let bit = 0; bit < 72; bit += 1) {
      const damaged = frame.with(bit >> 3, (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      const { frames } = createFrameReader(profile).push(Uint8Array.from(damaged), monoMs(0));
      expect(frames).toEqual([]);
    }
  }
});

test("the salvager reads valid JSON as JSON.parse does", () => {
  fc.assert(
    fc.property(fc.oneof(fc.object({ maxDepth: 4 }), fc.array(fc.jsonValue())), (value) => {
      const text = JSON.stringify(value);
      const read = salvageJson(text, "last");
      expect(JSON.stringify(read.value)).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});
