import { minutes } from "#domain/quantity.ts";
import type { Meaning } from "../meaning.ts";
import type { MqttProfile } from "../profile.ts";

/** Tasmota numbers MQ sensors by the pin they sit on, not by their type. */
const mqFields = (meaning: Meaning): Readonly<Record<string, Meaning>> =>
  Object.fromEntries(
    ["MQ", ...Array.from({ length: 10 }, (_, index) => `MQ${index}`)].map((name) => [
      `ANALOG.${name}`,
      meaning,
    ]),
  );

const common = {
  transport: "mqtt",
  dialect: "tasmota",
  maker: "Tasmota",
  source: "Tasmota docs, ADC / MQ-X sensors @9849ab94, standards.md §8.4",
  // Three telemetry periods of 300 s, Tasmota's default, and a little.
  silenceAfterMs: minutes(16),
  time: { field: "Time", form: "rfc3339" },
  ignoredFields: { "BME680.Gas": "a resistance in kΩ, not a concentration" },
} as const;

const availability: Meaning = {
  means: "availability",
  online: ["Online"],
  offline: ["Offline"],
};

/** Which MQ sensor it is, and so which gas and unit, only a registration can say. */
export const tasmotaGeneric: MqttProfile = {
  ...common,
  id: "tasmota",
  model: "any MQ sensor",
  confidence: "h",
  gases: ["combustible-gas"],
  fields: mqFields({ means: "unitless", gas: "combustible-gas" }),
};

/** Curve a = 1012.70, b = −2.79 gives ppm of methane; the element is good for 200–10 000 ppm. */
export const tasmotaMq4: MqttProfile = {
  ...common,
  id: "tasmota-mq4",
  model: "MQ-4, methane",
  confidence: "m",
  gases: ["methane"],
  fields: {
    availability,
    ...mqFields({
      means: "level",
      gas: "methane",
      unit: "ppm",
      min: 0,
      fullScale: 10_000,
      max: 1_000_000,
    }),
  },
};

/** Curve a = 99.04, b = −1.52 gives ppm of CO; the element is good for 20–2 000 ppm. */
export const tasmotaMq7: MqttProfile = {
  ...common,
  id: "tasmota-mq7",
  model: "MQ-7, carbon monoxide",
  confidence: "m",
  gases: ["co"],
  fields: {
    availability,
    ...mqFields({ means: "level", gas: "co", unit: "ppm", min: 0, fullScale: 2_000, max: 50_000 }),
  },
};
