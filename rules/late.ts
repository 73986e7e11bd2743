import type { AlarmEvent, RuleId } from "#domain/alarm.ts";
import type { Level } from "#domain/gas.ts";
import { epochMs, monoMs, type DurationMs, type MonoMs } from "#domain/quantity.ts";
import type { Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import type { Judged } from "./judge.ts";
import { higherLevel } from "./level.ts";
import { dangerRules } from "./life.ts";
import { emptyMemory, type Memory } from "./memory.ts";
import { noEpisodes, noHolds, noLife, type DetectorState } from "./state.ts";

/**
 * Readings that come long after they were taken, such as a detector's own store after an outage,
 * are judged as history: by a second judgement of the same rules that lives in the device's time.
 * Its events are marked late and ring nobody. When history ends in an alarm and nothing newer has
 * come for some seconds, the alarm is still true as far as anyone knows, and it is raised.
 */
export interface History {
  readonly state: DetectorState;
  /** When an alarm that history ends with is raised; `undefined` while it ends well. */
  readonly dueMs: MonoMs | undefined;
}

/**
 * How far a device's clock is behind ours. A device whose clock is simply wrong is always that far
 * behind: its readings are not late. Only what is later than its own usual lag is.
 */
export interface DeviceClock {
  readonly lagMs: number;
  /** Readings have been late by the same amount since; after a while that is the clock, not the data. */
  readonly lateLagMs: number | undefined;
  readonly lateSinceMs: MonoMs | undefined;
}

/** Late by the same amount for so long: the device's clock was set, and its readings are live. */
const relearnAfterMs = 300_000;
/** Two lags this close are the same. */
const sameLagMs = 30_000;
/** Differences this small are not worth a new object. */
const jitterMs = 2_000;

export const tellTime = (
  clock: DeviceClock | undefined,
  last: Instant,
  report: Report,
  lateAfter: DurationMs,
): { readonly clock: DeviceClock | undefined; readonly late: boolean } => {
  if (report.deviceAtMs === undefined) return { clock, late: false };
  const now = report.receivedAt;
  const lagMs = now.wallMs - report.deviceAtMs;
  const learnt: DeviceClock = { lagMs, lateLagMs: undefined, lateSinceMs: undefined };
  if (clock === undefined) return { clock: learnt, late: false };
  // Our own clock was set meanwhile: all lags have changed, learn anew.
  const ownJumpMs = now.wallMs - last.wallMs - (now.monoMs - last.monoMs);
  if (Math.abs(ownJumpMs) > sameLagMs) return { clock: learnt, late: false };
  if (lagMs - clock.lagMs <= lateAfter) {
    const settled = clock.lateSinceMs === undefined && Math.abs(lagMs - clock.lagMs) <= jitterMs;
    return { clock: settled ? clock : learnt, late: false };
  }
  const same = clock.lateLagMs !== undefined && Math.abs(lagMs - clock.lateLagMs) <= sameLagMs;
  const since = same && clock.lateSinceMs !== undefined ? clock.lateSinceMs : now.monoMs;
  if (now.monoMs - since >= relearnAfterMs) return { clock: learnt, late: false };
  const lateLagMs = same ? clock.lateLagMs : lagMs;
  return { clock: { lagMs: clock.lagMs, lateLagMs, lateSinceMs: since }, late: true };
};

/** The instant a late report was taken, on our monotonic clock: before now by as much as it is late. */
export const takenAt = (report: Report, clock: DeviceClock | undefined): Instant => {
  const now = report.receivedAt;
  const lateMs =
    report.deviceAtMs === undefined
      ? 0
      : Math.max(0, now.wallMs - report.deviceAtMs - (clock?.lagMs ?? 0));
  return {
    bootId: now.bootId,
    monoMs: monoMs(now.monoMs - lateMs),
    wallMs: epochMs(now.wallMs - lateMs),
  };
};

/** Where history begins: nothing known, at the time of its first reading. */
export const beginHistory = (live: DetectorState, taken: Instant): DetectorState => ({
  detector: live.detector,
  at: taken,
  heard: true,
  wakeAtMs: undefined,
  memory: emptyMemory,
  episodes: noEpisodes,
  life: noLife,
  holds: noHolds,
  hush: undefined,
  clock: undefined,
  history: undefined,
  quiet: undefined,
});

/** History ends in a real gas or CO alarm. */
export const endsBadly = (history: DetectorState): boolean =>
  history.episodes.some((episode) => dangerRules.has(episode.rule) && !episode.test);

export const asHistory = (event: AlarmEvent): AlarmEvent => ({
  ...event,
  late: true,
  held: { by: "late", who: "history", reason: "judged as history" },
});

/** Takes over what history knows and the present does not. */
export const adopt = (live: Memory, history: Memory): Memory => ({
  ...live,
  co: live.co ?? history.co,
  gases: merge(live.gases, history.gases, (one) => one.level.gas),
  verdicts: merge(live.verdicts, history.verdicts, (one) => one.gas),
  overRange: merge(live.overRange, history.overRange, (one) => one.gas),
});

/**
 * An alarm that history is raised with carries the highest level of that stretch, which may lie hours
 * before its last one; so does its episode, for the events to come.
 */
export const recallPeaks = (judged: Judged, history: DetectorState): Judged => {
  const raised = new Set(
    judged.events.flatMap(({ kind, episode }) => (kind === "raised" ? [episode] : [])),
  );
  if (raised.size === 0) return judged;
  const withPeak = <One extends { readonly rule: RuleId; readonly peak?: Level | undefined }>(
    one: One,
  ): One => {
    const past = history.episodes.find(({ rule }) => rule === one.rule);
    return past?.peak === undefined ? one : { ...one, peak: higherLevel(one.peak, past.peak) };
  };
  return {
    ...judged,
    state: {
      ...judged.state,
      episodes: judged.state.episodes.map((one) => (raised.has(one.id) ? withPeak(one) : one)),
    },
    events: judged.events.map((one) => (raised.has(one.episode) ? withPeak(one) : one)),
  };
};

const merge = <Part>(
  live: readonly Part[],
  history: readonly Part[],
  key: (part: Part) => string,
): readonly Part[] => {
  const known = new Set(live.map(key));
  return live.concat(history.filter((part) => !known.has(key(part))));
};
