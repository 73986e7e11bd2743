/** What a detector is, as data: the shape every profile has. Laws over all of them: `profiles.test.ts`. */
import type { Gas } from "#domain/gas.ts";
import type { DurationMs } from "#domain/quantity.ts";
import type { BitsMeaning, LevelMeaning, Meaning, WordMeaning } from "./meaning.ts";

export type DetectorProfile = MqttProfile | ModbusProfile | SerialProfile;

interface Common {
  /** Kebab case; what the site file calls it. */
  readonly id: string;
  readonly maker: string;
  readonly model: string;
  /** Document and revision, or repository@commit, that the numbers below come from. */
  readonly source: string;
  /** h: maker's document or code that was read; m: secondary; l: unverified, never a level. */
  readonly confidence: "h" | "m" | "l";
  /** What it can alarm about. */
  readonly gases: readonly Gas[];
  /** Not heard for this long: unknown. */
  readonly silenceAfterMs: DurationMs;
}

export const mqttDialects = [
  "native",
  "zigbee2mqtt",
  "tasmota",
  "shelly",
  "shelly-coap",
  "thingsboard",
  "miot",
  "tuya-local",
  "ring",
  "zigbee-ias",
] as const;
export type MqttDialect = (typeof mqttDialects)[number];

export interface MqttProfile extends Common {
  readonly transport: "mqtt";
  /** How the fields are packed into topic and payload. */
  readonly dialect: MqttDialect;
  readonly fields: Readonly<Record<string, Meaning>>;
  /** A message without any of these keys is not from a gas detector; for profiles that guess. */
  readonly recognisedBy?: readonly string[];
  /** The device's own clock, when it sends one. Local time is taken as Chengdu's. */
  readonly time?: {
    readonly field: string;
    readonly form: "rfc3339" | "epoch-ms" | "epoch-s";
  };
  /** Keeps some fields from being read as gas, with the reason, for people who wonder. */
  readonly ignoredFields?: Readonly<Record<string, string>>;
}

/** Where a value stands in the registers read; `offset` counts from the start of `reads[block]`. */
export interface RegisterPlace {
  readonly block: number;
  readonly offset: number;
  readonly encoding?: Encoding;
  readonly order?: ByteOrder;
}

export const encodings = ["u16", "s16", "u32", "s32", "f32", "u64", "s64", "f64"] as const;
export type Encoding = (typeof encodings)[number];

/**
 * Order of bytes, written as where the value's bytes A (highest) to D (lowest) come on the wire:
 * ABCD plain Modbus, CDAB low register first, BADC bytes swapped within each register, DCBA both.
 * For 64 bits the registers are reversed as a whole.
 */
export const byteOrders = ["ABCD", "BADC", "CDAB", "DCBA"] as const;
export type ByteOrder = (typeof byteOrders)[number];

/** A level whose gas, unit and decimals the device itself says in other registers. */
export interface CodedLevel {
  readonly means: "coded-level";
  readonly code: RegisterPlace;
  readonly decimals?: RegisterPlace;
  readonly byCode: Readonly<Record<number, LevelMeaning>>;
}

export type RegisterPoint = RegisterPlace & {
  readonly meaning: LevelMeaning | CodedLevel | WordMeaning | BitsMeaning | RawRegister;
};

/** A register that probably holds the level: shown raw, never judged, until somebody verifies it. */
export interface RawRegister {
  readonly means: "unitless";
  readonly gas: Gas;
}

export interface RegisterRead {
  readonly functionCode: 1 | 2 | 3 | 4;
  /** 0-based, as on the wire; {@link registerName} shows both forms. */
  readonly address: number;
  readonly count: number;
}

export interface ModbusProfile extends Common {
  readonly transport: "modbus";
  readonly channels: number;
  /** Registers from one channel's points to the next channel's. */
  readonly channelStride?: number;
  readonly baudRate: number;
  readonly reads: readonly RegisterRead[];
  readonly points: readonly RegisterPoint[];
  readonly pollIntervalMs: DurationMs;
  readonly replyTimeoutMs: DurationMs;
  /** The device wants to be left alone this long between two requests. */
  readonly minGapMs?: DurationMs;
}

export interface SerialProfile extends Common {
  readonly transport: "serial";
  readonly baudRate: number;
  /** `active`: speaks by itself; `question-answer`: answers `query`. */
  readonly mode: "active" | "question-answer";
  readonly query?: readonly number[];
  readonly pollIntervalMs?: DurationMs;
  readonly frames: WinsenFrames;
}

/** Nine-byte Winsen frames: start 0xFF, checksum last. */
export interface WinsenFrames {
  readonly family: "winsen";
  /** Codes of gas and unit in the frames it uploads by itself. */
  readonly gasCode: number;
  readonly unitCode: number;
  readonly level: LevelMeaning;
  /** Set in the high byte of the value: the sensor is broken. The bits above the value are masked. */
  readonly faultBit?: number;
  readonly valueMask: number;
}
