/** Every frame, word and payload of `test/vectors/devices.json` that a detector sends. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { epochMs, monoMs } from "#domain/quantity.ts";
import { inWords } from "./in-words.ts";
import { decodeRegisters, registerName } from "./modbus.ts";
import { decodeMqtt, topicOwner } from "./mqtt.ts";
import type { ModbusProfile, MqttProfile, SerialProfile } from "./profile.ts";
import { findProfile } from "./registry.ts";
import { createFrameReader } from "./serial.ts";
import { settings, toWrite } from "./settings.ts";
import { isWinsenFrame } from "./winsen.ts";

interface Vectors {
  readonly winsen: {
    readonly frames: readonly {
      readonly id: string;
      readonly hex: string;
      readonly kind: "active" | "answer" | "command";
      readonly expect: "accept" | "reject_checksum";
      readonly decoded: {
        readonly concentration?: number;
        readonly fullScale?: number;
        readonly raw1?: number;
      };
    }[];
    readonly streams: readonly {
      readonly id: string;
      readonly chunks: readonly string[];
      readonly gapMs?: number;
      readonly then?: readonly string[];
      readonly expectFrames: number;
    }[];
  };
  readonly modbus: {
    readonly frames: readonly {
      readonly id: string;
      readonly hex: string;
      readonly crcValid: boolean;
      readonly decoded: {
        readonly map?: string;
        readonly fc?: number;
        readonly start?: number;
        readonly count?: number;
        readonly values?: readonly number[];
      };
    }[];
    readonly registerMaps: Readonly<Record<string, unknown>>;
  };
  readonly mqttPayloads: readonly {
    readonly id: string;
    readonly topic: string;
    readonly payload: unknown;
    readonly enum?: readonly string[];
  }[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../test/vectors/devices.json", import.meta.url), "utf8"),
);

const bytesOf = (hex: string): readonly number[] =>
  hex.split(" ").map((byte) => Number.parseInt(byte, 16));

const serial = (id: string): SerialProfile => {
  const profile = findProfile(id);
  if (profile?.transport !== "serial") throw new Error(`no serial profile ${id}`);
  return profile;
};
const modbus = (id: string): ModbusProfile => {
  const profile = findProfile(id);
  if (profile?.transport !== "modbus") throw new Error(`no Modbus profile ${id}`);
  return profile;
};

test("there are as many vectors as these tests know of", () => {
  expect({
    winsenFrames: vectors.winsen.frames.length,
    winsenStreams: vectors.winsen.streams.length,
    modbusFrames: vectors.modbus.frames.length,
    mqttPayloads: vectors.mqttPayloads.length,
  }).toEqual({
    winsenFrames: 12,
    winsenStreams: 5,
    modbusFrames: 20,
    mqttPayloads: 10,
  });
});

test.each(vectors.winsen.frames)("$id: its checksum decides whether it is a frame", (vector) => {
  expect(isWinsenFrame(bytesOf(vector.hex))).toBe(vector.expect === "accept");
});

test.each(vectors.winsen.frames.filter(({ kind }) => kind !== "command"))(
  "$id is read or refused as a whole",
  ({ hex, kind, expect: expected, decoded }) => {
    const profile = serial(kind === "answer" ? "winsen-ze07-co-qa" : "winsen-ze07-co");
    const { frames, discarded } = createFrameReader(profile).push(
      Uint8Array.from(bytesOf(hex)),
      monoMs(0),
    );
    if (expected === "reject_checksum") {
      expect(frames).toEqual([]);
      // All that cannot be the beginning of another frame comes back.
      expect(discarded).toEqual(bytesOf(hex));
      return;
    }
    const ppm = decoded.concentration ?? (decoded.raw1 ?? 0) / 10;
    const over = ppm >= (decoded.fullScale ?? 500) ? " over-range" : "";
    expect(frames.map((findings) => findings.map(inWords))).toEqual([[`co ${ppm} ppm${over}`]]);
    expect(discarded).toEqual([]);
  },
);

test("the commands that may be sent are byte for byte those of the manual", () => {
  const known = vectors.winsen.frames.filter(({ kind }) => kind === "command");
  const mode = settings.find(({ id }) => id === "winsen-mode");
  if (!mode) throw new Error("no setting winsen-mode");
  const sent = [
    toWrite(mode, "question-answer"),
    toWrite(mode, "active"),
    { ok: true, value: { bytes: serial("winsen-ze07-co-qa").query } },
  ];
  expect(sent).toMatchObject(
    ["W06", "W07", "W08"].map((id) => ({
      ok: true,
      value: { bytes: bytesOf(known.find((one) => one.id.startsWith(id))?.hex ?? "") },
    })),
  );
  // EC-Sense's LED commands (W10, W11) are right frames, but nothing here sends them.
  expect(known.map(({ id }) => id.slice(0, 3))).toEqual(["W06", "W07", "W08", "W10", "W11"]);
});

test.each(vectors.winsen.streams)("$id", ({ chunks, gapMs = 0, then = [], expectFrames }) => {
  const reader = createFrameReader(serial("winsen-ze07-co"));
  const pushed = [
    ...chunks.map((chunk) => reader.push(Uint8Array.from(bytesOf(chunk)), monoMs(0))),
    ...then.map((chunk) => reader.push(Uint8Array.from(bytesOf(chunk)), monoMs(gapMs))),
  ];
  const framed = pushed.flatMap(({ frames }) => frames).length;
  expect(framed).toBe(expectFrames);
  const sent = [...chunks, ...then].flatMap(bytesOf).length;
  expect(pushed.flatMap(({ discarded }) => discarded).length + framed * 9).toBe(sent);
});

/** What the answers of the mapped devices say; the other frames are the bus's own business. */
const answers: Readonly<Record<string, readonly [profile: string, says: readonly string[]]>> = {
  "M11-0x6000-normal": [
    "gas-module-6000-co",
    ["warming-up no", "sensor-fault no", "co no alarm", "co 0 ppm"],
  ],
  "M12-0x6000-high": [
    "gas-module-6000-co",
    ["warming-up no", "sensor-fault no", "co ALARM high", "co 300 ppm"],
  ],
  "M13-0x6000-warmup": ["gas-module-6000-co", ["warming-up yes", "co warming-up [0]"]],
  "M14-0x6000-sensorlost": [
    "gas-module-6000-co",
    ["warming-up no", "sensor-fault yes", "co not-reported [0 (not trusted)]"],
  ],
  "M16-cmd5b4-alarm": [
    "greystone-cmd5b4",
    ["self-test no", "sensor-fault no", "co ALARM", "co 150 ppm"],
  ],
};

test.each(Object.entries(answers))("%s is read by its map", (id, [profile, says]) => {
  const vector = vectors.modbus.frames.find((one) => one.id === id);
  const [, , byteCount = 0, ...data] = bytesOf(vector?.hex ?? "");
  const registers = Array.from(
    { length: byteCount / 2 },
    (_, index) => ((data[index * 2] ?? 0) << 8) | (data[index * 2 + 1] ?? 0),
  );
  expect(decodeRegisters(modbus(profile), [registers]).map((one) => one.map(inWords))).toEqual([
    says,
  ]);
});

test("every answer of a mapped device is among them, every request is the profile's own read", () => {
  const mapped = vectors.modbus.frames.filter(({ decoded }) => decoded.map !== undefined);
  const requests = mapped.filter(({ decoded }) => decoded.start !== undefined);
  expect(mapped.filter((one) => !requests.includes(one)).map(({ id }) => id)).toEqual(
    Object.keys(answers),
  );
  expect(
    requests.map(({ decoded }) => [decoded.map, decoded.fc, decoded.start, decoded.count]),
  ).toEqual(
    [modbus("gas-module-6000-co"), modbus("greystone-cmd5b4")].map((profile, index) => {
      const [read] = profile.reads;
      const map = ["gas-module-0x6000", "greystone-cmd5b4"][index];
      return [map, read?.functionCode, read?.address, read?.count];
    }),
  );
});

test("every Modbus frame's checksum is as the file says, over a CRC written for this test", () => {
  expect(
    vectors.modbus.frames.filter(({ hex, crcValid }) => {
      const bytes = bytesOf(hex);
      const sent = (bytes.at(-2) ?? 0) | ((bytes.at(-1) ?? 0) << 8);
      return (crc16(bytes.slice(0, -2)) === sent) !== crcValid;
    }),
  ).toEqual([]);
});

const crc16 = (bytes: readonly number[]): number => {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
};

test("an answer with too few registers (M21) is refused, never shifted", () => {
  const short =
    vectors.modbus.frames.find(({ id }) => id === "M21-wrong-count")?.decoded.values ?? [];
  expect(
    decodeRegisters(modbus("gas-module-6000-co"), [short]).map((one) => one.map(inWords)),
  ).toEqual([["FAULT wrong-reply 0x6000 (424577)"]]);
});

test("writing address 0 (M03) is not allowed, 4 (M04) is", () => {
  const address = settings.find(({ id }) => id === "renke-address");
  if (!address) throw new Error("no setting renke-address");
  expect(toWrite(address, 0)).toMatchObject({
    ok: false,
    error: { en: expect.stringContaining("0x07D0 (42001)") },
  });
  expect(toWrite(address, 4)).toEqual({
    ok: true,
    value: { kind: "register", address: 2_000, value: 4 },
  });
});

test("every register map of the file has a profile, and names both forms of its addresses", () => {
  expect(Object.keys(vectors.modbus.registerMaps)).toEqual([
    "gas-module-0x6000",
    "greystone-cmd5b4",
    "renke-style",
  ]);
  expect([registerName(3, 0x6001), registerName(3, 1), registerName(3, 0x07d0)]).toEqual([
    "0x6001 (424578)",
    "0x0001 (40002)",
    "0x07D0 (42001)",
  ]);
});

/** The profile a registered device would have, and what each payload then says. */
const payloads: readonly (readonly [id: string, profile: string, says: readonly string[]])[] = [
  ["Q01", "heiman-hs1ca-e", ["battery-low no", "co ALARM"]],
  ["Q02", "heiman-hs1cg", ["battery-low no", "tamper no", "combustible-gas ALARM"]],
  [
    "Q03",
    "tuya-ts0601-gas",
    [
      "sensor-fault no",
      "self-test no",
      "muted no",
      "combustible-gas no alarm",
      "combustible-gas 23 %LEL (LEL 5 %vol)",
    ],
  ],
  ["Q04", "tuya-dcr-co", ["co ALARM", "co 57 ppm"]],
  [
    "Q05",
    "aqara-jt-bz-01aq",
    ["warming-up no", "combustible-gas ALARM", "combustible-gas 12 %LEL (LEL 5 %vol)"],
  ],
  ["Q06", "shelly-gas", ["self-test no", "combustible-gas ALARM high"]],
  ["Q07", "shelly-gas", ["warming-up yes"]],
  ["Q08", "shelly-gas", ["combustible-gas not-reported [-1]"]],
  ["Q09", "shelly-gas", ["self-test no"]],
  ["Q10", "tasmota", ["combustible-gas unit-unknown [41.2]"]],
];

const say = (profile: MqttProfile, topic: string, payload: unknown): readonly string[] => {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  const decoded = decodeMqtt(
    profile,
    topic,
    new TextEncoder().encode(text),
    epochMs(Date.UTC(2026, 10, 22)),
  );
  return decoded.kind === "findings" ? decoded.findings.map(inWords) : [decoded.why];
};

test.each(payloads)("payload %s by profile %s", (id, profileId, says) => {
  const vector = vectors.mqttPayloads.find((one) => one.id === id);
  const profile = findProfile(profileId);
  if (!vector || profile?.transport !== "mqtt") throw new Error(`no vector ${id}`);
  expect(topicOwner(vector.topic, { clientId: "c" })?.dialect).toBe(profile.dialect);
  expect(say(profile, vector.topic, vector.payload)).toEqual(says);
});

test("every word that the file lists for a topic is known to its profile", () => {
  const profile = findProfile("shelly-gas");
  if (profile?.transport !== "mqtt") throw new Error("no profile shelly-gas");
  const listed = vectors.mqttPayloads.flatMap(({ topic, enum: words = [] }) =>
    words.map((word) => [topic, word] as const),
  );
  expect(listed).toHaveLength(13);
  expect(
    listed.filter(([topic, word]) =>
      say(profile, topic, word).some((one) => one.startsWith("FAULT")),
    ),
  ).toEqual([]);
});
