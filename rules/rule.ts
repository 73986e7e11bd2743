import type { AlarmClass, Cause, Priority, RuleId } from "#domain/alarm.ts";
import type { Gas, Level } from "#domain/gas.ts";
import { type DurationMs, type MonoMs, monoMs } from "#domain/quantity.ts";
import type { Report } from "#domain/reading.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import type { Memory } from "./memory.ts";

/** What a rule is told beside its memory. */
export interface Context {
  readonly nowMs: MonoMs;
  readonly limits: LimitSet;
  readonly silenceAfter: DurationMs;
  /** Silence counts from here: the last usable report, or the start of listening. */
  readonly silentFromMs: MonoMs;
}

/** What a rule thinks now. Causes are made only when an event needs one. */
export type Opinion =
  | {
      readonly stands: true;
      /** A higher grade in an open episode is a worsening. */
      readonly grade: number;
      readonly alarmClass: AlarmClass;
      readonly priority: Priority;
      readonly test: boolean;
      /** So high that it breaks through a shelving and cannot be hushed. */
      readonly severe?: boolean;
      readonly gas?: Gas | undefined;
      readonly level?: Level | undefined;
      readonly cause: () => Cause;
    }
  | { readonly stands: false; readonly level?: Level | undefined; readonly cause: () => Cause };

/**
 * One rule of judgement. Pure; what it must remember lives in its parts of {@link Memory}.
 */
export interface Rule {
  readonly id: RuleId;
  /**
   * A level within its range tells it nothing: while nothing is noted of the detector and it says
   * nothing but such levels, this rule need not be asked, see `Notes`.
   */
  readonly ignoresLevels?: true;
  /** True when it remembers nothing: without an open episode there is then nothing to judge. */
  readonly rests: (memory: Memory) => boolean;
  /** Takes in a report, or the passing of time when there is none. */
  readonly perceive: (memory: Memory, report: Report | undefined, context: Context) => Memory;
  readonly judge: (memory: Memory, context: Context) => Opinion;
  /** When time alone can change the opinion; `never` when it cannot. */
  readonly wakeAt: (memory: Memory, context: Context) => MonoMs;
}

/** Later than any clock. */
export const never: MonoMs = monoMs(Number.POSITIVE_INFINITY);

export const earlier = (a: MonoMs, b: MonoMs): MonoMs => (a <= b ? a : b);

/** A cause in words and numbers, under the name of the limit set that was applied. */
export const because = (
  context: Context,
  source: Cause["source"],
  text: Cause["text"],
  inputs: Cause["inputs"] = {},
): Cause => ({ ruleSet: context.limits.id, source, text, inputs });

/** 预警 is shown as 高, silent in the home (`docs/people.md` §1.3). */
export const preAlarmPriority: Priority = 2;

/** At most two decimals, for people. */
export const round = (value: number): number => Math.round(value * 100) / 100;
