/** Every real message of `test/vectors/payloads.jsonl` means what its collector says it means. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { epochMs } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import { iasZoneFlags } from "./ias-zone.ts";
import { inWords } from "./in-words.ts";
import { decodeMqtt, topicOwner, type MqttDecoded } from "./mqtt.ts";
import type { MqttProfile } from "./profile.ts";
import { findProfile, profiles } from "./registry.ts";

interface Row {
  readonly id: number;
  readonly topic: string;
  readonly payload: string;
  readonly expect: Readonly<Record<string, unknown>> | null;
}

const rows = readFileSync(new URL("../test/vectors/payloads.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line): Row => JSON.parse(line));

const rowById = new Map(rows.map((row) => [row.id, row]));
const now = epochMs(Date.UTC(2026, 10, 22, 8));

const mqttProfile = (id: string): MqttProfile => {
  const profile = findProfile(id);
  if (profile?.transport !== "mqtt") throw new Error(`no MQTT profile ${id}`);
  return profile;
};

const decode = (profile: MqttProfile, row: Row): MqttDecoded =>
  decodeMqtt(profile, row.topic, new TextEncoder().encode(row.payload), now);

/** As an unregistered device, by its topic alone. */
const unregistered = (row: Row): MqttDecoded => {
  const owner = topicOwner(row.topic, { clientId: "client-1" });
  return owner ? decode(owner.profile, row) : { kind: "ignored", why: "not a detector's topic" };
};

const words = (decoded: MqttDecoded): readonly string[] =>
  decoded.kind === "findings" ? decoded.findings.map(inWords) : [`ignored: ${decoded.why}`];

const findings = (decoded: MqttDecoded): readonly Finding[] =>
  decoded.kind === "findings" ? decoded.findings : [];

const row = (id: number): Row => {
  const found = rowById.get(id);
  if (!found) throw new Error(`no vector ${id}`);
  return found;
};

const notADetector = ["ignored: not a detector's topic"];

/** What each row says: by its registered profile where it has one, else by its topic alone. */
const meaning: readonly (readonly [
  id: number,
  profile: string | undefined,
  says: readonly string[],
])[] = [
  [
    3,
    "tuya-ts0601-gas",
    [
      "FAULT malformed payload",
      "warming-up yes",
      "FAULT unsupported gas", // the string "True" is no known spelling of an alarm
      "combustible-gas warming-up [0]",
    ],
  ],
  [5, "xiaomi-jtqj-bf-01lm", ["battery-low no", "tamper no", "combustible-gas unit-unknown [237]"]],
  [8, "xiaomi-jtqj-bf-01lm", ["FAULT malformed payload"]],
  [
    10,
    "aqara-jt-bz-01aq-miot",
    [
      "warming-up no",
      "sensor-fault no",
      "combustible-gas no alarm",
      "combustible-gas 0 %LEL (LEL 5 %vol)",
    ],
  ],
  [13, undefined, notADetector],
  [15, undefined, notADetector],
  [18, "heiman-hs1cg", ["battery-low no", "tamper no", "combustible-gas no alarm"]],
  [20, "heiman-hs1cg", ["battery-low no", "tamper no", "combustible-gas no alarm"]],
  [
    23,
    "heiman-hs3cg-ias",
    [
      "tamper no",
      "battery-low no",
      "sensor-fault no",
      "power-loss no",
      "self-test no",
      "combustible-gas ALARM",
    ],
  ],
  [25, "tuya-co-smoke", ["co no alarm", "co not-reported [null]"]],
  [28, undefined, notADetector],
  [30, "tuya-local-co", ["co no alarm", "co 0 ppm"]],
  [33, "tuya-local-co", ["FAULT malformed payload", "co ALARM", "co 205 ppm"]],
  [35, "tuya-local-co", ["co no alarm"]],
  [38, undefined, notADetector],
  [40, "ring-co", ["ignored: online: its bridge reaches the device, which says nothing about gas"]],
  [43, "shelly-gas", ["self-test no"]],
  [45, "shelly-gas", ["combustible-gas 0 %LEL (LEL 5 %vol)"]],
  [
    48,
    "shelly-gas-coap",
    [
      "warming-up no",
      "sensor-fault no",
      "self-test no",
      "combustible-gas 0 %LEL (LEL 5 %vol)",
      "combustible-gas no alarm",
    ],
  ],
  [50, "tasmota", ["ignored: no field of profile tasmota has anything to say"]],
  [53, undefined, notADetector],
  [55, "tasmota", ["FAULT malformed payload"]],
  [58, undefined, notADetector],
  [60, "thingsboard", ["ignored: no field of profile thingsboard has anything to say"]],
  [63, "thingsboard", ["FAULT malformed payload"]],
  [65, "thingsboard", ["FAULT malformed payload"]],
  [70, "zigbee2mqtt", ["ignored: no field of profile zigbee2mqtt has anything to say"]],
  [73, undefined, notADetector],
];

test("every row is covered, and there are 28 of them", () => {
  expect(rows).toHaveLength(28);
  expect(meaning.map(([id]) => id).toSorted((a, b) => a - b)).toEqual(
    rows.map(({ id }) => id).toSorted((a, b) => a - b),
  );
});

test.each(meaning)("vector %i by profile %s", (id, profile, says) => {
  const decoded =
    profile === undefined ? unregistered(row(id)) : decode(mqttProfile(profile), row(id));
  expect(words(decoded)).toEqual(says);
});

/** The collector's expectations, checked by their own words and not by the table above. */
const holds: Readonly<
  Record<string, (wanted: unknown, decoded: MqttDecoded, row: Row) => boolean>
> = {
  parse_error: (_, decoded) => words(decoded).includes("FAULT malformed payload"),
  ignore: (_, decoded) => decoded.kind === "ignored",
  online: (wanted, decoded) => wanted === words(decoded)[0]?.startsWith("ignored: online"),
  state: (wanted, decoded) =>
    wanted === "normal" && words(decoded).includes("combustible-gas no alarm"),
  lel: (wanted, decoded) =>
    levels(decoded).some((level) => level.gas !== "co" && level.lel === wanted),
  ppm: (wanted, decoded) =>
    levels(decoded).some((level) => level.gas !== "co" && level.lel * 500 === wanted),
  gas_alarm: (wanted, decoded) => wanted === verdictOn(decoded, "combustible-gas"),
  co_alarm: (wanted, decoded) => wanted === verdictOn(decoded, "co"),
  co_ppm: (wanted, decoded) =>
    wanted ===
    (levels(decoded).flatMap((level) => (level.gas === "co" ? [level.ppm] : []))[0] ?? null),
  raw: (wanted, decoded) =>
    findings(decoded).some((one) => one.kind === "no-level" && one.raw === String(wanted)),
  gas: (wanted, decoded) => wanted === null && levels(decoded).length === 0,
  alarm2: (wanted, _, { payload }) => {
    const { zonestatus }: { zonestatus: number } = JSON.parse(payload);
    return wanted === iasZoneFlags(zonestatus).alarm2;
  },
};

const levels = (decoded: MqttDecoded) =>
  findings(decoded).flatMap((one) => (one.kind === "level" ? [one.level] : []));

const verdictOn = (decoded: MqttDecoded, gas: string): boolean | null => {
  const found = findings(decoded).find((one) => one.kind === "verdict" && one.gas === gas);
  return found?.kind === "verdict" ? found.alarming : null;
};

test("every expectation in the file holds", () => {
  const checked = meaning.flatMap(([id, profile]) => {
    const one = row(id);
    const decoded = profile === undefined ? unregistered(one) : decode(mqttProfile(profile), one);
    return Object.entries(one.expect ?? {}).map(([name, wanted]) => ({
      id,
      name,
      holds: holds[name]?.(wanted, decoded, one) ?? "no such check",
    }));
  });
  expect(checked).toHaveLength(29);
  expect(checked.filter((one) => one.holds !== true)).toEqual([]);
});

test("as an unregistered device a message is at most a verdict, a raw number or a fault", () => {
  const wild = rows.flatMap((one) => words(unregistered(one)).map((word) => `${one.id} ${word}`));
  expect(wild.filter((word) => / (?:ppm|%LEL)/.test(word))).toEqual([
    "45 combustible-gas 0 %LEL (LEL 5 %vol)", // Shelly's own topic declares ppm
  ]);
});

test("what is not CO is CO for no profile at all: co2, Kidde's value, a booting meter", () => {
  const asCo = profiles.flatMap((profile) =>
    profile.transport === "mqtt"
      ? [38, 70, 73, 50].flatMap((id) =>
          words(decode(profile, row(id))).filter((word) => /^co (?:\d|ALARM|no alarm)/.test(word)),
        )
      : [],
  );
  expect(asCo).toEqual([]);
});
