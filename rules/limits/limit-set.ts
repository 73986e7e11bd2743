import type { AlarmClass, Clause, Priority, RuleId } from "#domain/alarm.ts";
import type { DurationMs, PercentCohb, PercentLel, Ppm } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";
import type { LelTable } from "#rules/lel.ts";

/** A number with the place it comes from. */
export interface Sourced<Value> {
  readonly value: Value;
  readonly source: Clause;
}

/** One alarm level of combustible gas. */
export interface GasLevel {
  /** Alarms at or above. */
  readonly raiseAt: Sourced<PercentLel>;
  /** A reading below this one breaks the dwell, and clears the alarm when it lasts. */
  readonly clearBelow: Sourced<PercentLel>;
  /** How long the level must last before it alarms. */
  readonly onDelay: Sourced<DurationMs>;
}

/**
 * One point of the time-weighted CO table: at a steady `ppm` the alarm comes after `alarmAfter`.
 * Between two points the speed towards the alarm is interpolated, so that a noisy level never
 * falls between bands.
 */
export interface CoBand {
  readonly ppm: Ppm;
  readonly alarmAfter: DurationMs;
  readonly source: Clause;
}

export interface CoBands {
  /** At this level and below nothing builds up; what had built up recovers. */
  readonly startsAbove: Sourced<Ppm>;
  /** Rising in ppm, falling in time. Above the last point its own time holds. */
  readonly points: readonly CoBand[];
  /** Time in clean air after which a nearly complete build-up is forgotten. */
  readonly recovery: Sourced<DurationMs>;
}

/** A mean over a time that people should be told of before anything has to sound. */
export interface CoAverage {
  readonly ppm: Ppm;
  readonly over: DurationMs;
  readonly source: Clause;
}

/** Carboxyhaemoglobin estimate; see `co-dose.ts`. */
export interface CoDose {
  readonly limit: Sourced<PercentCohb>;
  readonly uptake: Sourced<number>;
  readonly washOut: Sourced<number>;
}

/** A plain threshold, as national standards for household CO alarms have it. */
export interface CoSetPoint {
  readonly raiseAt: Sourced<Ppm>;
  /** A reading below breaks the dwell. */
  readonly holdAbove: Sourced<Ppm>;
  readonly onDelay: Sourced<DurationMs>;
}

export interface Route {
  readonly alarmClass: AlarmClass;
  readonly priority: Priority;
}

/** Everything a judgement needs to know in numbers; data, chosen by name, each number sourced. */
export interface LimitSet {
  readonly id: string;
  readonly title: Bilingual;
  readonly gas: {
    readonly low: GasLevel;
    readonly high: GasLevel;
    /** How long good readings must stay below the clear level before the alarm returns. */
    readonly offDelay: Sourced<DurationMs>;
    /** Pre-alarm: a rise of so much within so long, over at least three readings. */
    readonly rise: { readonly by: Sourced<PercentLel>; readonly within: Sourced<DurationMs> };
    /** Readings below are not watched for a rise or for being stuck. */
    readonly watchFrom: Sourced<PercentLel>;
    /** The table whose LEL the limits mean; absent: each reading's own. */
    readonly lelTable?: LelTable;
  };
  readonly co: {
    /** Pre-alarm: means over time, first the one that is told first. */
    readonly averages: readonly CoAverage[];
    readonly bands: CoBands;
    readonly dose: CoDose;
    readonly setPoint: CoSetPoint | undefined;
    readonly clearBelow: Sourced<Ppm>;
    readonly offDelay: Sourced<DurationMs>;
  };
  /** The last level stands for the present at most this long; after it the dose is incomplete. */
  readonly holdAtMost: Sourced<DurationMs>;
  /** Longer warm-up is a fault, and levels count again. */
  readonly warmUpAtMost: Sourced<DurationMs>;
  /** A self-test marks verdicts as test at most this long. */
  readonly selfTestAtMost: Sourced<DurationMs>;
  /** Missing and wrong replies are a fault when they last this long. */
  readonly faultPersistence: Sourced<DurationMs>;
  /** An episode lasts at least so long: its return waits, so that flapping is one alarm. */
  readonly shortestEpisode: Sourced<DurationMs>;
  /** So many beginnings within the window are chatter; the episode then ends after the calm. */
  readonly chatter: Sourced<{
    readonly times: number;
    readonly within: DurationMs;
    readonly calm: DurationMs;
  }>;
  /** What people owe an alarm, and how long they may hold one back. */
  readonly life: {
    /** Held until a person resets it. */
    readonly latch: readonly AlarmClass[];
    /** Must be signed for even after it has returned. */
    readonly acknowledge: readonly AlarmClass[];
    readonly shelveAtMost: Sourced<DurationMs>;
    readonly outOfServiceAtMost: Sourced<DurationMs>;
    readonly hushAtMost: Sourced<DurationMs>;
    /** From this CO level on nothing is hushed; of combustible gas it is the high level. */
    readonly hushBelow: { readonly co: Sourced<Ppm> };
    /** A rise by more than this brings the sound back. */
    readonly hushRise: { readonly co: Sourced<Ppm>; readonly gas: Sourced<PercentLel> };
  };
  /** A reading taken so much earlier than its detector's others is history. */
  readonly lateAfter: Sourced<DurationMs>;
  /** History that ends in an alarm is raised when nothing newer has come for so long. */
  readonly lateSettles: Sourced<DurationMs>;
  /** Exactly the same level, not zero, for so long: the sensor is stuck. */
  readonly stuckAfter: Sourced<DurationMs>;
  /** Why the device's own verdict is an alarm, and why over-range and reported states are. */
  readonly deviceVerdict: Clause;
  readonly overRange: Clause;
  readonly reportedState: Clause;
  /** Class and priority of each rule; for gas and CO rules the class follows the gas. */
  readonly routes: Readonly<Record<RuleId, Route>>;
}
