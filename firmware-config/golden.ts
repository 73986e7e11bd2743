/** One real or constructed message for every profile, and what it says. Checked by `profiles.test.ts`. */

import { goldenLines } from "./golden-lines.ts";

export type Golden =
  | { readonly topic: string; readonly payload: unknown; readonly says: readonly string[] }
  | {
      readonly blocks: readonly (readonly number[])[];
      readonly says: readonly (readonly string[])[];
    }
  | { readonly hex: string; readonly says: readonly string[] };

const z2m = "zigbee2mqtt/厨房";

/** Keys are profile ids. Objects are sent as JSON, strings as they are. */
export const golden: Readonly<Record<string, Golden>> = {
  native: {
    topic: "canary/v1/detectors/xian-2-1-603/reading",
    payload: { seq: 17, co_ppm: 31.5, ch4_lel: 2.1, lpg_lel: 0, status: ["warming-up"] },
    says: [
      "warming-up yes",
      "sensor-fault no",
      "end-of-life no",
      "power-loss no",
      "battery-low no",
      "tamper no",
      "self-test no",
      "co warming-up [31.5]",
      "methane warming-up [2.1]",
      "lpg warming-up [0]",
    ],
  },
  "native-co": {
    topic: "canary/v1/detectors/co-1/reading",
    payload: { co_ppm: 120 },
    says: ["co 120 ppm"],
  },
  "native-methane": {
    topic: "canary/v1/detectors/ch4-1/reading",
    payload: { ch4_lel: 101 },
    says: ["methane 101 %LEL (LEL 5 %vol) over-range"],
  },
  zigbee2mqtt: {
    topic: z2m,
    payload: { gas: false, gas_value: 23, battery_low: false },
    says: ["battery-low no", "combustible-gas no alarm", "combustible-gas unit-unknown [23]"],
  },
  "heiman-hs1ca-e": {
    topic: z2m,
    payload: { carbon_monoxide: true, battery_low: false, tamper: false, linkquality: 120 },
    says: ["battery-low no", "tamper no", "co ALARM"],
  },
  "heiman-hs1cg": {
    topic: z2m,
    payload: { gas: true, battery_low: false, tamper: true },
    says: ["battery-low no", "tamper yes", "combustible-gas ALARM"],
  },
  "heiman-hs3cg": {
    topic: z2m,
    payload: { gas: false, battery_low: true, tamper: false },
    says: ["battery-low yes", "tamper no", "combustible-gas no alarm"],
  },
  "zigbee-co-gas": {
    topic: z2m,
    payload: { carbon_monoxide: true, gas: false, ac_connected: false, battery_defect: true },
    says: ["power-loss yes", "battery-low yes", "co ALARM", "combustible-gas no alarm"],
  },
  "tuya-dcr-co": {
    topic: z2m,
    payload: { carbon_monoxide: "ON", co: 57 },
    says: ["co ALARM", "co 57 ppm"],
  },
  "tuya-co-smoke": {
    topic: z2m,
    payload: { battery: null, battery_low: null, carbon_monoxide: false, co: null, smoke: null },
    says: ["co no alarm", "co not-reported [null]"],
  },
  "tuya-ts0601-gas": {
    topic: z2m,
    payload: { gas: true, gas_value: 23, self_test_result: "success", silence: true },
    says: [
      "muted yes",
      "self-test no",
      "combustible-gas ALARM",
      "combustible-gas 23 %LEL (LEL 5 %vol)",
    ],
  },
  "tuya-ts0601-gas-verdict": {
    topic: z2m,
    payload: { gas: true, gas_value: 23, fault_alarm: false },
    says: ["sensor-fault no", "combustible-gas ALARM", "combustible-gas unit-unknown [23]"],
  },
  "aqara-jt-bz-01aq": {
    topic: z2m,
    payload: { gas: true, gas_density: 12, gas_sensitivity: "15%LEL", state: "work" },
    says: ["warming-up no", "combustible-gas ALARM", "combustible-gas 12 %LEL (LEL 5 %vol)"],
  },
  "xiaomi-jtqj-bf-01lm": {
    topic: z2m,
    payload: { gas: false, gas_density: 237, battery_low: false },
    says: ["battery-low no", "combustible-gas no alarm", "combustible-gas unit-unknown [237]"],
  },
  "heiman-hs1ca-e-ias": {
    topic: "canary/v1/bridges/heiman-hs1ca-e-ias/kitchen",
    payload: { extendedstatus: 0, zonestatus: 0b1000_1001 },
    says: [
      "tamper no",
      "battery-low yes",
      "sensor-fault no",
      "power-loss yes",
      "self-test no",
      "co ALARM",
    ],
  },
  "heiman-hs1cg-ias": {
    topic: "canary/v1/bridges/heiman-hs1cg-ias/kitchen",
    payload: { zonestatus: 1 },
    says: [
      "tamper no",
      "battery-low no",
      "sensor-fault no",
      "power-loss no",
      "self-test no",
      "combustible-gas ALARM",
    ],
  },
  "heiman-hs3cg-ias": {
    topic: "canary/v1/bridges/heiman-hs3cg-ias/kitchen",
    payload: { zonestatus: 34 },
    says: [
      "tamper no",
      "battery-low no",
      "sensor-fault no",
      "power-loss no",
      "self-test no",
      "combustible-gas ALARM",
    ],
  },
  "zigbee-co-gas-ias": {
    topic: "canary/v1/bridges/zigbee-co-gas-ias/kitchen",
    payload: { zonestatus: 1 << 6 },
    // Trouble: "no alarm" is worth nothing then.
    says: ["tamper no", "battery-low no", "sensor-fault yes", "power-loss no", "self-test no"],
  },
  tasmota: {
    topic: "tele/tasmota_kitchen/SENSOR",
    payload: { Time: "2026-11-22T14:30:05", ANALOG: { MQ1: 41.2 } },
    says: ["combustible-gas unit-unknown [41.2]"],
  },
  "tasmota-mq4": {
    topic: "tele/tasmota_kitchen/SENSOR",
    payload: { Time: "2026-11-22T14:30:05", ANALOG: { MQ1: 5_000 } },
    says: ["methane 10 %LEL (LEL 5 %vol)"],
  },
  "tasmota-mq7": {
    topic: "tele/tasmota_kitchen/SENSOR",
    payload: { Time: "2026-11-22T14:30:05", ANALOG: { MQ7: 2_100 } },
    says: ["co 2100 ppm over-range"],
  },
  thingsboard: {
    topic: "v1/devices/me/telemetry",
    payload: { ts: 1_795_000_000_000, values: { co_mg_m3: 100, co: 40, gas_alarm: true } },
    // 100 mg/m³ at 20 °C, 1.165 mg/m³ a ppm
    says: ["co 85.8806 ppm", "co unit-unknown [40]", "combustible-gas ALARM"],
  },
  "shelly-gas": {
    topic: "shellies/shellygas-AABBCC/sensor/gas",
    payload: "heavy",
    says: ["self-test no", "combustible-gas ALARM high"],
  },
  "shelly-gas-lpg": {
    topic: "shellies/shellygas-AABBCC/sensor/concentration",
    payload: "2100",
    says: ["combustible-gas 10 %LEL (LEL 2.1 %vol)"],
  },
  "shelly-gas-coap": {
    topic: "canary/v1/bridges/shelly-gas-coap/kitchen",
    payload: {
      G: [
        [0, 3113, "warmup"],
        [0, 6108, "unknown"],
        [0, 3107, -1],
      ],
    },
    says: [
      "warming-up yes",
      "combustible-gas not-reported [-1]",
      "combustible-gas not-reported [unknown]",
    ],
  },
  "aqara-jt-bz-01aq-miot": {
    topic: "canary/v1/bridges/aqara-jt-bz-01aq-miot/kitchen",
    payload: {
      time: 1_795_000_000_000,
      mi_spec: [
        { siid: 2, piid: 1, value: 3 },
        { siid: 2, piid: 3, value: 0 },
      ],
    },
    says: ["warming-up yes", "combustible-gas warming-up [0]"],
  },
  "tuya-local-co": {
    topic: "canary/v1/bridges/tuya-local-co/kitchen",
    payload: { updated_at: 1_769_596_300.59, 1: "alarm", 2: 205 },
    says: ["co ALARM", "co 205 ppm"],
  },
  ring: { topic: "ring/home/alarm/listener/co/state", payload: "ON", says: ["co ALARM"] },
  "ring-co": {
    topic: "ring/home/alarm/listener/status",
    payload: "offline",
    says: ["FAULT no-reply status"],
  },
  ...goldenLines,
};
