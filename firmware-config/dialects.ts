/** How each dialect packs its fields: from topic and payload to a flat map of field and value. */
import type { Bilingual } from "#domain/result.ts";
import type { MqttDialect } from "./profile.ts";

export type Fields = ReadonlyMap<string, unknown>;

export type Unpacked =
  | { readonly kind: "fields"; readonly newest: Fields; readonly older: readonly Fields[] }
  | { readonly kind: "ignored"; readonly why: string }
  | { readonly kind: "malformed"; readonly text: Bilingual };

/** Fields that say whether a bridge reaches the device; the profile tells which words it uses. */
export const availabilityField = "availability";

/** Plain text instead of JSON: one topic for each field. */
export const isText = (dialect: MqttDialect, topic: string): boolean =>
  dialect === "shelly" ||
  dialect === "ring" ||
  (dialect === "tasmota" && topic.endsWith("/LWT")) ||
  (dialect === "zigbee2mqtt" && topic.endsWith("/availability"));

export const dialects: Readonly<
  Record<Exclude<MqttDialect, "native">, (topic: string, value: unknown) => Unpacked>
> = {
  zigbee2mqtt: (topic, value) =>
    topic.endsWith("/availability")
      ? fieldsOf([[availabilityField, z2mState(value)]])
      : flat(value),
  tasmota: (topic, value) =>
    topic.endsWith("/LWT") ? fieldsOf([[availabilityField, value]]) : nested(value),
  shelly: (topic, value) => fieldsOf([[tailAfter(topic, 2), asNumber(value)]]),
  // ring/<location>/alarm/<device>/<field>; `status` is the bridge's availability.
  ring: (topic, value) => fieldsOf([[tailAfter(topic, 4), value]]),
  "shelly-coap": (_, value) => {
    const rows = isRecord(value) ? value["G"] : undefined;
    return Array.isArray(rows) ? fieldsOf(rows.flatMap(coapRow)) : notAnObject;
  },
  thingsboard: (_, value) => telemetry(value),
  miot: (_, value) => {
    const spec = isRecord(value) ? value["mi_spec"] : undefined;
    if (!isRecord(value) || !Array.isArray(spec)) return flat(value);
    return fieldsOf([["time", value["time"]], ...spec.flatMap(miotRow)]);
  },
  "tuya-local": (_, value) => flat(value),
  "zigbee-ias": (_, value) => flat(value),
};

const notAnObject: Unpacked = {
  kind: "malformed",
  text: {
    zh: "报文不是 JSON 对象,未采用。请检查设备或转发程序",
    en: "the message is not a JSON object; it was not used. Check the device or the program that forwards it",
  },
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const fieldsOf = (entries: readonly (readonly [string, unknown])[]): Unpacked => ({
  kind: "fields",
  newest: new Map(entries.filter(([, value]) => value !== undefined)),
  older: [],
});

const flat = (value: unknown): Unpacked =>
  isRecord(value) ? fieldsOf(Object.entries(value)) : notAnObject;

/** `{"ANALOG":{"MQ4":12}}` as `ANALOG.MQ4`. */
const nested = (value: unknown): Unpacked =>
  isRecord(value)
    ? fieldsOf(
        Object.entries(value).flatMap(([key, inner]) =>
          isRecord(inner)
            ? Object.entries(inner).map(([name, leaf]) => [`${key}.${name}`, leaf] as const)
            : [[key, inner] as const],
        ),
      )
    : notAnObject;

/** Old Zigbee2MQTT sends the bare word, newer ones `{"state":"offline"}`. */
const z2mState = (text: unknown): unknown =>
  /"state"\s*:\s*"(\w+)"/.exec(String(text))?.[1] ?? text;

const tailAfter = (topic: string, levels: number): string =>
  topic.split("/").slice(levels).join("/");

/** Text payloads carry numbers as text by design; anything but a plain number stays text. */
const asNumber = (value: unknown): unknown =>
  typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;

/** `[channel, id, value]` */
const coapRow = (row: unknown): readonly (readonly [string, unknown])[] =>
  Array.isArray(row) && row.length === 3 ? [[String(row[1]), row[2]]] : [];

const miotRow = (row: unknown): readonly (readonly [string, unknown])[] =>
  isRecord(row) ? [[`${String(row["siid"])}.${String(row["piid"])}`, row["value"]]] : [];

/**
 * ThingsBoard device telemetry: `{"ts":…,"values":{…}}`, the bare values, or a list of either,
 * which a device sends after it has been offline. The newest by `ts` (without `ts`: the last) is
 * the present.
 */
const telemetry = (value: unknown): Unpacked => {
  const entries = (Array.isArray(value) ? value : [value]).map(telemetryEntry);
  const known = entries.filter((entry) => entry !== undefined);
  const [last] = known.slice(-1);
  if (last === undefined || known.length < entries.length) return notAnObject;
  const newest = known.reduce((best, one) => (timeOf(one) >= timeOf(best) ? one : best), last);
  return { kind: "fields", newest, older: known.filter((one) => one !== newest) };
};

const telemetryEntry = (entry: unknown): Fields | undefined => {
  if (!isRecord(entry)) return undefined;
  const { ts, values } = entry;
  return isRecord(values)
    ? new Map([...Object.entries(values), ["ts", ts]])
    : new Map(Object.entries(entry));
};

const timeOf = (fields: Fields): number => {
  const ts = fields.get("ts");
  return typeof ts === "number" ? ts : 0;
};
