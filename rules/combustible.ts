import type { Cause } from "#domain/alarm.ts";
import type { CombustibleGas, Level } from "#domain/gas.ts";
import { monoMs, type MonoMs } from "#domain/quantity.ts";
import { judgedLel } from "./lel.ts";
import { amount, isSound } from "./level.ts";
import type { GasLevel } from "./limits/limit-set.ts";
import type { Dwell, GasMemory } from "./memory.ts";
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
 * Combustible gas: two levels, each with its own clear level and on-delay. The low level is already
 * urgent (14 %LEL is shown 紧急); the high one is a worsening.
 *
 * A dwell is broken only by a good reading below the clear level, so that noise at the limit cannot
 * put an alarm off; an alarm returns only by good readings that stay below it.
 */
export const combustibleRule: Rule = {
  id: "combustible",

  rests: ({ gases }) => gases.length === 0,

  perceive: (memory, report, context) => {
    let gases = memory.gases;
    if (report !== undefined && !isWarmingUp(memory, context)) {
      for (const finding of report.findings) {
        if (finding.kind !== "level" || finding.level.gas === "co") continue;
        if (isSound(finding.level)) gases = read(gases, finding.level, context);
      }
    }
    gases = ripen(gases, context);
    return gases === memory.gases ? memory : { ...memory, gases };
  },

  judge: ({ gases }, context) => {
    const alarming = gases.filter((gas) => gas.low.alarm || gas.high.alarm || gas.rising);
    const worst = alarming.toSorted(
      (a, b) => gradeOf(b) - gradeOf(a) || amount(b.level) - amount(a.level),
    )[0];
    if (worst === undefined) {
      return { stands: false, level: gases[0]?.level, cause: () => returned(context) };
    }
    return {
      stands: true,
      // A second gas is a worsening too.
      grade: gradeOf(worst) * 10 + alarming.length,
      ...context.limits.routes.combustible,
      ...(gradeOf(worst) === 0 ? { priority: preAlarmPriority } : {}),
      test: false,
      severe: worst.high.alarm,
      level: worst.level,
      cause: () => (gradeOf(worst) === 0 ? riseCause : cause)(worst, context),
    };
  },

  wakeAt: ({ gases }, { limits }) => {
    let wake = never;
    for (const gas of gases) {
      wake = earlier(wake, ripeAt(gas.low, limits.gas.low));
      wake = earlier(wake, ripeAt(gas.high, limits.gas.high));
    }
    return wake;
  },
};

type CombustibleLevel = Extract<Level, { readonly gas: CombustibleGas }>;

const gradeOf = (gas: GasMemory): 0 | 1 | 2 => (gas.high.alarm ? 2 : gas.low.alarm ? 1 : 0);

const ripeAt = (dwell: Dwell, limit: GasLevel): MonoMs =>
  dwell.alarm || dwell.sinceMs === undefined ? never : monoMs(dwell.sinceMs + limit.onDelay.value);

const idle: Dwell = { sinceMs: undefined, belowSinceMs: undefined, alarm: false };

const read = (
  gases: readonly GasMemory[],
  level: CombustibleLevel,
  context: Context,
): readonly GasMemory[] => {
  const before = gases.find((one) => one.level.gas === level.gas);
  const limits = context.limits.gas;
  const value = judgedLel(level, limits.lelTable);
  if (before === undefined && value < limits.watchFrom.value) return gases;
  // After a long gap the readings before it no longer count towards a delay.
  const gap =
    before !== undefined && context.nowMs - before.readAtMs > context.limits.holdAtMost.value;
  const next: GasMemory = {
    level,
    readAtMs: context.nowMs,
    low: dwell(before?.low ?? idle, value, limits.low, gap, context),
    high: dwell(before?.high ?? idle, value, limits.high, gap, context),
    ...rise(before, value, context),
  };
  // With the return of an alarm its episode is over; a pre-alarm after it is a new one.
  const returned = before?.low.alarm === true && !next.low.alarm && !next.high.alarm;
  const others = gases.filter((one) => one !== before);
  // One that has just returned is kept for one reading more: its level belongs to the event.
  const over =
    isIdle(next, value, context) && before?.low.alarm !== true && before?.high.alarm !== true;
  if (over) return others;
  return others.concat(returned ? { ...next, rising: false } : next);
};

const isIdle = ({ low, high, rising }: GasMemory, value: number, { limits }: Context): boolean =>
  value < limits.gas.watchFrom.value &&
  !rising &&
  !low.alarm &&
  !high.alarm &&
  low.sinceMs === undefined &&
  high.sinceMs === undefined;

const dwell = (
  before: Dwell,
  value: number,
  limit: GasLevel,
  gap: boolean,
  { nowMs, limits }: Context,
): Dwell => {
  if (value >= limit.clearBelow.value) {
    const sinceMs =
      (gap && !before.alarm ? undefined : before.sinceMs) ??
      (value >= limit.raiseAt.value ? nowMs : undefined);
    return { sinceMs, belowSinceMs: undefined, alarm: before.alarm };
  }
  if (!before.alarm) return idle;
  const belowSinceMs = gap ? nowMs : (before.belowSinceMs ?? nowMs);
  if (nowMs - belowSinceMs >= limits.gas.offDelay.value) return idle;
  return { ...before, belowSinceMs };
};

/**
 * A fast rise, seen in at least three readings within the window: a pre-alarm before the low level
 * is reached. It stands until the gas is gone.
 */
const rise = (
  before: GasMemory | undefined,
  value: number,
  { nowMs, limits }: Context,
): Pick<GasMemory, "recent" | "rising"> => {
  const { by, within } = limits.gas.rise;
  const window = (before?.recent ?? []).filter((one) => nowMs - one.atMs <= within.value);
  const last = window.at(-1);
  const spaced = last === undefined || nowMs - last.atMs >= recentEveryMs;
  const recent = spaced ? [...window, { atMs: nowMs, lel: value }] : window;
  const lowest = Math.min(value, ...window.map((one) => one.lel));
  const rises = window.length >= 2 && value - lowest >= by.value;
  const rising = rises || (before?.rising === true && value >= limits.gas.watchFrom.value);
  return { recent, rising };
};

const recentEveryMs = 5_000;

const ripen = (gases: readonly GasMemory[], context: Context): readonly GasMemory[] => {
  const { low, high } = context.limits.gas;
  const ripe = (gas: GasMemory): boolean =>
    ripeAt(gas.low, low) <= context.nowMs || ripeAt(gas.high, high) <= context.nowMs;
  if (!gases.some(ripe)) return gases;
  return gases.map((gas) => ({
    ...gas,
    low: ripeAt(gas.low, low) <= context.nowMs ? { ...gas.low, alarm: true } : gas.low,
    high: ripeAt(gas.high, high) <= context.nowMs ? { ...gas.high, alarm: true } : gas.high,
  }));
};

const cause = (gas: GasMemory, context: Context): Cause => {
  const limit = gas.high.alarm ? context.limits.gas.high : context.limits.gas.low;
  const now = `${round(amount(gas.level))} %LEL`;
  const raiseAt = limit.raiseAt.value;
  return because(
    context,
    limit.raiseAt.source,
    {
      zh: `可燃气体 ${now},达到${gas.high.alarm ? "高" : "低"}报设定值 ${raiseAt} %LEL。关阀、开窗、勿动电器,到室外打电话,派人到场。`,
      en: `Combustible gas ${now}, at or above the ${gas.high.alarm ? "high" : "low"} set point of ${raiseAt} %LEL. Shut the valve, open windows, touch no switch, phone from outside, send someone.`,
    },
    {
      percentLel: round(amount(gas.level)),
      setPointPercentLel: raiseAt,
      onDelaySeconds: limit.onDelay.value / 1_000,
      ...(gas.level.gas === "co" ? {} : { lelPercentVolume: gas.level.lelPercentVolume }),
    },
  );
};

const riseCause = (gas: GasMemory, context: Context): Cause => {
  const { by, within } = context.limits.gas.rise;
  const now = `${round(amount(gas.level))} %LEL`;
  const withinSeconds = within.value / 1_000;
  return because(
    context,
    by.source,
    {
      zh: `预警:可燃气体 ${now},${withinSeconds} 秒内上升 ${by.value} %LEL 以上。联系住户关阀、开窗、勿动电器。`,
      en: `Pre-alarm: combustible gas ${now}, up by ${by.value} %LEL or more within ${withinSeconds} s. Ask the household to shut the valve, open windows and touch no switch.`,
    },
    {
      percentLel: round(amount(gas.level)),
      risePercentLel: by.value,
      withinSeconds,
    },
  );
};

const returned = (context: Context): Cause => {
  const clearBelow = context.limits.gas.low.clearBelow;
  return because(
    context,
    clearBelow.source,
    {
      zh: "可燃气体读数已降到恢复值以下并保持。查明漏点、复测合格后再办结。",
      en: "Combustible gas has stayed below the clear level. Find the leak and measure again before closing.",
    },
    { clearBelowPercentLel: clearBelow.value },
  );
};
