import type { CombustibleGas } from "#domain/gas.ts";
import { seconds } from "#domain/quantity.ts";
import type { LevelMeaning } from "../meaning.ts";
import type { MqttProfile } from "../profile.ts";

/** 16-bit "no value" and the "not available" of many modules. */
const sentinels = [
  { raw: 65_535, quality: "sentinel" },
  { raw: -1, quality: "sentinel" },
] as const;

/** Carbon monoxide: 5 % of the air is beyond any sensor and any home. */
const coPpm: LevelMeaning = {
  means: "level",
  gas: "co",
  unit: "ppm",
  min: 0,
  fullScale: 5_000,
  max: 50_000,
  sentinels,
};

/** At 100 %LEL the air can burn and detectors end; 2 000 %LEL is pure methane. */
const lel = (gas: CombustibleGas): LevelMeaning => ({
  means: "level",
  gas,
  unit: "%LEL",
  min: 0,
  fullScale: 100,
  max: 2_000,
  sentinels,
});

const gasFields = {
  ch4_lel: lel("methane"),
  lpg_lel: lel("lpg"),
  h2_lel: lel("hydrogen"),
  gas_lel: lel("combustible-gas"),
};

const common = {
  transport: "mqtt",
  dialect: "native",
  maker: "Canary",
  source: "Canary outside contract, native form v1 (DESIGN.md)",
  confidence: "h",
  // Mains-powered and talking about once a second; a minute is many missed messages.
  silenceAfterMs: seconds(60),
  time: { field: "at", form: "rfc3339" },
} as const;

/** Any detector that speaks the native form; see `native.ts` for what its words mean. */
export const native: MqttProfile = {
  ...common,
  id: "native",
  model: "native form, any gas",
  gases: ["co", "methane", "lpg", "hydrogen", "combustible-gas"],
  fields: { co_ppm: coPpm, ...gasFields },
};

/** A CO detector: its `alarm` is a CO alarm even in a message without `co_ppm`. */
export const nativeCo: MqttProfile = {
  ...common,
  id: "native-co",
  model: "native form, carbon monoxide only",
  gases: ["co"],
  fields: { co_ppm: coPpm },
};

/** A methane (natural gas) detector: its `alarm` is a methane alarm without `ch4_lel` too. */
export const nativeMethane: MqttProfile = {
  ...common,
  id: "native-methane",
  model: "native form, methane only",
  gases: ["methane"],
  fields: { ch4_lel: gasFields.ch4_lel },
};
