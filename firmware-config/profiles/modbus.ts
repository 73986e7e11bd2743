import { milliseconds, degreeCelsius, seconds } from "#domain/quantity.ts";
import type { CombustibleGas } from "#domain/gas.ts";
import {
  absent,
  alarming,
  clear,
  code,
  present,
  type BitsMeaning,
  type LevelMeaning,
} from "../meaning.ts";
import type { ModbusProfile, RegisterPoint } from "../profile.ts";

/** "No value" in a 16-bit register. */
const sentinels = [{ raw: 0xffff, quality: "sentinel" }] as const;

const common = {
  transport: "modbus",
  // Asked every second or two: a minute is many replies missed, one after the other.
  silenceAfterMs: seconds(60),
} as const;

const coPpm = (fullScale: number): LevelMeaning => ({
  means: "level",
  gas: "co",
  unit: "ppm",
  min: 0,
  fullScale,
  max: fullScale * 10,
  sentinels,
});

const lel = (gas: CombustibleGas, decimals = 0): LevelMeaning => ({
  means: "level",
  gas,
  unit: "%LEL",
  decimals,
  min: 0,
  fullScale: 100,
  max: 2_000,
  sentinels,
});

const gasModuleStatus = (gas: "co" | CombustibleGas): BitsMeaning => ({
  means: "bits",
  width: 16,
  // STEL (2) and TWA (3) are time-weighted first stages; 6 cuts the sensor off to protect it.
  alarms: [{ gas, low: [0, 2, 3], high: [1, 6] }],
  conditions: { 5: "sensor-fault" },
  overRange: 4,
  warmedUp: 15,
  sentinels: [0xffff],
});

const gasModule = {
  ...common,
  maker: "0x6000 family",
  source: "public driver file ids 2708997293, 2560446690, standards.md §8.2",
  confidence: "m",
  channels: 1,
  baudRate: 9_600,
  reads: [{ functionCode: 3, address: 0x6000, count: 2 }],
  pollIntervalMs: seconds(2),
  replyTimeoutMs: milliseconds(300),
  minGapMs: milliseconds(500),
} as const;

export const gasModuleCo: ModbusProfile = {
  ...gasModule,
  id: "gas-module-6000-co",
  model: "CO module, ppm without decimals",
  gases: ["co"],
  points: [
    { block: 0, offset: 0, meaning: gasModuleStatus("co") },
    { block: 0, offset: 1, meaning: coPpm(1_000) },
  ],
};

export const gasModuleMethane: ModbusProfile = {
  ...gasModule,
  id: "gas-module-6000-ch4",
  model: "methane module, %LEL with one decimal",
  gases: ["methane"],
  points: [
    { block: 0, offset: 0, meaning: gasModuleStatus("methane") },
    { block: 0, offset: 1, meaning: lel("methane", 1) },
  ],
};

/** 40001–40008 in one request; temperature, buzzer and relays are not needed here. */
export const greystoneCo: ModbusProfile = {
  ...common,
  id: "greystone-cmd5b4",
  maker: "Greystone",
  model: "CMD5B4",
  source: "Greystone CMD5B4 manual, register map; standards.md §8.2",
  confidence: "h",
  gases: ["co"],
  channels: 1,
  baudRate: 9_600,
  reads: [{ functionCode: 3, address: 0x0000, count: 8 }],
  pollIntervalMs: seconds(1),
  replyTimeoutMs: milliseconds(300),
  points: [
    { block: 0, offset: 0, meaning: code({ 0: [clear("co")], 1: [alarming("co")] }) },
    { block: 0, offset: 1, meaning: coPpm(500) },
    { block: 0, offset: 6, meaning: code({ 0: [absent("self-test")], 1: [present("self-test")] }) },
    {
      block: 0,
      offset: 7,
      meaning: code({ 0: [absent("sensor-fault")] }, [present("sensor-fault")]),
    },
  ],
};

/** Five registers a channel: status word, value, decimals, unit code, alarm bits. */
const panelPoints: readonly RegisterPoint[] = [
  {
    block: 0,
    offset: 0,
    meaning: {
      means: "word",
      says: [
        { value: 0, findings: [absent("warming-up"), absent("sensor-fault")] },
        { value: 1, findings: [present("warming-up")] },
        { value: 2, findings: [absent("warming-up"), present("sensor-fault")] },
        { value: 3, findings: [], voidsLevel: true }, // switched off at the panel 屏蔽
        { value: 4, findings: [present("self-test")] },
      ],
    },
  },
  {
    block: 0,
    offset: 1,
    meaning: {
      means: "coded-level",
      code: { block: 0, offset: 3 },
      decimals: { block: 0, offset: 2 },
      byCode: {
        1: coPpm(1_000),
        2: {
          means: "level",
          gas: "co",
          unit: "mg/m3",
          referenceTemperature: degreeCelsius(20),
          min: 0,
          fullScale: 1_000,
          max: 10_000,
          sentinels,
        },
        3: lel("combustible-gas"),
        4: lel("methane"),
        5: lel("lpg"),
        6: lel("hydrogen"),
        7: {
          means: "level",
          gas: "methane",
          unit: "%vol",
          min: 0,
          fullScale: 5,
          max: 100,
          sentinels,
        },
        8: {
          means: "level",
          gas: "methane",
          unit: "ppm",
          min: 0,
          fullScale: 50_000,
          max: 65_534,
          sentinels,
        },
      },
    },
  },
  {
    block: 0,
    offset: 4,
    meaning: {
      means: "bits",
      width: 16,
      alarms: [{ gas: "measured", low: [0], high: [1] }],
      conditions: { 3: "end-of-life", 4: "power-loss" },
      overRange: 2,
      sentinels: [0xffff],
    },
  },
];

/** Our own map for panels and concentrators whose table can be set up; compare before use. */
export const gasPanel: ModbusProfile = {
  ...common,
  id: "gas-panel-8",
  maker: "any",
  model: "gas panel, 8 channels",
  source:
    "Canary panel map 1 (ours); no public map of a Chinese panel was found, standards.md §8.2",
  confidence: "m",
  gases: ["co", "methane", "lpg", "hydrogen", "combustible-gas"],
  channels: 8,
  channelStride: 5,
  baudRate: 9_600,
  reads: [{ functionCode: 3, address: 0x0000, count: 40 }],
  pollIntervalMs: seconds(1),
  replyTimeoutMs: milliseconds(500),
  points: panelPoints,
};

/** Gas and decimals are said by the module itself; the level is 32 bits, low word first. */
export const dfrobotSen07: ModbusProfile = {
  ...common,
  id: "dfrobot-sen07xx",
  maker: "DFRobot",
  model: "SEN0738 to SEN0746 intelligent gas sensor",
  source: "DFRobot_IntelligentGasSensor V1.0.0 docs/REGISTERMAP_MODBUS.md (2026-05-21)",
  confidence: "h",
  gases: ["co", "methane"],
  channels: 1,
  baudRate: 9_600,
  reads: [{ functionCode: 4, address: 0x0007, count: 5 }],
  pollIntervalMs: seconds(1),
  replyTimeoutMs: milliseconds(300),
  points: [
    {
      block: 0,
      offset: 0,
      // Only bit 0 is explained; the others may say anything.
      meaning: {
        means: "bits",
        width: 16,
        alarms: [],
        levelValid: 0,
        silent: Array.from({ length: 15 }, (_, index) => index + 1),
        sentinels: [0xffff],
      },
    },
    {
      block: 0,
      offset: 2,
      encoding: "u32",
      order: "CDAB",
      meaning: {
        means: "coded-level",
        code: { block: 0, offset: 1 },
        decimals: { block: 0, offset: 4 },
        byCode: { 1: wide(lel("methane")), 4: wide(coPpm(1_000)) },
      },
    },
  ],
};

/** The same level in a 32-bit register pair, whose "no value" is all ones. */
function wide(meaning: LevelMeaning): LevelMeaning {
  return { ...meaning, sentinels: [{ raw: 0xffff_ffff, quality: "sentinel" }] };
}

/**
 * 建大仁科-style transmitters: the address register 0x07D0 is certain, the gas register is not
 * (0x0000 or 0x0002 by product). Both are shown raw so that a technician can tell which one moves;
 * neither becomes a level before somebody has verified it.
 */
export const renkeGas: ModbusProfile = {
  ...common,
  id: "renke-gas",
  maker: "建大仁科 (Renke) style",
  model: "RS-485 gas transmitter, gas register unverified",
  source: "public config file id 3267164437, standards.md §8.2: 0x07D0 high, gas register low",
  confidence: "l",
  gases: ["combustible-gas"],
  channels: 1,
  baudRate: 4_800,
  reads: [{ functionCode: 3, address: 0x0000, count: 3 }],
  pollIntervalMs: seconds(2),
  replyTimeoutMs: milliseconds(300),
  points: [
    { block: 0, offset: 0, meaning: { means: "unitless", gas: "combustible-gas" } },
    { block: 0, offset: 2, meaning: { means: "unitless", gas: "combustible-gas" } },
  ],
};

export const modbusProfiles = [
  gasModuleCo,
  gasModuleMethane,
  greystoneCo,
  gasPanel,
  dfrobotSen07,
  renkeGas,
] as const;
