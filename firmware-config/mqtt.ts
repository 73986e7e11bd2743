/**
 * Detectors that speak MQTT: whose topic it is, and what the message says.
 *
 * The dialect knows how fields are packed into topic and payload (`dialects.ts`), the profile what
 * each field means, `settle` what they mean together.
 */
import type { EpochMs } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import { believableTime, parseTime } from "./device-time.ts";
import { dialects, isText, type Fields } from "./dialects.ts";
import { fault, malformed, tooLarge, wrongClock } from "./faults.ts";
import { readNative } from "./native.ts";
import type { MqttProfile } from "./profile.ts";
import { readMeaning } from "./read-meaning.ts";
import { settle, towardsAlarm } from "./settle.ts";
import { readJson } from "./tolerant-json.ts";

export { topicOwner } from "./topics.ts";

/** `ignored`: not a reading, and no sign that the sensor lives. */
export type MqttDecoded =
  | {
      readonly kind: "findings";
      readonly findings: readonly Finding[];
      readonly deviceAtMs?: EpochMs;
      readonly deviceSeq?: number;
    }
  | { readonly kind: "ignored"; readonly why: string };

/** Far above any real message; keeps one device from filling memory with faults. */
export const payloadLimitBytes = 65_536;

const utf8 = new TextDecoder();

/**
 * What one MQTT message says, in the units of `domain/gas.ts`. Never throws; whatever cannot be
 * read is a fault that names the field. A message that is cut off or contradicts itself counts
 * only towards an alarm ({@link towardsAlarm}).
 */
export const decodeMqtt = (
  profile: MqttProfile,
  topic: string,
  payload: Uint8Array,
  nowMs: EpochMs,
): MqttDecoded => {
  if (payload.length > payloadLimitBytes)
    return { kind: "findings", findings: [tooLarge(payload.length, payloadLimitBytes)] };
  const read = readerOf(profile, topic, nowMs);
  if (isText(profile.dialect, topic)) return read(utf8.decode(payload));

  const json = readJson(payload);
  if (json.kind === "whole") return read(json.value);
  const salvaged = json.values
    .flatMap((value) => towardsAlarm(findingsOf(read(value))))
    // That there is nothing in it has been said by the fault below.
    .filter((one) => one.kind !== "fault" || one.fault.code !== "malformed");
  return {
    kind: "findings",
    findings: [malformed("payload", json.what), ...unique(salvaged)],
  };
};

const readerOf =
  (profile: MqttProfile, topic: string, nowMs: EpochMs) =>
  (value: unknown): MqttDecoded => {
    if (profile.dialect === "native") return readNative(profile, value, nowMs);
    const unpacked = dialects[profile.dialect](topic, value);
    if (unpacked.kind === "fields")
      return readFields(profile, unpacked.newest, unpacked.older, nowMs);
    return unpacked.kind === "malformed"
      ? { kind: "findings", findings: [fault("malformed", "payload", unpacked.text)] }
      : unpacked;
  };

/**
 * Older entries of a device that stored while it was offline are history: only an alarm in them
 * still counts, and it comes before what the newest says.
 */
const readFields = (
  profile: MqttProfile,
  newest: Fields,
  older: readonly Fields[],
  nowMs: EpochMs,
): MqttDecoded => {
  const past = older
    .flatMap((fields) => meaningsOf(profile, fields))
    .filter((one) => one.kind === "verdict" && one.alarming);
  const recognised = profile.recognisedBy?.some((key) => newest.has(key)) ?? true;
  const findings = recognised ? settle(meaningsOf(profile, newest)) : [];
  if (findings.length + past.length === 0)
    return { kind: "ignored", why: whyNothing(profile, newest) };

  const { time } = profile;
  if (time === undefined || !newest.has(time.field))
    return { kind: "findings", findings: [...past, ...findings] };
  const said = newest.get(time.field);
  const deviceAtMs = believableTime(parseTime(time.form, said), nowMs);
  return deviceAtMs === undefined
    ? { kind: "findings", findings: [...past, ...findings, wrongClock(time.field, said)] }
    : { kind: "findings", findings: [...past, ...findings], deviceAtMs };
};

const whyNothing = (profile: MqttProfile, fields: Fields): string => {
  const reachable = Object.entries(profile.fields).some(
    ([key, { means }]) => means === "availability" && fields.has(key),
  );
  return reachable
    ? "online: its bridge reaches the device, which says nothing about gas"
    : `no field of profile ${profile.id} has anything to say`;
};

const meaningsOf = (profile: MqttProfile, fields: Fields): readonly Finding[] =>
  Object.entries(profile.fields).flatMap(([key, meaning]) =>
    fields.has(key) ? readMeaning(meaning, key, fields.get(key)) : [],
  );

const findingsOf = (decoded: MqttDecoded): readonly Finding[] =>
  decoded.kind === "findings" ? decoded.findings : [];

const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((one) => [JSON.stringify(one), one])).values(),
];
