/**
 * The native form (outside contract): `{"seq":17,"at":"…","co_ppm":31.5,"status":["warming-up"]}`.
 *
 * The hot path of the gateway: plain checks field by field, no schema library. Decisions:
 *
 * - Each field is read on its own; one wrong field never hides another.
 * - `status` is complete: where it is sent, a word that is not in it is absent. A message without
 *   `status` says nothing about states and nothing about the device's own alarm. A list with an
 *   unknown word is not complete: who knows what it meant to say.
 * - `alarm` raises for the gases in the message, except those measured as exactly 0 beside one that
 *   is not; without a gas in it, for the gases of the profile (`native-co`, `native-methane`), and with
 *   the plain `native` profile for `combustible-gas`, the word for "it does not say which".
 * - A `status` without `alarm` clears every gas of the profile, because an alarm may have been
 *   raised for any of them; not while it warms up, is broken or tests itself, and not the gas whose
 *   value in the message is impossible.
 */
import type { Gas } from "#domain/gas.ts";
import type { EpochMs } from "#domain/quantity.ts";
import type { Condition, Finding } from "#domain/reading.ts";
import { believableTime, parseTime } from "./device-time.ts";
import { fault, unknownWord, wrongClock, wrongType } from "./faults.ts";
import { amountOf, isDangerous, noLevel } from "./level.ts";
import { absent, alarming, clear, present, type LevelMeaning } from "./meaning.ts";
import type { MqttDecoded } from "./mqtt.ts";
import type { MqttProfile } from "./profile.ts";
import { isImpossible } from "./settle.ts";
import { readJsonLevel } from "./read-meaning.ts";

export const nativeConditions = [
  "warming-up",
  "sensor-fault",
  "end-of-life",
  "power-loss",
  "battery-low",
  "tamper",
  "self-test",
] as const satisfies readonly Condition[];

const bitOf = new Map<string, number>([
  ...nativeConditions.map((name, index) => [name, 1 << index] as const),
  ["alarm", 1 << nativeConditions.length],
]);
const bit = (name: (typeof nativeConditions)[number] | "alarm"): number => bitOf.get(name) ?? 0;
const warmingUp = bit("warming-up");
const broken = bit("sensor-fault");
/** The list holds a word that nobody knows. */
const incomplete = 1 << (nativeConditions.length + 1);
/** There is no list. */
const silent = 1 << (nativeConditions.length + 2);
const noClear = warmingUp | broken | bit("self-test") | incomplete | silent;
const untrusted = warmingUp | broken;
const alarm = bit("alarm");

export const readNative = (profile: MqttProfile, message: unknown, nowMs: EpochMs): MqttDecoded => {
  if (!isRecord(message)) return { kind: "findings", findings: [notAnObject] };
  const { status } = message;
  const faults: Finding[] = [];
  const said = status === undefined || status === null ? silent : readStatus(status, faults);
  const findings = said & silent ? faults : [...conditionsOf(said), ...faults];
  readLevels(tableOf(profile), message, said, findings);
  if (findings.length === 0) findings.push(saysNothing);
  readVerdict(profile, said, findings);
  return withClock(message, findings, nowMs);
};

/** Every state of the list, present or absent; made once for each of the few sets of words. */
const conditionsOf = (said: number): readonly Finding[] =>
  (conditionsBySet[said] ??= nativeConditions.flatMap((name) => {
    if (said & bit(name)) return [present(name)];
    return said & incomplete ? [] : [absent(name)];
  }));
const conditionsBySet: (readonly Finding[] | undefined)[] = [];

/** Adds up the words; whatever is no known word is a fault, and the others still count. */
const readStatus = (status: unknown, findings: Finding[]): number => {
  if (!Array.isArray(status)) {
    findings.push(wrongType("status", status, statusForm));
    return meansAlarm(status) ? silent | alarm : silent;
  }
  let said = 0;
  let strange: Finding | undefined;
  for (const word of status as readonly unknown[]) {
    const one = typeof word === "string" ? bitOf.get(word) : undefined;
    if (one !== undefined) {
      said |= one;
      continue;
    }
    said |= meansAlarm(word) ? incomplete | alarm : incomplete;
    // The first one is named; a list of ten thousand must not become as many faults.
    strange ??=
      typeof word === "string"
        ? unknownWord("status", word)
        : wrongType("status", word, statusForm);
  }
  if (strange) findings.push(strange);
  return said;
};

/** Not as agreed (no list, capital letters), but legible; silence would be worse. */
const meansAlarm = (word: unknown): boolean =>
  typeof word === "string" && word.toLowerCase() === "alarm";

const readLevels = (
  table: LevelTable,
  message: Readonly<Record<string, unknown>>,
  said: number,
  findings: Finding[],
): void => {
  for (const [field, meaning] of table) {
    const value = message[field];
    if (value === undefined) continue;
    const one = readJsonLevel(meaning, field, value);
    findings.push(one.kind === "level" && said & untrusted ? trusted(one, said) : one);
  }
};

type LevelFinding = Extract<Finding, { kind: "level" }>;

const trusted = (finding: LevelFinding, said: number): Finding => {
  const { level } = finding;
  if (said & warmingUp) return noLevel(level.gas, "warming-up", amountOf(level));
  if (said & broken && !isDangerous(level))
    return noLevel(level.gas, "not-reported", `${amountOf(level)} (sensor-fault)`);
  return finding;
};

const readVerdict = (profile: MqttProfile, said: number, findings: Finding[]): void => {
  if (said & alarm) {
    for (const gas of alarmingGases(profile, findings)) findings.push(alarming(gas));
  } else if (!(said & noClear)) {
    const impossible = findings.filter(isImpossible);
    for (const gas of profile.gases)
      if (!impossible.some((one) => one.gas === gas)) findings.push(clearOf[gas]);
  }
};

const alarmingGases = (profile: MqttProfile, findings: readonly Finding[]): readonly Gas[] => {
  const measured = new Set<Gas>();
  const aboveZero = new Set<Gas>();
  for (const one of findings) {
    if (one.kind === "no-level") measured.add(one.gas);
    if (one.kind !== "level") continue;
    measured.add(one.level.gas);
    if (amountOf(one.level) > 0) aboveZero.add(one.level.gas);
  }
  if (aboveZero.size > 0) {
    // A gas without a value may be the one: only a measured 0 speaks against it.
    for (const one of findings) if (one.kind === "no-level") aboveZero.add(one.gas);
    return [...aboveZero];
  }
  if (measured.size > 0) return [...measured];
  return profile.id === "native" ? ["combustible-gas"] : profile.gases;
};

const withClock = (
  message: Readonly<Record<string, unknown>>,
  findings: Finding[],
  nowMs: EpochMs,
): MqttDecoded => {
  const { at, seq } = message;
  let deviceAtMs: EpochMs | undefined;
  if (at !== undefined) {
    deviceAtMs = believableTime(parseTime("rfc3339", at), nowMs);
    if (deviceAtMs === undefined) findings.push(wrongClock("at", at));
  }
  let deviceSeq: number | undefined;
  if (seq !== undefined) {
    if (Number.isSafeInteger(seq) && Number(seq) >= 0) deviceSeq = Number(seq);
    else findings.push(wrongType("seq", seq, sequenceForm));
  }
  return {
    kind: "findings",
    findings,
    ...(deviceAtMs !== undefined && { deviceAtMs }),
    ...(deviceSeq !== undefined && { deviceSeq }),
  };
};

type LevelTable = readonly (readonly [string, LevelMeaning])[];

/** Made once for each profile: the hot path must not list keys again for every message. */
const tables = new WeakMap<MqttProfile, LevelTable>();
const tableOf = (profile: MqttProfile): LevelTable => {
  const known = tables.get(profile);
  if (known) return known;
  const table = Object.entries(profile.fields).flatMap(([field, meaning]) =>
    meaning.means === "level" ? [[field, meaning] as const] : [],
  );
  tables.set(profile, table);
  return table;
};

const clearOf: Readonly<Record<Gas, Finding>> = {
  co: clear("co"),
  methane: clear("methane"),
  lpg: clear("lpg"),
  hydrogen: clear("hydrogen"),
  "combustible-gas": clear("combustible-gas"),
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const statusForm = { zh: "状态词列表", en: "a list of status words" };
const sequenceForm = { zh: "非负整数", en: "a whole number, 0 or more" };

const notAnObject = fault("malformed", "payload", {
  zh: "报文不是 JSON 对象,未采用。请按约定格式发送",
  en: "the message is not a JSON object; it was not used. Send it in the agreed form",
});
const saysNothing = fault("malformed", "payload", {
  zh: "报文既没有气体读数也没有状态,至少应有一项。请检查设备固件",
  en: "the message has neither a gas level nor a status; one of them is needed. Check the device's firmware",
});
