import type { Cause } from "#domain/alarm.ts";
import {
  below,
  milliseconds,
  monoMs,
  percentCohb,
  ppm,
  type MonoMs,
  type Ppm,
} from "#domain/quantity.ts";
import type { Report } from "#domain/reading.ts";
import { bandFor, bandRate } from "./co-bands.ts";
import { averagePpm, breathe, noBins, reachedAverage } from "./co-exposure.ts";
import { doseAfter, doseFloor, forgottenDose, timeToDose } from "./co-dose.ts";
import type { CoAverage } from "./limits/limit-set.ts";
import { isSound } from "./level.ts";
import type { CoAlarm, CoMemory, Memory } from "./memory.ts";
import { isWarmingUp } from "./readings.ts";
import {
  because,
  earlier,
  never,
  preAlarmPriority,
  round,
  type Context,
  type Rule,
} from "./rule.ts";

/**
 * Carbon monoxide: time-weighted bands (EN 50291-1 and UL 2034), the dose in the blood, and the
 * national set point; the earliest wins and is named in the cause.
 *
 * A level stands for the present until the next one comes, at most `holdAtMost`; after that nothing
 * builds up and nothing recovers, and the dose is marked incomplete. The alarm returns only by good
 * readings that stay below the clear level, never by time alone.
 */
export const coRule: Rule = {
  id: "co",

  rests: ({ co }) => co === undefined,

  perceive: (memory, report, context) => {
    const co = follow(memory, report, context);
    return co === memory.co ? memory : { ...memory, co };
  },

  judge: ({ co }, context) => {
    if (co === undefined) return { stands: false, cause: () => returned(co, context) };
    const level = { gas: "co", ppm: co.ppm } as const;
    const { alarm } = co;
    if (alarm === undefined) {
      const { preAlarm } = co;
      if (preAlarm === undefined)
        return { stands: false, level, cause: () => returned(co, context) };
      return {
        stands: true,
        grade: 0,
        ...context.limits.routes.co,
        priority: preAlarmPriority,
        test: false,
        level,
        cause: () => preAlarmCause(co, preAlarm, context),
      };
    }
    return {
      stands: true,
      grade: alarm.grade,
      ...context.limits.routes.co,
      test: false,
      severe: alarm.grade === 2,
      level,
      cause: () => cause(co, alarm, context),
    };
  },

  wakeAt: ({ co }, context) => {
    if (co === undefined) return never;
    const { limits } = context;
    const { setPoint, dose } = limits.co;
    let wake = never;
    if (setPoint !== undefined && co.overSetPointSinceMs !== undefined && co.alarm?.grade !== 2) {
      wake = monoMs(co.overSetPointSinceMs + setPoint.onDelay.value);
    }
    if (co.alarm !== undefined || below(co.ppm, limits.co.clearBelow.value)) return wake;
    const rate = bandRate(co.ppm, limits.co.bands);
    if (rate > 0) wake = earlier(wake, inFuture(co, (1 - co.built) / rate));
    const toDose = timeToDose(co.cohb, co.ppm, dose.limit.value, dose);
    if (toDose !== undefined) wake = earlier(wake, inFuture(co, toDose));
    return wake <= heldUntil(co, context) ? wake : never;
  },
};

const heldUntil = (co: CoMemory, context: Context): MonoMs =>
  monoMs(co.readAtMs + context.limits.holdAtMost.value);

/** Rounded up to a whole millisecond, so that the moment has truly come when the clock shows it. */
const inFuture = (co: CoMemory, durationMs: number): MonoMs =>
  monoMs(co.doneToMs + Math.ceil(Math.max(0, durationMs)));

/** What is still being written: one copy of the memory, made once for all that a reading changes. */
type Draft = { -readonly [Name in keyof CoMemory]: CoMemory[Name] };

/** What is remembered after a report, or after time alone; the same object when nothing changed. */
const follow = (
  memory: Memory,
  report: Report | undefined,
  context: Context,
): CoMemory | undefined => {
  const before = memory.co;
  let draft: Draft | undefined;
  if (before !== undefined && context.nowMs > before.doneToMs) {
    draft = { ...before };
    pass(draft, context);
  }
  if (report !== undefined && !isWarmingUp(memory, context)) {
    for (const finding of report.findings) {
      if (finding.kind !== "level" || finding.level.gas !== "co" || !isSound(finding.level))
        continue;
      const level = finding.level.ppm;
      if (before === undefined && draft === undefined && level < doseFloor) continue;
      draft ??= before === undefined ? begin(level, context) : { ...before };
      read(draft, level, context);
    }
  }
  const after = draft ?? before;
  if (after === undefined) return undefined;
  const alarm = sound(after, context);
  if (alarm !== after.alarm) return { ...after, alarm };
  return isForgotten(after, context) ? undefined : after;
};

/** Lets time pass with the last level standing for it, as far as it may. */
const pass = (co: Draft, context: Context): void => {
  const { nowMs, limits } = context;
  const held = Math.max(0, Math.min(nowMs, heldUntil(co, context)) - co.doneToMs);
  const built = co.built + bandRate(co.ppm, limits.co.bands) * held;
  ({
    bins: co.bins,
    fillingFromMs: co.fillingFromMs,
    filling: co.filling,
  } = breathe(co, co.ppm, co.doneToMs, held, nowMs));
  co.doneToMs = nowMs;
  co.built = Math.min(1, Math.max(0, built));
  co.cohb = doseAfter(co.cohb, co.ppm, milliseconds(held), limits.co.dose);
  co.incomplete ||= nowMs > heldUntil(co, context);
};

const begin = (level: Ppm, { nowMs }: Context): Draft => ({
  ppm: level,
  readAtMs: nowMs,
  doneToMs: nowMs,
  built: 0,
  cohb: percentCohb(0),
  incomplete: false,
  bins: noBins,
  fillingFromMs: nowMs,
  filling: 0,
  preAlarm: undefined,
  overSetPointSinceMs: undefined,
  belowClearSinceMs: undefined,
  alarm: undefined,
});

/** Takes a new good level, and counts good readings below the clear level towards the return. */
const read = (co: Draft, level: Ppm, context: Context): void => {
  const { nowMs, limits } = context;
  const { setPoint, clearBelow, offDelay } = limits.co;
  const gap = nowMs > heldUntil(co, context);
  if (!below(level, clearBelow.value)) co.belowClearSinceMs = undefined;
  else if (gap) co.belowClearSinceMs = nowMs;
  else co.belowClearSinceMs ??= nowMs;
  if (gap || setPoint === undefined) co.overSetPointSinceMs = undefined;
  if (setPoint !== undefined) {
    if (level < setPoint.holdAbove.value) co.overSetPointSinceMs = undefined;
    else if (level >= setPoint.raiseAt.value) co.overSetPointSinceMs ??= nowMs;
  }
  co.preAlarm = preAlarmAt(co, level, context);
  co.ppm = level;
  co.readAtMs = nowMs;
  const { belowClearSinceMs } = co;
  if (belowClearSinceMs === undefined || nowMs - belowClearSinceMs < offDelay.value) return;
  // With the return of an alarm its episode is over; a pre-alarm after it is a new one.
  if (co.alarm !== undefined) co.preAlarm = undefined;
  co.alarm = undefined;
};

/** Looked at only when a reading comes, so that no mere passing of time ends a pre-alarm. */
const preAlarmAt = (co: CoMemory, level: Ppm, { nowMs, limits }: Context) => {
  const { averages } = limits.co;
  const { preAlarm } = co;
  if (preAlarm === undefined) return reachedAverage(co, averages, level, nowMs);
  // A tenth of hysteresis.
  return reachedAverage(co, averages, level, nowMs, 0.9) && preAlarm;
};

/** The alarm when one of the clauses is fulfilled; a standing alarm only gets worse. */
const sound = (co: CoMemory, context: Context): CoAlarm | undefined => {
  const { setPoint, dose, clearBelow } = context.limits.co;
  if (
    setPoint !== undefined &&
    co.overSetPointSinceMs !== undefined &&
    co.alarm?.grade !== 2 &&
    context.nowMs - co.overSetPointSinceMs >= setPoint.onDelay.value
  ) {
    return { by: "set-point", grade: 2 };
  }
  if (co.alarm !== undefined || below(co.ppm, clearBelow.value)) return co.alarm;
  if (co.built >= 1 - roundingError) return { by: "bands", grade: 1 };
  return co.cohb >= dose.limit.value - roundingError ? { by: "dose", grade: 1 } : undefined;
};

/** Sums of many small steps end just below the whole. */
const roundingError = 1e-9;

const isForgotten = (co: CoMemory, context: Context): boolean =>
  co.alarm === undefined &&
  co.preAlarm === undefined &&
  co.built === 0 &&
  co.cohb < forgottenDose &&
  co.ppm < doseFloor &&
  co.doneToMs === context.nowMs;

const preAlarmCause = (co: CoMemory, average: CoAverage, context: Context): Cause => {
  const meanPpm = round(averagePpm(co, average.over, context.nowMs));
  const overMinutes = average.over / 60_000;
  return because(
    context,
    average.source,
    {
      zh: `预警:一氧化碳 ${overMinutes} 分钟平均 ${meanPpm} ppm(限值 ${average.ppm} ppm),现在 ${round(co.ppm)} ppm。联系住户开窗通风、检查燃气具和烟道。`,
      en: `Pre-alarm: carbon monoxide averaged ${meanPpm} ppm over ${overMinutes} min (limit ${average.ppm} ppm), now ${round(co.ppm)} ppm. Ask the household to air the rooms and check appliance and flue.`,
    },
    { ...inputsOf(co), meanPpm, overMinutes, meanLimitPpm: average.ppm },
  );
};

const inputsOf = (co: CoMemory): Cause["inputs"] => ({
  ppm: round(co.ppm),
  cohbPercent: round(co.cohb),
  bandsPercent: round(co.built * 100),
  dose: co.incomplete ? "incomplete" : "complete",
});

const cause = (co: CoMemory, alarm: CoAlarm, context: Context): Cause => {
  const { bands, dose, setPoint } = context.limits.co;
  const now = `${round(co.ppm)} ppm`;
  if (alarm.by === "set-point" && setPoint !== undefined) {
    const limit = setPoint.raiseAt.value;
    return because(
      context,
      setPoint.raiseAt.source,
      {
        zh: `一氧化碳 ${now},达到报警设定值 ${limit} ppm。立即撤离、开窗通风,派人到场。`,
        en: `Carbon monoxide ${now}, at or above the set point of ${limit} ppm. Get everyone out, air the rooms, send someone.`,
      },
      { ...inputsOf(co), setPointPpm: limit },
    );
  }
  const dosed = `${round(co.cohb)} % COHb`;
  if (alarm.by === "dose") {
    return because(
      context,
      dose.limit.source,
      {
        zh: `一氧化碳 ${now},血中累积量估计已达 ${dosed}(限值 ${dose.limit.value} %)。立即撤离、开窗通风,派人到场。`,
        en: `Carbon monoxide ${now}; the estimated dose has reached ${dosed} (limit ${dose.limit.value} %). Get everyone out, air the rooms, send someone.`,
      },
      { ...inputsOf(co), doseLimitPercent: dose.limit.value, uptake: dose.uptake.value },
    );
  }
  const band = bandFor(co.ppm, bands);
  return because(
    context,
    band?.source ?? bands.startsAbove.source,
    {
      zh: `一氧化碳 ${now},持续时间已到报警界限。立即撤离、开窗通风,派人到场。`,
      en: `Carbon monoxide ${now} has lasted as long as it may. Get everyone out, air the rooms, send someone.`,
    },
    { ...inputsOf(co), bandPpm: band?.ppm ?? 0, bandMinutes: (band?.alarmAfter ?? 0) / 60_000 },
  );
};

const returned = (co: CoMemory | undefined, context: Context): Cause =>
  because(
    context,
    context.limits.co.clearBelow.source,
    {
      zh: "一氧化碳读数已降到恢复值以下并保持。确认人员无恙、查明原因后再办结。",
      en: "Carbon monoxide has stayed below the clear level. Make sure everyone is well and find the cause before closing.",
    },
    {
      ...(co === undefined ? { ppm: round(ppm(0)) } : inputsOf(co)),
      clearBelowPpm: context.limits.co.clearBelow.value,
    },
  );
