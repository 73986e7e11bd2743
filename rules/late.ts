import type { AlarmEvent, Cause, RuleId } from "#domain/alarm.ts";
import type { Gas, Level } from "#domain/gas.ts";
import { epochMs, monoMs, type DurationMs, type MonoMs } from "#domain/quantity.ts";
import type { Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { giveUp } from "./episodes.ts";
import type { Judged } from "./judge.ts";
import { judgedLel } from "./lel.ts";
import { higherLevel, isSound } from "./level.ts";
import { dangerRules } from "./life.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import { emptyMemory, type CoMemory, type GasMemory, type Memory } from "./memory.ts";
import { noAlarms, withAlarms, type DetectorState } from "./state.ts";

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
 * How far a device's clock is behind ours, in ms. A device whose clock is simply wrong is always that
 * far behind: its readings are not late. Only what is later than its own usual lag is, and that is
 * remembered while it lasts.
 */
export type DeviceLag = number | LateLag;

export interface LateLag {
  /** The usual one. */
  readonly lagMs: number;
  /** Readings have been late by this much since; after a while that is the clock, not the data. */
  readonly lateLagMs: number;
  readonly lateSinceMs: MonoMs;
}

export const isLate = (lag: DeviceLag | undefined): lag is LateLag => typeof lag === "object";

/** What is usual with this device, ms. */
export const usualLagMs = (lag: DeviceLag): number => (isLate(lag) ? lag.lagMs : lag);

/** Late by the same amount for so long: the device's clock was set, and its readings are live. */
const relearnAfterMs = 300_000;
/** Two lags this close are the same. */
const sameLagMs = 30_000;
/** Differences this small are not worth learning. */
const jitterMs = 2_000;

export const tellTime = (
  { lag, atMs, atWallMs }: Pick<DetectorState, "lag" | "atMs" | "atWallMs">,
  report: Report,
  lateAfter: DurationMs,
): { readonly lag: DeviceLag | undefined; readonly late: boolean } => {
  if (report.deviceAtMs === undefined) return { lag, late: false };
  const now = report.receivedAt;
  const lagMs = now.wallMs - report.deviceAtMs;
  if (lag === undefined) return { lag: lagMs, late: false };
  // Our own clock was set meanwhile: all lags have changed, learn anew.
  const ownJumpMs = now.wallMs - atWallMs - (now.monoMs - atMs);
  if (Math.abs(ownJumpMs) > sameLagMs) return { lag: lagMs, late: false };
  const usualMs = usualLagMs(lag);
  if (lagMs - usualMs <= lateAfter) {
    const settled = !isLate(lag) && Math.abs(lagMs - usualMs) <= jitterMs;
    return { lag: settled ? lag : lagMs, late: false };
  }
  const same = isLate(lag) && Math.abs(lagMs - lag.lateLagMs) <= sameLagMs ? lag : undefined;
  const lateSinceMs = same?.lateSinceMs ?? now.monoMs;
  if (now.monoMs - lateSinceMs >= relearnAfterMs) return { lag: lagMs, late: false };
  return { lag: { lagMs: usualMs, lateLagMs: same?.lateLagMs ?? lagMs, lateSinceMs }, late: true };
};

/** The instant a late report was taken, on our monotonic clock: before now by as much as it is late. */
export const takenAt = (report: Report, lag: DeviceLag | undefined): Instant => {
  const now = report.receivedAt;
  const lateMs =
    report.deviceAtMs === undefined
      ? 0
      : Math.max(0, now.wallMs - report.deviceAtMs - usualLagMs(lag ?? 0));
  return {
    bootId: now.bootId,
    monoMs: monoMs(now.monoMs - lateMs),
    wallMs: epochMs(now.wallMs - lateMs),
  };
};

/** Where history begins: nothing known, at the time of its first reading. */
export const beginHistory = (live: DetectorState, taken: Instant): DetectorState => ({
  detector: live.detector,
  boot: taken.bootId,
  atMs: taken.monoMs,
  atWallMs: taken.wallMs,
  heard: true,
  wakeAtMs: undefined,
  memory: emptyMemory,
  alarms: noAlarms,
  lag: undefined,
  quiet: undefined,
});

/** History ends in a real gas or CO alarm. */
export const endsBadly = (history: DetectorState): boolean =>
  history.alarms.episodes.some((episode) => dangerRules.has(episode.rule) && !episode.test);

export const asHistory = (event: AlarmEvent): AlarmEvent => ({
  ...event,
  late: true,
  held: { by: "late", who: "history", reason: "judged as history" },
});

/**
 * The alarms that history ends with, ended: from here on the present judges, and nobody else would
 * ever tell the end of what history has begun. Whatever of it is still true is raised as of now.
 */
export const endHistory = (
  { detector, alarms: { history } }: DetectorState,
  at: Instant,
  limits: LimitSet,
): readonly AlarmEvent[] => {
  const open = history?.state.alarms.episodes ?? [];
  const cause = (): Cause => ({
    ruleSet: limits.id,
    source: limits.lateAfter.source,
    text: {
      zh: "补传的历史读数到此为止,以下由现时判断;若仍超限,会另报一次现时报警。",
      en: "The stored history ends here and the present decides; what still stands is raised as an alarm of now.",
    },
    inputs: {},
  });
  return open.map((one) => asHistory(giveUp(one, cause, { detector, at, limits })));
};

/**
 * What history knows of the gases of its alarms that a live word still shows: what built up in those
 * hours counts, or carbon monoxide would have to build up anew before anything sounds.
 */
export const stillShown = (
  { state }: History,
  { findings }: Report,
  { co, gas }: LimitSet,
): Memory => {
  const open = state.alarms.episodes.filter(({ rule, test }) => dangerRules.has(rule) && !test);
  const shown = new Set<Gas>();
  for (const finding of findings) {
    if (finding.kind !== "level" || !isSound(finding.level)) continue;
    const { level } = finding;
    const isThere =
      level.gas === "co"
        ? level.ppm >= co.clearBelow.value
        : judgedLel(level, gas.lelTable) >= gas.low.clearBelow.value;
    if (isThere && open.some((one) => one.gas === level.gas)) shown.add(level.gas);
  }
  const { memory } = state;
  return {
    ...emptyMemory,
    co: shown.has("co") ? memory.co : undefined,
    gases: memory.gases.filter(({ level }) => shown.has(level.gas)),
  };
};

/** Takes over what history knows and the present does not, and an alarm that came after what it knew. */
export const adopt = (live: Memory, history: Memory): Memory => ({
  ...live,
  co: history.co && isStale(live.co, history.co, hasCoAlarm) ? history.co : live.co,
  gases: live.gases
    .map((one) => {
      const past = history.gases.find(({ level }) => level.gas === one.level.gas);
      return past && isStale(one, past, hasGasAlarm) ? past : one;
    })
    .concat(without(history.gases, live.gases, (one) => one.level.gas)),
  notes: {
    ...live.notes,
    verdicts: merge(live.notes.verdicts, history.notes.verdicts, (one) => one.gas),
    overRange: merge(live.notes.overRange, history.notes.overRange, (one) => one.gas),
  },
});

/** From before the alarm of history; what has built up here is given up for nothing less. */
const isStale = <One extends { readonly readAtMs: MonoMs }>(
  live: One | undefined,
  history: One,
  hasAlarm: (one: One) => boolean,
): boolean =>
  live === undefined || (history.readAtMs >= live.readAtMs && hasAlarm(history) && !hasAlarm(live));

const hasCoAlarm = ({ alarm }: CoMemory): boolean => alarm !== undefined;
const hasGasAlarm = ({ low, high }: GasMemory): boolean => low.alarm || high.alarm;

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
    const past = history.alarms.episodes.find(({ rule }) => rule === one.rule);
    return past?.peak === undefined ? one : { ...one, peak: higherLevel(one.peak, past.peak) };
  };
  return {
    ...judged,
    state: withAlarms(judged.state, {
      episodes: judged.state.alarms.episodes.map((one) =>
        raised.has(one.id) ? withPeak(one) : one,
      ),
    }),
    events: judged.events.map((one) => (raised.has(one.episode) ? withPeak(one) : one)),
  };
};

const merge = <Part>(
  live: readonly Part[],
  history: readonly Part[],
  key: (part: Part) => string,
): readonly Part[] => live.concat(without(history, live, key));

const without = <Part>(
  parts: readonly Part[],
  others: readonly Part[],
  key: (part: Part) => string,
): readonly Part[] => {
  const known = new Set(others.map(key));
  return parts.filter((part) => !known.has(key(part)));
};
