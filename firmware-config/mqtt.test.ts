/** What the dialects do beyond single messages of the vector files. */
import { expect, test } from "vitest";
import { epochMs } from "#domain/quantity.ts";
import { inWords } from "./in-words.ts";
import { decodeMqtt, type MqttDecoded } from "./mqtt.ts";
import { findProfile } from "./registry.ts";

const now = epochMs(Date.UTC(2026, 10, 22, 8));
const minutesAgo = (count: number): number => now - count * 60_000;

const decode = (profileId: string, topic: string, payload: unknown): MqttDecoded => {
  const profile = findProfile(profileId);
  if (profile?.transport !== "mqtt") throw new Error(`no MQTT profile ${profileId}`);
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return decodeMqtt(profile, topic, new TextEncoder().encode(text), now);
};

const says = (profileId: string, topic: string, payload: unknown): readonly string[] => {
  const decoded = decode(profileId, topic, payload);
  return decoded.kind === "findings"
    ? decoded.findings.map(inWords)
    : [`ignored: ${decoded.why.slice(0, 8)}`];
};

const telemetry = (payload: unknown) => says("thingsboard", "v1/devices/me/telemetry", payload);

test("of a stored list the newest is the present, wherever it stands", () => {
  expect(
    telemetry([
      { ts: minutesAgo(1), values: { co_ppm: 12 } },
      { ts: minutesAgo(9), values: { co_ppm: 400 } },
    ]),
  ).toEqual(["co 12 ppm"]);
  expect(telemetry([{ co_ppm: 400 }, { co_ppm: 12 }])).toEqual(["co 12 ppm"]);
});

test("an alarm in the stored past still counts, before the present clears it", () => {
  expect(
    telemetry([
      { ts: minutesAgo(9), values: { co_alarm: true, co_ppm: 400 } },
      { ts: minutesAgo(1), values: { co_alarm: false, co_ppm: 12 } },
    ]),
  ).toEqual(["co ALARM", "co 12 ppm", "co no alarm"]);
});

test("a ThingsBoard clock that is wrong is a fault beside the reading; a right one is kept", () => {
  expect(telemetry({ ts: 1_451_649_600_512, values: { co_ppm: 12 } })).toEqual([
    "co 12 ppm",
    "FAULT clock-wrong ts",
  ]);
  expect(
    decode("thingsboard", "v1/devices/me/telemetry", { ts: minutesAgo(3), values: { co_ppm: 12 } }),
  ).toMatchObject({ deviceAtMs: minutesAgo(3) });
});

test.each([["31.5"], [[1, 2]], [[]], ['"co_ppm"'], [["x"]]])(
  "telemetry %j is not an object: a fault",
  (payload) => {
    expect(telemetry(payload)).toEqual(["FAULT malformed payload"]);
  },
);

test("strings for numbers are faults, a bare co has no unit", () => {
  expect(telemetry({ co_ppm: "31.5", ch4_lel: 3, co: 12 })).toEqual([
    "FAULT wrong-type co_ppm",
    "methane 3 %LEL (LEL 5 %vol)",
    "co unit-unknown [12]",
  ]);
});

test.each([
  [
    "heiman-hs1ca-e",
    "zigbee2mqtt/厨房/availability",
    '{"state":"offline"}',
    "FAULT no-reply availability",
  ],
  ["heiman-hs1ca-e", "zigbee2mqtt/厨房/availability", "offline", "FAULT no-reply availability"],
  ["heiman-hs1ca-e", "zigbee2mqtt/厨房/availability", '{"state":"online"}', "ignored: online: "],
  ["heiman-hs1ca-e", "zigbee2mqtt/厨房/availability", "maybe", "FAULT unsupported availability"],
  ["tasmota-mq7", "tele/kitchen/LWT", "Offline", "FAULT no-reply availability"],
  ["tasmota-mq7", "tele/kitchen/LWT", "Online", "ignored: online: "],
  ["shelly-gas", "shellies/shellygas-1/online", "false", "FAULT no-reply online"],
  ["shelly-gas", "shellies/shellygas-1/online", "true", "ignored: online: "],
  // A bulb that went offline is no concern of ours.
  ["zigbee2mqtt", "zigbee2mqtt/bulb/availability", '{"state":"offline"}', "ignored: no field"],
  ["tasmota", "tele/plug/LWT", "Offline", "ignored: no field"],
])("%s on %s says %s: %s", (profile, topic, payload, said) => {
  expect(says(profile, topic, payload)).toEqual([said]);
});

test("an unregistered Zigbee device that is no gas alarm is left alone", () => {
  expect(
    says("zigbee2mqtt", "zigbee2mqtt/door", { contact: true, tamper: true, battery_low: true }),
  ).toEqual(["ignored: no field"]);
});

test("a string flag is an alarm in any known spelling, but clear only in the model's own", () => {
  const dcr = (payload: unknown) => says("tuya-dcr-co", "zigbee2mqtt/x", payload);
  expect(dcr({ carbon_monoxide: "ON" })).toEqual(["co ALARM"]);
  expect(dcr({ carbon_monoxide: true })).toEqual(["co ALARM"]);
  expect(dcr({ carbon_monoxide: "OFF" })).toEqual(["co no alarm"]);
  expect(dcr({ carbon_monoxide: false })).toEqual(["FAULT unsupported carbon_monoxide"]);
  expect(dcr({ carbon_monoxide: "maybe" })).toEqual(["FAULT unsupported carbon_monoxide"]);
  expect(dcr({ carbon_monoxide: 0 })).toEqual(["FAULT wrong-type carbon_monoxide"]);
});

test("a gas alarm that preheats has no level and no all-clear, but may alarm", () => {
  const aqara = (payload: unknown) => says("aqara-jt-bz-01aq", "zigbee2mqtt/x", payload);
  expect(aqara({ gas: false, gas_density: 0, state: "preparation" })).toEqual([
    "warming-up yes",
    "combustible-gas warming-up [0]",
  ]);
  expect(aqara({ gas: true, gas_density: 0, state: "preparation" })).toContain(
    "combustible-gas ALARM",
  );
});

test("Shelly's text is a number only when all of it is", () => {
  const topic = "shellies/shellygas-1/sensor/concentration";
  expect(
    ["500", "5 ppm", "nan", "", "1e3", "65535"].map((text) => says("shelly-gas", topic, text)[0]),
  ).toEqual([
    "combustible-gas 1 %LEL (LEL 5 %vol)",
    "FAULT wrong-type sensor/concentration",
    "FAULT wrong-type sensor/concentration",
    "FAULT wrong-type sensor/concentration",
    "FAULT wrong-type sensor/concentration",
    "combustible-gas sentinel [65535]",
  ]);
});

test("Tasmota's local clock without a zone is Chengdu's", () => {
  expect(
    decode("tasmota-mq7", "tele/k/SENSOR", { Time: "2026-11-22T15:59:00", ANALOG: { MQ1: 3 } }),
  ).toMatchObject({ deviceAtMs: Date.UTC(2026, 10, 22, 7, 59) });
});
