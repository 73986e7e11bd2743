import type { Gas } from "#domain/gas.ts";
import type { Finding } from "#domain/reading.ts";
import { aNumber, show, unknownBits, unknownWord, unreachable, wrongType } from "./faults.ts";
import { noLevel, readLevel } from "./level.ts";
import {
  absent,
  alarming,
  clear,
  present,
  type BitsMeaning,
  type LevelMeaning,
  type Meaning,
  type WordMeaning,
} from "./meaning.ts";
import type { LevelTrust } from "./settle.ts";

/**
 * What one field of a JSON or text message says. `null` is the device's own "nothing to report":
 * for a level a quality, for a verdict or a state no statement at all, never a "no".
 */
export const readMeaning = (meaning: Meaning, at: string, value: unknown): readonly Finding[] => {
  switch (meaning.means) {
    case "level":
      return [readJsonLevel(meaning, at, value)];
    case "unitless":
      return [
        value === null
          ? noLevel(meaning.gas, "not-reported", "null")
          : noLevel(meaning.gas, "unit-unknown", show(value)),
      ];
    case "word":
      return value === null ? [] : readWord(meaning, at, value).findings;
    case "bits":
      return typeof value === "number" && Number.isInteger(value)
        ? readBits(meaning, at, value).findings
        : [wrongType(at, value, { zh: "状态字(整数)", en: "a status word (an integer)" })];
    case "availability":
      if (meaning.online.some((one) => one === value)) return [];
      return [
        meaning.offline.some((one) => one === value) ? unreachable(at) : unknownWord(at, value),
      ];
  }
};

export const readJsonLevel = (meaning: LevelMeaning, at: string, value: unknown): Finding => {
  if (typeof value === "number") return readLevel(meaning, value);
  // A string for a number is not guessed at: whoever sends "31.5" today sends "31,5" tomorrow.
  return value === null
    ? noLevel(meaning.gas, "not-reported", "null")
    : wrongType(at, value, aNumber);
};

/** Findings, and how far the level beside them can be trusted. */
export interface Statement {
  readonly findings: readonly Finding[];
  readonly trust: LevelTrust;
}

export const readWord = (meaning: WordMeaning, at: string, value: unknown): Statement => {
  const found = meaning.says.find((one) => one.value === value);
  if (found) return { findings: found.findings, trust: found.voidsLevel ? "none" : "full" };
  if (meaning.otherwise) return { findings: meaning.otherwise, trust: "full" };
  const known = meaning.says.some((one) => typeof one.value === typeof value);
  return {
    findings: [known ? unknownWord(at, value) : wrongType(at, value, listed(meaning))],
    // It may have said that the sensor is broken.
    trust: "dangerous-only",
  };
};

const listed = (meaning: WordMeaning): { zh: string; en: string } => {
  const words = meaning.says.map(({ value }) => JSON.stringify(value));
  return { zh: words.join("、"), en: words.join(", ") };
};

/** A status word bit by bit; `overRange` is for the level that stands beside it. */
export const readBits = (
  meaning: BitsMeaning,
  at: string,
  value: number,
  measured?: Gas,
): Statement & { readonly overRange: boolean } => {
  const isSet = (bit: number): boolean => ((value >> bit) & 1) === 1;
  if (meaning.sentinels?.includes(value) || value < 0 || value >= 2 ** meaning.width) {
    const gases = meaning.alarms.map(({ gas }) =>
      gas === "measured" ? (measured ?? "combustible-gas") : gas,
    );
    return {
      findings: gases.map((gas) => noLevel(gas, "sentinel", `${at} = ${value}`)),
      trust: "none",
      overRange: false,
    };
  }
  if (meaning.warmedUp !== undefined && !isSet(meaning.warmedUp))
    return { findings: [present("warming-up")], trust: "none", overRange: false };

  const conditions = Object.entries(meaning.conditions ?? {}).map(([bit, name]) =>
    isSet(Number(bit)) ? present(name) : absent(name),
  );
  const verdicts = meaning.alarms.flatMap(({ gas, low = [], high = [] }): readonly Finding[] => {
    const about = gas === "measured" ? measured : gas;
    if (high.some(isSet)) return [alarming(about ?? "combustible-gas", "high")];
    // Without a second stage there is no grade to speak of.
    const grade = high.length > 0 ? "low" : undefined;
    if (low.some(isSet)) return [alarming(about ?? "combustible-gas", grade)];
    // A gas that nobody can name has no "no alarm".
    return about === undefined ? [] : [clear(about)];
  });
  const unknown = unknownBitsOf(meaning).filter(isSet);
  return {
    findings: [
      ...(meaning.warmedUp === undefined ? [] : [absent("warming-up")]),
      ...conditions,
      ...verdicts,
      ...(unknown.length > 0 ? [unknownBits(at, unknown)] : []),
    ],
    trust: meaning.levelValid === undefined || isSet(meaning.levelValid) ? "full" : "none",
    overRange: meaning.overRange !== undefined && isSet(meaning.overRange),
  };
};

const unknownBitsOf = (meaning: BitsMeaning): readonly number[] => {
  const known = new Set([
    ...meaning.alarms.flatMap(({ low = [], high = [] }) => [...low, ...high]),
    ...Object.keys(meaning.conditions ?? {}).map(Number),
    ...(meaning.silent ?? []),
    ...(meaning.overRange === undefined ? [] : [meaning.overRange]),
    ...(meaning.warmedUp === undefined ? [] : [meaning.warmedUp]),
    ...(meaning.levelValid === undefined ? [] : [meaning.levelValid]),
  ]);
  return Array.from({ length: meaning.width }, (_, bit) => bit).filter((bit) => !known.has(bit));
};
