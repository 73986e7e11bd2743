/** Devices of other ecosystems, as their bridges publish them. */
import { percentVolume, hours, minutes } from "#domain/quantity.ts";
import {
  absent,
  alarming,
  clear,
  present,
  verdict,
  word,
  type AvailabilityMeaning,
  type LevelMeaning,
  type Meaning,
} from "../meaning.ts";
import type { MqttProfile } from "../profile.ts";

/** What the sensor says before it knows anything. */
const shellyGasWords: Meaning = word({
  none: [clear("combustible-gas"), absent("self-test")],
  mild: [alarming("combustible-gas", "low"), absent("self-test")],
  heavy: [alarming("combustible-gas", "high"), absent("self-test")],
  test: [present("self-test")],
  unknown: [notReported("unknown")],
});

function notReported(raw: string) {
  return { kind: "no-level", gas: "combustible-gas", quality: "not-reported", raw } as const;
}

const shellyOperation: Meaning = word({
  warmup: [present("warming-up")],
  normal: [absent("warming-up"), absent("sensor-fault")],
  fault: [absent("warming-up"), present("sensor-fault")],
  unknown: [notReported("unknown")],
});

const shellySelfTest: Meaning = word({
  running: [present("self-test")],
  completed: [absent("self-test")],
  not_completed: [absent("self-test")],
  pending: [absent("self-test")],
});

/** −1: not available, as while it warms up. */
const shellyConcentration: LevelMeaning = {
  means: "level",
  gas: "combustible-gas",
  unit: "ppm",
  min: 0,
  fullScale: 50_000,
  max: 65_534,
  sentinels: [
    { raw: -1, quality: "not-reported" },
    { raw: 65_535, quality: "sentinel" },
  ],
};

const shelly = {
  transport: "mqtt",
  maker: "Shelly",
  confidence: "h",
  gases: ["combustible-gas"],
  // Gen 1 repeats its state every 30 s by default.
  silenceAfterMs: minutes(3),
} as const;

/** One topic a field; the natural-gas (CNG) type, LEL of methane 5.0 %vol. */
export const shellyGas: MqttProfile = {
  ...shelly,
  id: "shelly-gas",
  dialect: "shelly",
  model: "Gas SHGS-1, natural gas type",
  source: "Shelly gen 1 API, gas; enesbcs/Shelly_MQTT issue 80 (log)",
  fields: {
    "sensor/gas": shellyGasWords,
    "sensor/operation": shellyOperation,
    "sensor/self_test": shellySelfTest,
    "sensor/concentration": shellyConcentration,
    online: { means: "availability", online: ["true"], offline: ["false"] },
  },
};

/** The LPG type: the same ppm are 2.4 times as many %LEL. */
export const shellyGasLpg: MqttProfile = {
  ...shellyGas,
  id: "shelly-gas-lpg",
  model: "Gas SHGS-1, LPG type",
  fields: {
    ...shellyGas.fields,
    "sensor/concentration": { ...shellyConcentration, lelPercentVolume: percentVolume(2.1) },
  },
};

/** The same device over CoAP, newer firmware: `[channel, id, value]` rows. */
export const shellyGasCoap: MqttProfile = {
  ...shelly,
  id: "shelly-gas-coap",
  dialect: "shelly-coap",
  model: "Gas SHGS-1, CoAP status of newer firmware",
  source: "alexryd/homebridge-shelly issue 405",
  confidence: "m",
  fields: {
    6108: shellyGasWords,
    3113: shellyOperation,
    3114: shellySelfTest,
    3107: shellyConcentration,
  },
};

/** MIoT property triples `siid.piid`. */
export const aqaraGasMiot: MqttProfile = {
  id: "aqara-jt-bz-01aq-miot",
  transport: "mqtt",
  dialect: "miot",
  maker: "Aqara",
  model: "JT-BZ-01AQ/A (lumi.sensor_gas.acn02) on a Xiaomi gateway",
  source: "AlexxIT/XiaomiGateway3 issue 865; MIoT spec of lumi.sensor_gas.acn02",
  confidence: "m",
  gases: ["combustible-gas"],
  silenceAfterMs: hours(24), // a Zigbee device behind its gateway, as in zigbee2mqtt.ts
  time: { field: "time", form: "epoch-ms" },
  fields: {
    "2.1": {
      means: "word",
      says: [
        {
          value: 0,
          findings: [clear("combustible-gas"), absent("warming-up"), absent("sensor-fault")],
        },
        { value: 1, findings: [alarming("combustible-gas")] },
        { value: 2, findings: [present("sensor-fault")] },
        { value: 3, findings: [present("warming-up")] },
        { value: 4, findings: [present("end-of-life")] },
      ],
    },
    "2.3": {
      means: "level",
      gas: "combustible-gas",
      unit: "%LEL",
      min: 0,
      fullScale: 100,
      max: 2_000,
    },
  },
};

/** Tuya local data points: 1 state, 2 CO in ppm where the model measures. */
export const tuyaLocalCo: MqttProfile = {
  id: "tuya-local-co",
  transport: "mqtt",
  dialect: "tuya-local",
  maker: "Tuya",
  model: "CO alarm by local data points (PV28-COW, TC20)",
  source: "make-all/tuya-local issues 4406 and 2956",
  confidence: "m",
  gases: ["co"],
  silenceAfterMs: minutes(10), // the bridge asks it every few seconds
  time: { field: "updated_at", form: "epoch-s" },
  fields: {
    1: verdict("co", { alarm: ["alarm"], clear: ["normal"] }),
    2: { means: "level", gas: "co", unit: "ppm", min: 0, fullScale: 1_000, max: 10_000 },
  },
};

const ringState: Meaning = verdict("co", { alarm: ["ON"], clear: ["OFF"] });
const ringStatus: AvailabilityMeaning = {
  means: "availability",
  online: ["online"],
  offline: ["offline"],
};

const ring = {
  transport: "mqtt",
  dialect: "ring",
  maker: "Ring",
  source: "tsightler/ring-mqtt devices/smoke-co-listener.js@000653e1",
  confidence: "m",
  gases: ["co"],
  silenceAfterMs: hours(24), // reports changes; as in zigbee2mqtt.ts
} as const;

/** Unregistered: every Ring contact sensor has a `status`, only a CO listener has `co/state`. */
export const ringGeneric: MqttProfile = {
  ...ring,
  id: "ring",
  model: "any CO listener through ring-mqtt",
  fields: { "co/state": ringState },
};

export const ringCo: MqttProfile = {
  ...ring,
  id: "ring-co",
  model: "smoke and CO listener, CO alarm",
  fields: { "co/state": ringState, status: ringStatus },
};
