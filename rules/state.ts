import type { AlarmClass, Held, Priority, RuleId } from "#domain/alarm.ts";
import { isDanger } from "#domain/alarm.ts";
import type { Sounding } from "#domain/buzzer.ts";
import type { Gas, Level } from "#domain/gas.ts";
import type { BootId, DetectorId, EpisodeId } from "#domain/ids.ts";
import type { EpochMs, MonoMs } from "#domain/quantity.ts";
import type { Instant } from "#domain/time.ts";
import type { QuietLevels } from "./baseline.ts";
import type { DeviceLag, History } from "./late.ts";
import type { Hold, Hush, Life } from "./life.ts";
import { isEmpty, type Memory } from "./memory.ts";

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
  /** From when on people owe it a signature, where that is later: it became urgent, or worse. */
  readonly owedSinceMs?: MonoMs;
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

/** What is open of one detector's alarms, what is left of them, and what people have done. */
export interface Alarms {
  readonly episodes: readonly Episode[];
  readonly life: readonly Life[];
  readonly holds: readonly Hold[];
  readonly hush: Hush | undefined;
  /** What stored readings that came late tell of, judged apart. */
  readonly history: History | undefined;
}

/**
 * All that is remembered of one detector between two steps: plain data, never changed in place.
 * There is one for every detector of a street, so what nearly all have nothing of is one object
 * that the quiet share: {@link emptyMemory}, {@link noAlarms}.
 */
export interface DetectorState {
  readonly detector: DetectorId;
  /** The boot whose clock all times here are of, but for `atWallMs`. */
  readonly boot: BootId;
  /** The last usable report, or when listening began; in words {@link lastHeard}. */
  readonly atMs: MonoMs;
  /** The same moment on the wall clock: ties the monotonic times to it. */
  readonly atWallMs: EpochMs;
  /** A usable report has come since listening began. */
  readonly heard: boolean;
  readonly wakeAtMs: MonoMs | undefined;
  readonly memory: Memory;
  readonly alarms: Alarms;
  /** How far its clock is behind ours, when it tells its time. */
  readonly lag: DeviceLag | undefined;
  /** What it reads when nothing is wrong; judges nothing here. */
  readonly quiet: QuietLevels | undefined;
}

export const lastHeard = ({ boot, atMs, atWallMs }: DetectorState): Instant => ({
  bootId: boot,
  monoMs: atMs,
  wallMs: atWallMs,
});

export const noEpisodes: readonly Episode[] = [];

/** Shared by all detectors without any; compare with `===`. */
export const noAlarms: Alarms = {
  episodes: noEpisodes,
  life: [],
  holds: [],
  hush: undefined,
  history: undefined,
};

/** The shared object when there are none. */
export const tidyAlarms = (alarms: Alarms): Alarms => (hasNone(alarms) ? noAlarms : alarms);

const hasNone = ({ episodes, life, holds, hush, history }: Alarms): boolean =>
  episodes.length === 0 &&
  life.length === 0 &&
  holds.length === 0 &&
  hush === undefined &&
  history === undefined;

export const withAlarms = (state: DetectorState, changed: Partial<Alarms>): DetectorState => ({
  ...state,
  alarms: tidyAlarms({ ...state.alarms, ...changed }),
});

/** True when nothing is worth saving: no dose, no dwell, no reported condition, no open episode. */
export const isQuiet = ({ memory, alarms }: DetectorState): boolean =>
  alarms.episodes.length === 0 &&
  alarms.life.length === 0 &&
  alarms.holds.length === 0 &&
  alarms.history === undefined &&
  isEmpty(memory);

export type DetectorCondition = "normal" | "alarm" | "fault" | "unknown" | "warming-up";

/**
 * What people are shown. Gas and CO first; a detector that is not heard is unknown whatever it
 * said before; only what is heard, ready and without a fault is normal.
 */
export const statusOf = (state: DetectorState): DetectorCondition => {
  const open = state.alarms.episodes;
  if (open.some((episode) => isDanger(episode.alarmClass) && !episode.test)) return "alarm";
  if (!state.heard || open.some((episode) => episode.alarmClass === "silence")) return "unknown";
  const faulty = open.some(
    (episode) => episode.alarmClass !== "test" && !isDanger(episode.alarmClass),
  );
  if (faulty) return "fault";
  const { warming, standing } = state.memory.notes;
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
