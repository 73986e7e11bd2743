/**
 * A state as it stands in a file, and back. The file is read by other versions: its form stays, while
 * the state in memory is laid out for judging, and for being small.
 */
import { monoMs } from "#domain/quantity.ts";
import { packQuiet, unpackQuiet } from "./baseline.ts";
import { isLate, type History } from "./late.ts";
import { tidyMemory, type CoMemory, type Memory } from "./memory.ts";
import type { SavedPast, SavedState } from "./saved-schema.ts";
import { lastHeard, tidyAlarms, type DetectorState } from "./state.ts";

/** Plain data for JSON, which drops what is `undefined`. */
export const toSaved = (state: DetectorState) => ({
  ...withoutHistory(state),
  history: state.alarms.history && {
    state: withoutHistory(state.alarms.history.state),
    dueMs: state.alarms.history.dueMs,
  },
  quiet: state.quiet && unpackQuiet(state.quiet),
});

const withoutHistory = (state: DetectorState) => {
  const { detector, heard, wakeAtMs, memory, lag } = state;
  const { episodes, life, holds, hush } = state.alarms;
  const at = lastHeard(state);
  const clock = lag === undefined || isLate(lag) ? lag : { lagMs: lag };
  return {
    detector,
    at,
    heard,
    wakeAtMs,
    memory: ofMemory(memory),
    episodes,
    life,
    holds,
    hush,
    clock,
  };
};

const ofMemory = ({ co, gases, watched, notes }: Memory) => {
  const { verdicts, overRange, standing, warming, badGases, badMessages, ...others } = notes;
  const said = { verdicts, overRange, standing, warming, badGases, badMessages };
  return { co: co && ofCo(co), gases, ...said, watched, ...others };
};

const ofCo = ({ bins, fillingFromMs, filling, ...co }: CoMemory) => {
  const { preAlarm, overSetPointSinceMs, belowClearSinceMs, alarm, ...dose } = co;
  const exposure = { bins, fillingFromMs, filling };
  return { ...dose, exposure, preAlarm, overSetPointSinceMs, belowClearSinceMs, alarm };
};

/** Puts back the keys that JSON has dropped, and lets the schema vouch for the brands. */
export const fromSaved = (saved: SavedState): DetectorState => {
  const { history } = saved;
  const dueMs = history?.dueMs === undefined ? undefined : monoMs(history.dueMs);
  return whole(saved, history && { state: whole(history.state, undefined), dueMs });
};

const whole = (saved: SavedPast, history: History | undefined): DetectorState => {
  const { at, episodes, life, holds, hush } = saved;
  const filled = {
    detector: saved.detector,
    boot: at.bootId,
    atMs: at.monoMs,
    atWallMs: at.wallMs,
    heard: saved.heard,
    wakeAtMs: saved.wakeAtMs,
    memory: wholeMemory(saved.memory),
    alarms: {
      episodes: episodes.map((one) =>
        Object.assign(one, {
          goneSinceMs: one.goneSinceMs,
          gas: one.gas,
          level: one.level,
          peak: one.peak,
          held: one.held,
        }),
      ),
      life: life.map((one) => Object.assign(one, { acknowledgedBy: one.acknowledgedBy })),
      holds: holds.map((one) => Object.assign(one, { untilMs: one.untilMs })),
      hush,
      history,
    },
    lag: lagOf(saved.clock),
    quiet: saved.quiet && quietOf(saved.quiet),
  };
  // The schema has checked the values; only their brands (ids, units) and absent fields are new here.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const state = filled as unknown as DetectorState;
  return { ...state, memory: tidyMemory(state.memory), alarms: tidyAlarms(state.alarms) };
};

const wholeMemory = ({ co, gases, watched, ...notes }: SavedPast["memory"]) => ({
  co: co && wholeCo(co),
  gases: gases.map((gas) =>
    Object.assign(gas, { low: wholeDwell(gas.low), high: wholeDwell(gas.high) }),
  ),
  watched: watched.map((one) => Object.assign(one, { jumpedAtMs: one.jumpedAtMs })),
  notes: { ...notes, badMessages: notes.badMessages },
});

const wholeCo = ({ exposure, ...co }: NonNullable<SavedPast["memory"]["co"]>) => ({
  ...co,
  ...exposure,
  preAlarm: co.preAlarm,
  overSetPointSinceMs: co.overSetPointSinceMs,
  belowClearSinceMs: co.belowClearSinceMs,
  alarm: co.alarm,
});

const wholeDwell = (saved: SavedPast["memory"]["gases"][number]["low"]) => ({
  sinceMs: saved.sinceMs,
  belowSinceMs: saved.belowSinceMs,
  alarm: saved.alarm,
});

const lagOf = (clock: SavedPast["clock"]) => {
  if (clock === undefined) return undefined;
  const { lagMs, lateLagMs, lateSinceMs } = clock;
  if (lateLagMs === undefined || lateSinceMs === undefined) return lagMs;
  return { lagMs, lateLagMs, lateSinceMs };
};

const quietOf = ({ fromMs, gases }: NonNullable<SavedPast["quiet"]>) =>
  packQuiet({
    fromMs: monoMs(fromMs),
    gases: gases.map(({ gas, lowest, before }) => ({ gas, lowest, before })),
  });
