import { hours } from "#domain/quantity.ts";
import type { Gas } from "#domain/gas.ts";
import {
  absent,
  condition,
  present,
  verdict,
  type AvailabilityMeaning,
  type LevelMeaning,
  type Meaning,
} from "../meaning.ts";
import type { MqttProfile } from "../profile.ts";

const converters = (file: string): string =>
  `zigbee-herdsman-converters ${file}@df720053, standards.md §8.3`;

/** For devices that are registered: a bridge that lost one of its bulbs is no concern of ours. */
const availability: AvailabilityMeaning = {
  means: "availability",
  online: ["online"],
  offline: ["offline"],
};

const common = {
  transport: "mqtt",
  dialect: "zigbee2mqtt",
  confidence: "h",
  // Zigbee alarms report changes and check in a few times a day at most; a day is what
  // GB/T 45839-2025 allows for noticing a lost device.
  silenceAfterMs: hours(24),
} as const;

const booleans = (gas: Gas): Meaning =>
  // `"ON"` too: converters have changed between booleans and strings, and an alarm must survive
  // that. "No alarm" is believed only in the form the model is known to use.
  verdict(gas, { alarm: [true, "ON"], clear: [false] });

/** States that Zigbee converters share; present or absent as the key says. */
const states: Readonly<Record<string, Meaning>> = {
  battery_low: condition("battery-low"),
  tamper: condition("tamper"),
};

const more: Readonly<Record<string, Meaning>> = {
  ...states,
  trouble: condition("sensor-fault"),
  fault_alarm: condition("sensor-fault"),
  ac_connected: condition("power-loss", [false], [true]),
  test: condition("self-test"),
  self_test: condition("self-test"),
  preheat: condition("warming-up"),
  silence: condition("muted"),
  mute: condition("muted"),
};

/** `co` as the converters publish it: ppm. */
const coPpm: LevelMeaning = {
  means: "level",
  gas: "co",
  unit: "ppm",
  min: 0,
  fullScale: 1_000,
  max: 10_000,
  sentinels: [{ raw: 65_535, quality: "sentinel" }],
};

const percentLel: LevelMeaning = {
  means: "level",
  gas: "combustible-gas",
  unit: "%LEL",
  min: 0,
  fullScale: 100,
  max: 2_000,
  sentinels: [{ raw: 65_535, quality: "sentinel" }],
};

/** Gas numbers that mean something else on every model. */
const unitless: Meaning = { means: "unitless", gas: "combustible-gas" };

/** An unregistered device: verdicts and states by their usual names, no level without a unit. */
export const zigbee2mqttGeneric: MqttProfile = {
  ...common,
  id: "zigbee2mqtt",
  maker: "any",
  model: "any gas or CO alarm on Zigbee2MQTT",
  source: converters("lib/exposes"),
  gases: ["co", "combustible-gas"],
  // Bulbs and door contacts speak here too; `co2` is not among these on purpose.
  recognisedBy: ["carbon_monoxide", "co", "gas", "gas_density", "gas_value", "gas_concentration"],
  fields: {
    ...more,
    carbon_monoxide: verdict("co", { alarm: [true, "ON"], clear: [false, "OFF"] }),
    gas: verdict("combustible-gas", { alarm: [true, "ON"], clear: [false, "OFF"] }),
    co: coPpm,
    gas_density: unitless,
    gas_value: unitless,
    gas_concentration: unitless,
  },
};

/** IAS alarm1. Measures, but reports only its verdict; battery comes in a message of its own. */
export const heimanCo: MqttProfile = {
  ...common,
  id: "heiman-hs1ca-e",
  maker: "Heiman",
  model: "HS1CA-E, HS1CA-M (COSensor-EM, -N, -EF-3.0)",
  source: converters("devices/heiman.ts"),
  gases: ["co"],
  fields: { availability, ...states, carbon_monoxide: booleans("co") },
};

/** IAS alarm1 (HS1CG, HS1CG-E, HS1CG-M) or alarm2 (HS3CG, HS1CG-E_3.0): Zigbee2MQTT hides it. */
export const heimanGas: MqttProfile = {
  ...common,
  id: "heiman-hs1cg",
  maker: "Heiman",
  model: "HS1CG, HS1CG-E, HS1CG-M, SGMHM-I1",
  source: converters("devices/heiman.ts"),
  gases: ["combustible-gas"],
  fields: { availability, ...states, gas: booleans("combustible-gas") },
};

export const heimanGas3: MqttProfile = {
  ...heimanGas,
  id: "heiman-hs3cg",
  model: "HS3CG (GASSensor-N), HS1CG-E_3.0, HS1CG_M",
  source: `${converters("devices/heiman.ts")}, zigbee2mqtt issue 14495 (alarm2)`,
};

/** The flag is a string, raw 0 is the alarm (turned round by the converter), `co` is in ppm. */
export const tuyaDcrCo: MqttProfile = {
  ...common,
  id: "tuya-dcr-co",
  maker: "Tuya",
  model: "DCR-CO",
  source: converters("devices/tuya.ts"),
  gases: ["co"],
  fields: {
    availability,
    carbon_monoxide: verdict("co", { alarm: ["ON", true], clear: ["OFF"] }),
    co: coPpm,
  },
};

/** CO and smoke; every number is null until the first report. */
export const tuyaCoSmoke: MqttProfile = {
  ...common,
  id: "tuya-co-smoke",
  maker: "Tuya",
  model: "_TZE284_6ycgarab CO and smoke",
  source: "zigbee-herdsman-converters issue 9289",
  confidence: "m",
  gases: ["co"],
  fields: { availability, ...more, carbon_monoxide: booleans("co"), co: coPpm },
  ignoredFields: { smoke: "smoke is not gas; fire alarms are another system" },
};

const tuyaSelfTest: Meaning = {
  means: "word",
  says: [
    { value: "checking", findings: [present("self-test")] },
    { value: "success", findings: [absent("self-test")] },
    { value: "failure", findings: [absent("self-test"), present("sensor-fault")] },
    { value: "others", findings: [] },
  ],
};

/** Variants with data point 2: `gas_value` is %LEL, already divided by the converter. */
export const tuyaGas: MqttProfile = {
  ...common,
  id: "tuya-ts0601-gas",
  maker: "Tuya",
  model: "TS0601 gas with level (variants 2 and 4, data point 2)",
  source: converters("devices/tuya.ts"),
  gases: ["combustible-gas"],
  fields: {
    availability,
    ...more,
    gas: booleans("combustible-gas"),
    gas_value: percentLel,
    self_test_result: tuyaSelfTest,
  },
};

/** Variant without data point 2: a `gas_value` it may send has no known unit. */
export const tuyaGasVerdict: MqttProfile = {
  ...common,
  id: "tuya-ts0601-gas-verdict",
  maker: "Tuya",
  model: "TS0601 gas, verdict only (variant 1, data point 1)",
  source: converters("devices/tuya.ts"),
  gases: ["combustible-gas"],
  fields: {
    availability,
    ...more,
    gas: booleans("combustible-gas"),
    gas_value: unitless,
    self_test_result: tuyaSelfTest,
  },
};

/** Natural-gas alarm; `gas_density` is %LEL. */
export const aqaraGas: MqttProfile = {
  ...common,
  id: "aqara-jt-bz-01aq",
  maker: "Aqara",
  model: "JT-BZ-01AQ/A",
  source: converters("devices/lumi.ts"),
  gases: ["combustible-gas"],
  fields: {
    availability,
    gas: booleans("combustible-gas"),
    gas_density: percentLel,
    state: {
      means: "word",
      says: [
        { value: "preparation", findings: [present("warming-up")] },
        { value: "work", findings: [absent("warming-up")] },
      ],
    },
    mute: condition("muted", [true, "ON"], [false, "OFF"]),
    test: condition("self-test"),
  },
};

/** `gas_density` is a raw device number, neither %LEL nor ppm (zigbee2mqtt issue 5373). */
export const xiaomiGas: MqttProfile = {
  ...common,
  id: "xiaomi-jtqj-bf-01lm",
  maker: "Xiaomi / Honeywell",
  model: "JTQJ-BF-01LM/BW",
  source: `${converters("devices/lumi.ts")}, zigbee2mqtt issue 5373`,
  gases: ["combustible-gas"],
  fields: {
    availability,
    ...states,
    gas: booleans("combustible-gas"),
    gas_density: unitless,
  },
};

/** Combined converter for IAS zones with CO (alarm1) and gas (alarm2). */
export const zigbeeCoGas: MqttProfile = {
  ...common,
  id: "zigbee-co-gas",
  maker: "Heiman",
  model: "combined CO and gas alarm (IAS alarm1 CO, alarm2 gas)",
  source: converters("converters/fromZigbee.ts"),
  gases: ["co", "combustible-gas"],
  fields: {
    availability,
    ...more,
    battery_defect: {
      means: "word",
      says: [
        { value: true, findings: [present("battery-low")] },
        { value: false, findings: [] },
      ],
    },
    carbon_monoxide: booleans("co"),
    gas: booleans("combustible-gas"),
  },
};
