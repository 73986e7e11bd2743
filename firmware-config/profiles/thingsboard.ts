import type { CombustibleGas } from "#domain/gas.ts";
import { degreeCelsius, minutes } from "#domain/quantity.ts";
import { condition, verdict, type LevelMeaning, type Meaning } from "../meaning.ts";
import type { MqttProfile } from "../profile.ts";

const sentinels = [
  { raw: 65_535, quality: "sentinel" },
  { raw: -1, quality: "sentinel" },
] as const;

const lel = (gas: CombustibleGas): LevelMeaning => ({
  means: "level",
  gas,
  unit: "%LEL",
  min: 0,
  fullScale: 100,
  max: 2_000,
  sentinels,
});

const gasPpm = (gas: CombustibleGas): LevelMeaning => ({
  means: "level",
  gas,
  unit: "ppm",
  min: 0,
  fullScale: 50_000,
  max: 1_000_000,
  // 65 535 ppm is 131 %LEL of methane and could be real, so here only −1 stands for "no value".
  sentinels: [{ raw: -1, quality: "sentinel" }],
});

const unitless = (gas: "co" | CombustibleGas): Meaning => ({ means: "unitless", gas });

/**
 * Telemetry keys are free; these are the ones whose unit is in the name. `co` and `gas` alone have
 * none and are shown raw.
 */
export const thingsboard: MqttProfile = {
  id: "thingsboard",
  transport: "mqtt",
  dialect: "thingsboard",
  maker: "any",
  model: "ThingsBoard device telemetry",
  source: "https://thingsboard.io/docs/reference/mqtt-api/telemetry/; key names: Canary's choice",
  confidence: "m",
  gases: ["co", "methane", "lpg", "hydrogen", "combustible-gas"],
  // Devices of this kind report every minute or so.
  silenceAfterMs: minutes(10),
  time: { field: "ts", form: "epoch-ms" },
  fields: {
    co_ppm: {
      means: "level",
      gas: "co",
      unit: "ppm",
      min: 0,
      fullScale: 5_000,
      max: 50_000,
      sentinels,
    },
    // Chinese and European instruments that say mg/m³ without a temperature mean 20 °C.
    co_mg_m3: {
      means: "level",
      gas: "co",
      unit: "mg/m3",
      referenceTemperature: degreeCelsius(20),
      min: 0,
      fullScale: 5_000,
      max: 50_000,
      sentinels,
    },
    ch4_lel: lel("methane"),
    lpg_lel: lel("lpg"),
    h2_lel: lel("hydrogen"),
    gas_lel: lel("combustible-gas"),
    ch4_ppm: gasPpm("methane"),
    lpg_ppm: gasPpm("lpg"),
    gas_ppm: gasPpm("combustible-gas"),
    co: unitless("co"),
    gas: unitless("combustible-gas"),
    ch4: unitless("methane"),
    co_alarm: verdict("co", { alarm: [true], clear: [false] }),
    gas_alarm: verdict("combustible-gas", { alarm: [true], clear: [false] }),
    warming_up: condition("warming-up"),
    sensor_fault: condition("sensor-fault"),
    end_of_life: condition("end-of-life"),
    power_loss: condition("power-loss"),
    battery_low: condition("battery-low"),
    tamper: condition("tamper"),
    self_test: condition("self-test"),
  },
};
