import type { AlarmClass, Held, Priority, RuleId } from "#domain/alarm.ts";
import { isDanger } from "#domain/alarm.ts";
import type { Sounding } from "#domain/buzzer.ts";
import type { Gas, Level } from "#domain/gas.ts";
import type { DetectorId, EpisodeId } from "#domain/ids.ts";
import type { MonoMs } from "#domain/quantity.ts";
import type { Instant } from "#domain/time.ts";
import type { QuietLevels } from "./baseline.ts";
import type { DeviceClock, History } from "./late.ts";
import type { Hold, Hush, Life } from "./life.ts";
import { emptyMemory, isEmpty, type Memory } from "./memory.ts";

/** One open alarm of one rule. */
export interface Episode {
  readonly id: EpisodeId;
  readonly rule: RuleId;
  readonly alarmClass: AlarmClass;
  readonly priority: Priority;
  readonly grade: number;
  /** Has been at the high level: breaks through a shelving. */
  readonly severe: boolean;
  readonly raisedAtMs: MonoMs;
  /** The condition is gone since, but the episode has not yet returned. */
  readonly goneSinceMs: MonoMs | undefined;
  /** How often the condition began in this spell of chatter, and since when. */
  readonly times: number;
  readonly spellFromMs: MonoMs;
  /** Events so far; the last one's id ends in this number. */
  readonly events: number;
  readonly gas: Gas | undefined;
  readonly level: Level | undefined;
  readonly peak: Level | undefined;
  readonly test: boolean;
  /** Rings nobody, for this reason. */
  readonly held: Held | undefined;
  /** Its sound has been silenced once, which is as often as it may be. */
  readonly hushed?: true;
}

/**
 * All that is remembered of one detector between two steps: plain data, never changed in place.
 * Times are of the boot of `at`.
 */
export interface DetectorState {
  readonly detector: DetectorId;
  /** The last usable report, or when listening began; ties the monotonic times to the wall clock. */
  readonly at: Instant;
  /** A usable report has come since listening began. */
  readonly heard: boolean;
  readonly wakeAtMs: MonoMs | undefined;
  readonly memory: Memory;
  readonly episodes: readonly Episode[];
  readonly life: readonly Life[];
  readonly holds: readonly Hold[];
  readonly hush: Hush | undefined;
  readonly clock: DeviceClock | undefined;
  readonly history: History | undefined;
  /** What it reads when nothing is wrong; judges nothing here. */
  readonly quiet: QuietLevels | undefined;
}

export const noEpisodes: readonly Episode[] = [];
export const noLife: readonly Life[] = [];
export const noHolds: readonly Hold[] = [];

/** True when nothing is worth saving: no dose, no dwell, no reported condition, no open episode. */
export const isQuiet = (state: DetectorState): boolean =>
  state.episodes.length === 0 &&
  state.life.length === 0 &&
  state.holds.length === 0 &&
  state.history === undefined &&
  (state.memory === emptyMemory || isEmpty(state.memory));

export type DetectorCondition = "normal" | "alarm" | "fault" | "unknown" | "warming-up";

/**
 * What people are shown. Gas and CO first; a detector that is not heard is unknown whatever it
 * said before; only what is heard, ready and without a fault is normal.
 */
export const statusOf = (state: DetectorState): DetectorCondition => {
  const open = state.episodes;
  if (open.some((episode) => isDanger(episode.alarmClass) && !episode.test)) return "alarm";
  if (!state.heard || open.some((episode) => episode.alarmClass === "silence")) return "unknown";
  const faulty = open.some(
    (episode) => episode.alarmClass !== "test" && !isDanger(episode.alarmClass),
  );
  if (faulty) return "fault";
  const { warming, standing } = state.memory;
  if (warming.length > 0 || standing.some((one) => one.condition === "warming-up")) {
    return "warming-up";
  }
  return "normal";
};

/**
 * What the buzzers are asked for: an urgent gas or CO alarm whose condition stands and that is no
 * test. CO outranks gas. A pre-alarm is for the duty seat and does not sound in a home.
 */
export const soundingOf = (episodes: readonly Episode[]): Sounding => {
  let sounding: Sounding = "none";
  for (const episode of episodes) {
    if (episode.test || episode.priority !== 1 || episode.held !== undefined) continue;
    if (episode.alarmClass === "co") return "co";
    if (episode.alarmClass === "gas") sounding = "gas";
  }
  return sounding;
};
