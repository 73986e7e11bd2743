import type { RuleId } from "#domain/alarm.ts";
import type { Gas, Level } from "#domain/gas.ts";
import type { MonoMs, PercentCohb, Ppm } from "#domain/quantity.ts";
import type { Exposure } from "./co-exposure.ts";
import type { CoAverage } from "./limits/limit-set.ts";
import type { BadQuality, Condition, ReadingFault } from "#domain/reading.ts";

/** Carbon monoxide over time; kept only while there is a level or a dose worth remembering. */
export interface CoMemory extends Exposure {
  /** The last good level and when it was read. */
  readonly ppm: Ppm;
  readonly readAtMs: MonoMs;
  /** Dose and build-up are reckoned up to here. */
  readonly doneToMs: MonoMs;
  /** How far along the time-weighted bands, 0 to 1. */
  readonly built: number;
  readonly cohb: PercentCohb;
  /** True once a gap was longer than the last level may stand for: the true dose may be higher. */
  readonly incomplete: boolean;
  /** The mean that made the pre-alarm that stands. */
  readonly preAlarm: CoAverage | undefined;
  readonly overSetPointSinceMs: MonoMs | undefined;
  readonly belowClearSinceMs: MonoMs | undefined;
  /** The clause that raised the alarm that stands. */
  readonly alarm: CoAlarm | undefined;
}

export interface CoAlarm {
  readonly by: "bands" | "dose" | "set-point";
  readonly grade: 1 | 2;
}

/** One combustible gas while it is at or above its low clear level, or its alarm stands. */
export interface GasMemory {
  readonly level: Level;
  readonly readAtMs: MonoMs;
  readonly low: Dwell;
  readonly high: Dwell;
  /** Levels of the last minute, oldest first, at least five seconds apart. */
  readonly recent: readonly { readonly atMs: MonoMs; readonly lel: number }[];
  readonly rising: boolean;
}

/** How long a level has been reached, and whether that has become an alarm. */
export interface Dwell {
  readonly sinceMs: MonoMs | undefined;
  readonly belowSinceMs: MonoMs | undefined;
  readonly alarm: boolean;
}

/** The device's own verdict on one gas, while it is alarming. */
export interface Verdict {
  readonly gas: Gas;
  readonly grade: 1 | 2;
  /** Said while the device was testing itself. */
  readonly test: boolean;
  readonly sinceMs: MonoMs;
}

/** A state the device reports of itself, while it lasts. */
export interface Standing {
  readonly condition: Condition;
  readonly sinceMs: MonoMs;
}

/** A gas without a value, and why. */
export interface BadGas {
  readonly gas: Gas;
  readonly quality: BadQuality;
  readonly raw: string;
  readonly sinceMs: MonoMs;
  /** It counts as a fault: at once, or because it has lasted. */
  readonly alarm: boolean;
}

/** A gas with a level worth watching: is the sensor stuck, does it jump as no sensor can? */
export interface Watch {
  readonly gas: Gas;
  /** The last level that was believed, since when it is exactly that, and when it last came. */
  readonly value: number;
  readonly sinceMs: MonoMs;
  readonly atMs: MonoMs;
  readonly stuck: boolean;
  /** Impossible falls, counted from the first of a spell. */
  readonly jumps: number;
  readonly jumpedAtMs: MonoMs | undefined;
}

/** Messages that could not be read, since the last one that could. */
export interface BadMessages {
  readonly fault: ReadingFault;
  readonly sinceMs: MonoMs;
  readonly count: number;
  /** It has lasted long enough to be a fault. */
  readonly alarm: boolean;
}

/** How often a rule's condition began in the spell it is in; kept for a while after its episode. */
export interface Spell {
  readonly rule: RuleId;
  readonly times: number;
  readonly fromMs: MonoMs;
}

/** A rule that failed of itself: a bug or an impossible limit. */
export interface BrokenRule {
  readonly rule: string;
  readonly reason: string;
}

/** What the rules remember of one detector; every part is empty while it is quiet. */
export interface Memory {
  readonly co: CoMemory | undefined;
  readonly gases: readonly GasMemory[];
  readonly watched: readonly Watch[];
  readonly notes: Notes;
}

/** What is remembered beside levels: words of the device, what was wrong with it or with us. */
export interface Notes {
  readonly verdicts: readonly Verdict[];
  readonly overRange: readonly Level[];
  readonly standing: readonly Standing[];
  /** Gases that report no level because the sensor warms up, and since when. */
  readonly warming: readonly { readonly gas: Gas; readonly sinceMs: MonoMs }[];
  readonly badGases: readonly BadGas[];
  readonly badMessages: BadMessages | undefined;
  readonly spells: readonly Spell[];
  readonly broken: readonly BrokenRule[];
  /** Nothing usable was heard for too long, and still is not. */
  readonly silent: boolean;
}

const none: readonly never[] = [];

/** Shared by all detectors of which nothing is noted, also while a level is; compare with `===`. */
export const noNotes: Notes = {
  verdicts: none,
  overRange: none,
  standing: none,
  warming: none,
  badGases: none,
  badMessages: undefined,
  spells: none,
  broken: none,
  silent: false,
};

/** Shared by all quiet detectors; compare with `===`. */
export const emptyMemory: Memory = { co: undefined, gases: none, watched: none, notes: noNotes };

export const withNotes = (memory: Memory, changed: Partial<Notes>): Memory => ({
  ...memory,
  notes: { ...memory.notes, ...changed },
});

/** The shared objects in the place of what is empty. */
export const tidyMemory = (memory: Memory): Memory => {
  if (isEmpty(memory)) return emptyMemory;
  const { notes } = memory;
  return notes !== noNotes && hasNothing(notes) ? { ...memory, notes: noNotes } : memory;
};

export const isEmpty = (memory: Memory): boolean =>
  memory === emptyMemory ||
  (memory.co === undefined &&
    memory.gases.length === 0 &&
    memory.watched.length === 0 &&
    hasNothing(memory.notes));

export const hasNothing = (notes: Notes): boolean =>
  notes === noNotes ||
  (notes.verdicts.length === 0 &&
    notes.overRange.length === 0 &&
    notes.standing.length === 0 &&
    notes.warming.length === 0 &&
    notes.badGases.length === 0 &&
    notes.badMessages === undefined &&
    notes.spells.length === 0 &&
    notes.broken.length === 0 &&
    !notes.silent);
