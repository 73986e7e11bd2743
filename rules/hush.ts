/**
 * Silencing the sound of one detector: never the alarm. Conditions after GB/T 45839-2025 (remote
 * silence: below the threshold, or an authorised person on site confirms) and the rule of household
 * detectors: not at the danger level, once in an episode, for some minutes, and the sound comes back
 * with a rising level, a second gas or another device.
 */
import type { AlarmEvent } from "#domain/alarm.ts";
import type { Gas, Level } from "#domain/gas.ts";
import { after } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { act } from "./act.ts";
import type { Command, Obeyed } from "./command.ts";
import { judgedLel } from "./lel.ts";
import { dangerRules, type Hush } from "./life.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import type { Memory } from "./memory.ts";
import { refusals } from "./refusals.ts";
import { soundingOf, withAlarms, type DetectorState, type Episode } from "./state.ts";
import { suspect } from "./suspects.ts";

type Silence = Extract<Command, { kind: "hush" }>;

/** Silences what sounds now for a while, or says why not. */
export const hush = (
  state: DetectorState,
  command: Silence,
  now: Instant,
  limits: LimitSet,
): Result<Obeyed, Bilingual> => {
  const { by, reason, duration, origin } = command;
  const refused = whyNotHush(state, limits, command, now);
  if (refused !== undefined) return err(refused);
  const untilMs = after(now.monoMs, duration);
  const levels = presentLevels(state.memory);
  const silenced = new Set(loudOnes(state));
  return ok({
    state: withAlarms(state, {
      hush: { by, reason, untilMs, levels },
      episodes: state.alarms.episodes.map((one) =>
        silenced.has(one) ? Object.assign({ ...one }, { hushed: true as const }) : one,
      ),
    }),
    action: act("hushed", state, now, "all", by, reason, {
      untilWallMs: now.wallMs + duration,
      ...(origin && { origin }),
    }),
  });
};

/** Why this detector cannot be hushed like this; `undefined`: it can. */
export const whyNotHush = (
  state: DetectorState,
  limits: LimitSet,
  { duration, confirmedOnSite }: Pick<Silence, "duration" | "confirmedOnSite">,
  now: Pick<Instant, "monoMs">,
): Bilingual | undefined => {
  const atMost = limits.life.hushAtMost.value;
  if (!(duration > 0 && duration <= atMost)) return tooLong(atMost);
  if (soundingOf(state.alarms.episodes) === "none") return refusals.notSounding;
  if (state.alarms.hush !== undefined) return refusals.hushedAlready;
  const loud = loudOnes(state);
  if (loud.some((one) => one.hushed === true)) return refusals.hushedOnce;
  if (isLevelUnknown(state.memory)) return refusals.levelUnknown;
  const high = loud.filter((one) => !isBelowThreshold(one, state.memory, limits, now));
  const isDangerous =
    presentLevels(state.memory).some((level) => isAtDanger(level, limits)) ||
    high.some(({ severe }) => severe);
  if (isDangerous) return refusals.cannotHush;
  return confirmedOnSite || high.length === 0 ? undefined : refusals.cannotHush;
};

/** A person lets the sound come back, or the design does. */
export const endHush = (
  state: DetectorState,
  command: Extract<Command, { kind: "release-hush" | "break-hush" }>,
  now: Instant,
): Result<Obeyed, Bilingual> => {
  const { hush: ends } = state.alarms;
  if (ends === undefined) return err(refusals.notHushed);
  const action =
    command.kind === "break-hush"
      ? act("hush-broken", state, now, "all", ends.by, command.cause)
      : act("hush-released", state, now, "all", command.by, command.reason, {
          ...(command.origin && { origin: command.origin }),
        });
  return ok({ state: withAlarms(state, { hush: undefined }), action });
};

/**
 * What brings the sound back in this step, in words for the record; `undefined`: it stays hushed.
 * Not a level that wavers: it must have risen by more than the limit set's `hushRise`.
 */
export const whatBreaks = (
  { levels = [] }: Hush,
  events: readonly AlarmEvent[],
  memory: Memory,
  limits: LimitSet,
): string | undefined => {
  const told = events.filter(
    ({ kind, held, test }) => kind !== "returned" && held === undefined && !test,
  );
  if (told.some(({ rule }) => dangerRules.has(rule)))
    return "报警加重或新的气体 · worse, or another gas";
  if (told.some(({ rule }) => blinding.has(rule))) return "浓度变为未知 · the level became unknown";
  const rose = presentLevels(memory).some((level) => {
    const before = levels.find(({ gas }) => gas === level.gas);
    const { co, gas } = limits.life.hushRise;
    const margin = level.gas === "co" ? co.value : gas.value;
    return judged(level, limits) > (before === undefined ? 0 : judged(before, limits)) + margin;
  });
  return rose ? "浓度上升 · the level rises" : undefined;
};

/** With these nobody knows how high the level is. */
const blinding: ReadonlySet<string> = new Set(["silence", "sensor-fault", "reading-fault"]);

const isLevelUnknown = ({ notes: { silent, standing, badGases, badMessages } }: Memory): boolean =>
  silent ||
  badGases.some(({ alarm }) => alarm) ||
  badMessages?.alarm === true ||
  standing.some(({ condition }) => condition === "sensor-fault");

const loudOnes = ({ alarms }: DetectorState): readonly Episode[] =>
  alarms.episodes.filter((one) => dangerRules.has(one.rule) && !one.test);

const presentLevels = ({ co, gases }: Memory): readonly Level[] => [
  ...(co === undefined ? [] : [{ gas: "co", ppm: co.ppm } as const]),
  ...gases.map(({ level }) => level),
];

const isAtDanger = (level: Level, limits: LimitSet): boolean => {
  const { gas, life } = limits;
  const danger = level.gas === "co" ? life.hushBelow.co.value : gas.high.raiseAt.value;
  return judged(level, limits) >= danger;
};

/**
 * GB/T 45839-2025: remote silence while the measured value is below the threshold. A sensor beyond
 * its range shows too little.
 */
const isBelowThreshold = (
  { rule, level }: Episode,
  memory: Memory,
  limits: LimitSet,
  now: Pick<Instant, "monoMs">,
): boolean => {
  if (level === undefined || rule === "over-range") return false;
  const threshold =
    level.gas === "co" ? limits.co.bands.startsAbove.value : limits.gas.low.raiseAt.value;
  return isMeasured(level.gas, memory, limits, now) && judged(level, limits) < threshold;
};

/** Whether the last level of a gas is what is there now: read not long ago, and nothing since voids it. */
const isMeasured = (
  gas: Gas,
  memory: Memory,
  { holdAtMost }: LimitSet,
  { monoMs }: Pick<Instant, "monoMs">,
): boolean => {
  const { co, gases } = memory;
  const { badGases, warming, standing } = memory.notes;
  const last = gas === "co" ? co : gases.find(({ level }) => level.gas === gas);
  // Nothing remembered: good readings have cleared it, and the alarm only lasts its shortest time.
  const isFresh = last === undefined || monoMs - last.readAtMs <= holdAtMost.value;
  const isVoid =
    badGases.some((one) => one.gas === gas) ||
    warming.some((one) => one.gas === gas) ||
    standing.some(({ condition }) => condition === "warming-up") ||
    suspect(memory) !== undefined;
  return isFresh && !isVoid;
};

/** As the rules judge it: a site may restate %LEL by another table. */
const judged = (level: Level, { gas }: LimitSet): number =>
  level.gas === "co" ? level.ppm : judgedLel(level, gas.lelTable);

const tooLong = (atMostMs: number): Bilingual => {
  const atMost = atMostMs / 60_000;
  return {
    zh: `消音时间必须大于 0 且不超过 ${atMost} 分钟。`,
    en: `A hush lasts more than 0 and at most ${atMost} minutes.`,
  };
};
