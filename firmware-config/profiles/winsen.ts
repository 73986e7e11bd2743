import { seconds } from "#domain/quantity.ts";
import type { LevelMeaning } from "../meaning.ts";
import type { SerialProfile, WinsenFrames } from "../profile.ts";
import { winsenCommand } from "../winsen.ts";

/** 0–500 ppm in steps of 0.1. */
const coPpm: LevelMeaning = {
  means: "level",
  gas: "co",
  unit: "ppm",
  decimals: 1,
  min: 0,
  fullScale: 500,
  max: 5_000,
  sentinels: [{ raw: 0xffff, quality: "sentinel" }],
};

/** Gas code 04 is CO, unit code 03 is ppm. */
const ze07: WinsenFrames = {
  family: "winsen",
  gasCode: 0x04,
  unitCode: 0x03,
  level: coPpm,
  valueMask: 0xffff,
};

/** As ZE07, but the value has 13 bits and the highest bit says that the sensor is broken. */
const ze15: WinsenFrames = { ...ze07, faultBit: 15, valueMask: 0x1fff };

const common = {
  transport: "serial",
  maker: "Winsen 炜盛",
  gases: ["co"],
  baudRate: 9_600,
  // Speaks once a second by itself, or is asked every other second.
  silenceAfterMs: seconds(60),
} as const;

const active = { mode: "active" } as const;
const asked = {
  mode: "question-answer",
  query: winsenCommand(0x86),
  pollIntervalMs: seconds(2),
} as const;

const ze07Model = {
  ...common,
  model: "ZE07-CO",
  source: "Winsen ZE07-CO manual v1.2 (2014-11-10); standards.md §8.1",
  frames: ze07,
} as const;

const ze15Model = {
  ...common,
  model: "ZE15-CO",
  source: "Winsen ZE15-CO manual v1.1; ESPHome ze15_co component (file id 26912889599)",
  frames: ze15,
} as const;

export const winsenZe07: SerialProfile = {
  ...ze07Model,
  ...active,
  id: "winsen-ze07-co",
  confidence: "h",
};
/** In answers bytes 2–3 hold the value in 0.1 ppm (ZE07CO Arduino library, file id 428887771). */
export const winsenZe07Asked: SerialProfile = {
  ...ze07Model,
  ...asked,
  id: "winsen-ze07-co-qa",
  confidence: "m",
};
export const winsenZe15: SerialProfile = {
  ...ze15Model,
  ...active,
  id: "winsen-ze15-co",
  confidence: "m",
};
export const winsenZe15Asked: SerialProfile = {
  ...ze15Model,
  ...asked,
  id: "winsen-ze15-co-qa",
  confidence: "m",
};

export const winsenProfiles = [winsenZe07, winsenZe07Asked, winsenZe15, winsenZe15Asked] as const;
