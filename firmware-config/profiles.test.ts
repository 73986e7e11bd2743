/** Laws that hold for every profile, checked over all of them at once. */
import { Compile } from "typebox/compile";
import { expect, test } from "vitest";
import { epochMs, monoMs } from "#domain/quantity.ts";
import { golden, type Golden } from "./golden.ts";
import { inWords } from "./in-words.ts";
import type { LevelMeaning } from "./meaning.ts";
import { decodeRegisters, lastOffset, registerName } from "./modbus.ts";
import { decodeMqtt, topicOwner } from "./mqtt.ts";
import { DetectorProfileSchema } from "./profile-schema.ts";
import type { DetectorProfile, MqttProfile } from "./profile.ts";
import { findProfile, profiles } from "./registry.ts";
import { createFrameReader } from "./serial.ts";
import { settings } from "./settings.ts";

const now = epochMs(Date.UTC(2026, 10, 22, 8));

const levelsOf = (profile: DetectorProfile): readonly LevelMeaning[] => {
  switch (profile.transport) {
    case "mqtt":
      return Object.values(profile.fields).filter((one) => one.means === "level");
    case "modbus":
      return profile.points.flatMap(({ meaning }) => {
        if (meaning.means === "level") return [meaning];
        return meaning.means === "coded-level" ? Object.values(meaning.byCode) : [];
      });
    case "serial":
      return [profile.frames.level];
  }
};

const breaches = (law: (profile: DetectorProfile) => boolean): readonly string[] =>
  profiles.filter((profile) => !law(profile)).map(({ id }) => id);

test("every profile has its own id and is found by it", () => {
  expect(new Set(profiles.map(({ id }) => id)).size).toBe(profiles.length);
  expect(breaches((profile) => findProfile(profile.id) === profile)).toEqual([]);
  expect(findProfile("no-such-model")).toBeUndefined();
});

test("every profile fits the published schema, which knows every key", () => {
  const schema = Compile(DetectorProfileSchema);
  expect(breaches((profile) => schema.Check(profile))).toEqual([]);
  const [first] = profiles;
  expect(schema.Check({ ...first, colour: "red" })).toBe(false);
});

test("every profile says where its numbers come from", () => {
  expect(breaches(({ source }) => /\d/.test(source) || /ours|docs|DESIGN/.test(source))).toEqual(
    [],
  );
});

test("a profile nobody has verified gives no level and no verdict", () => {
  const unverified = profiles.filter(({ confidence }) => confidence === "l");
  expect(unverified.length).toBeGreaterThan(0);
  expect(
    unverified
      .filter(
        (profile) =>
          profile.transport !== "modbus" ||
          profile.points.some(({ meaning }) => meaning.means !== "unitless"),
      )
      .map(({ id }) => id),
  ).toEqual([]);
});

test("ranges are sane: 0 at the bottom, full scale inside, the absurd outside", () => {
  expect(
    breaches((profile) =>
      levelsOf(profile).every(
        ({ min, fullScale, max }) => min === 0 && fullScale > min && max > fullScale,
      ),
    ),
  ).toEqual([]);
});

test("no sentinel lies inside its range, whatever the decimals", () => {
  const codedDecimals = [0, 1, 2, 3];
  expect(
    breaches((profile) =>
      levelsOf(profile).every(({ sentinels = [], decimals = 0, min, max }) =>
        sentinels.every(({ raw }) => raw / 10 ** decimals < min || raw / 10 ** decimals > max),
      ),
    ),
  ).toEqual([]);
  // With decimals that the device says itself, the sentinel is taken before they are applied.
  expect(codedDecimals.map((decimals) => golden16(decimals))).toEqual(
    codedDecimals.map(() => "co sentinel [65535]"),
  );
});

const golden16 = (decimals: number): string | undefined => {
  const panel = findProfile("gas-panel-8");
  if (panel?.transport !== "modbus") throw new Error("no panel");
  const channel = [0, 0xffff, decimals, 1, 0];
  const [findings = []] = decodeRegisters(panel, [Array.from({ length: 8 }, () => channel).flat()]);
  return findings.map(inWords).find((one) => one.startsWith("co sentinel"));
};

test("a gas that a profile measures is one that it lists", () => {
  expect(
    breaches((profile) => levelsOf(profile).every(({ gas }) => profile.gases.includes(gas))),
  ).toEqual([]);
});

test("silence is longer than several polls, and a day at most as GB/T 45839 wants", () => {
  expect(
    breaches((profile) => {
      const pollMs = profile.transport === "mqtt" ? 1_000 : (profile.pollIntervalMs ?? 1_000);
      return profile.silenceAfterMs >= 5 * pollMs && profile.silenceAfterMs <= 24 * 3_600_000;
    }),
  ).toEqual([]);
});

test("a poll fits into its interval, with the gap the device wants", () => {
  expect(
    breaches(
      (profile) =>
        profile.transport !== "modbus" ||
        profile.reads.length * (profile.replyTimeoutMs + (profile.minGapMs ?? 0)) <=
          profile.pollIntervalMs,
    ),
  ).toEqual([]);
});

test("every point of every channel lies inside what is read", () => {
  expect(
    breaches(
      (profile) =>
        profile.transport !== "modbus" ||
        profile.points.every((point) => {
          const places =
            point.meaning.means === "coded-level"
              ? [
                  point,
                  point.meaning.code,
                  ...(point.meaning.decimals ? [point.meaning.decimals] : []),
                ]
              : [point];
          return places.every(
            (place) => lastOffset(profile, place) < (profile.reads[place.block]?.count ?? 0),
          );
        }),
    ),
  ).toEqual([]);
});

test("every register read and every setting shows its address both ways", () => {
  const names = [
    ...profiles.flatMap((profile) =>
      profile.transport === "modbus"
        ? profile.reads.map(({ functionCode, address }) => registerName(functionCode, address))
        : [],
    ),
    ...settings.flatMap((one) => (one.kind === "register" ? [registerName(3, one.address)] : [])),
  ];
  expect(names).toContain("0x6000 (424577)");
  expect(names.filter((name) => !/^0x[0-9A-F]{4} \([0134]\d{4,5}\)$/.test(name))).toEqual([]);
});

test("a profile that waits for answers has something to ask", () => {
  expect(
    breaches(
      (profile) =>
        profile.transport !== "serial" ||
        (profile.mode === "active") === (profile.query === undefined),
    ),
  ).toEqual([]);
});

test("settings belong to profiles that exist", () => {
  expect(settings.flatMap((one) => one.profiles).filter((id) => !findProfile(id))).toEqual([]);
});

test("every MQTT profile can be reached over some topic", () => {
  expect(
    breaches((profile) => {
      if (profile.transport !== "mqtt") return true;
      const sample = golden[profile.id];
      return (
        sample !== undefined &&
        "topic" in sample &&
        topicOwner(sample.topic, { clientId: "c" })?.dialect === profile.dialect
      );
    }),
  ).toEqual([]);
});

test("every profile has a golden message, and there is none without a profile", () => {
  expect(Object.keys(golden).toSorted()).toEqual(profiles.map(({ id }) => id).toSorted());
});

test.each(profiles.map((profile) => [profile.id, profile] as const))(
  "%s reads its golden message",
  (id, profile) => {
    expect(readGolden(profile, golden[id])).toEqual(golden[id]?.says);
  },
);

const readGolden = (profile: DetectorProfile, sample: Golden | undefined): unknown => {
  if (sample === undefined) return "no golden message";
  if (profile.transport === "mqtt" && "topic" in sample) return readMessage(profile, sample);
  if (profile.transport === "modbus" && "blocks" in sample)
    return decodeRegisters(profile, sample.blocks).map((channel) => channel.map(inWords));
  if (profile.transport === "serial" && "hex" in sample) {
    const bytes = Uint8Array.from(sample.hex.split(" "), (byte) => Number.parseInt(byte, 16));
    return createFrameReader(profile).push(bytes, monoMs(0)).frames.flat().map(inWords);
  }
  return "golden message of another transport";
};

const readMessage = (
  profile: MqttProfile,
  sample: { readonly topic: string; readonly payload: unknown },
): unknown => {
  const text = typeof sample.payload === "string" ? sample.payload : JSON.stringify(sample.payload);
  const decoded = decodeMqtt(profile, sample.topic, new TextEncoder().encode(text), now);
  return decoded.kind === "findings" ? decoded.findings.map(inWords) : decoded;
};
