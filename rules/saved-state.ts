import { compileOnUse } from "#domain/compile-on-use.ts";
import { monoMs, type MonoMs } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { moveQuiet, unpackQuiet } from "./baseline.ts";
import type { Hold } from "./life.ts";
import type { CoMemory, Dwell, Memory } from "./memory.ts";
import { fill, SavedStateSchema } from "./saved-schema.ts";
import type { DetectorState, Episode } from "./state.ts";

/** The state as JSON: plain data, no loss. */
export const saveState = (state: DetectorState): string =>
  JSON.stringify({ version: 1, ...state, quiet: state.quiet && unpackQuiet(state.quiet) });

/**
 * Reads a state saved earlier, perhaps in another boot of the machine: dwell times, dose, open
 * episodes and reported states go on, see {@link rebase}. Fails with a sentence for the technician
 * when the text is none of ours; the caller then starts from `initialState` and says so.
 */
export const reviveState = (json: string, now: Instant): Result<DetectorState, Bilingual> => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return refuse(String(error));
  }
  if (!check().Check(value)) {
    const [first] = check().Errors(value);
    return refuse(`${first?.instancePath ?? "/"} ${first?.message ?? ""}`);
  }
  return ok(rebase(fill(value), now));
};

/**
 * Carries a state over to another boot, whose monotonic clock began anew: durations are bridged by
 * the wall clock. That is an estimate. When the wall clock seems to have run backwards no time is
 * taken to have passed, and the dose is marked incomplete.
 *
 * Silence counts anew from `now`: that nobody listened is not the detector's silence.
 */
export const rebase = (state: DetectorState, now: Instant): DetectorState => {
  if (state.at.bootId === now.bootId) {
    return { ...state, at: now, heard: false, wakeAtMs: now.monoMs };
  }
  const passedMs = now.wallMs - state.at.wallMs;
  const shift = now.monoMs - (state.at.monoMs + Math.max(0, passedMs));
  const move = (time: MonoMs): MonoMs => monoMs(Math.min(now.monoMs, time + shift));
  return {
    ...state,
    at: now,
    heard: false,
    wakeAtMs: now.monoMs,
    memory: moveMemory(state.memory, move, passedMs < 0),
    episodes: state.episodes.map((one) => moveEpisode(one, move)),
    // A hold that was to end in the meantime ends at once.
    holds: state.holds.map((hold) => moveHold(hold, move, shift)),
    quiet: moveQuiet(state.quiet, move),
    hush: state.hush && { ...state.hush, untilMs: moveUntil(state.hush.untilMs, shift) },
    clock: state.clock && { ...state.clock, lateLagMs: undefined, lateSinceMs: undefined },
    history: state.history && {
      state: rebase(state.history.state, now),
      dueMs: state.history.dueMs === undefined ? undefined : now.monoMs,
    },
  };
};

/** A time to come may lie ahead of now, unlike one that has been. */
const moveUntil = (time: MonoMs, shift: number): MonoMs => monoMs(time + shift);

const moveHold = (hold: Hold, move: Move, shift: number): Hold => ({
  ...hold,
  sinceMs: move(hold.sinceMs),
  untilMs: hold.untilMs === undefined ? undefined : moveUntil(hold.untilMs, shift),
});

const moveEpisode = (episode: Episode, move: Move): Episode => ({
  ...episode,
  raisedAtMs: move(episode.raisedAtMs),
  goneSinceMs: moveMaybe(episode.goneSinceMs, move),
  spellFromMs: move(episode.spellFromMs),
});

type Move = (time: MonoMs) => MonoMs;

const moveMaybe = (time: MonoMs | undefined, move: Move): MonoMs | undefined =>
  time === undefined ? undefined : move(time);

const moveDwell = (dwell: Dwell, move: Move): Dwell => ({
  ...dwell,
  sinceMs: moveMaybe(dwell.sinceMs, move),
  belowSinceMs: moveMaybe(dwell.belowSinceMs, move),
});

const moveCo = (co: CoMemory, move: Move, unsure: boolean): CoMemory => ({
  ...co,
  readAtMs: move(co.readAtMs),
  doneToMs: move(co.doneToMs),
  incomplete: co.incomplete || unsure,
  exposure: { ...co.exposure, fillingFromMs: move(co.exposure.fillingFromMs) },
  overSetPointSinceMs: moveMaybe(co.overSetPointSinceMs, move),
  belowClearSinceMs: moveMaybe(co.belowClearSinceMs, move),
});

const moveMemory = (memory: Memory, move: Move, unsure: boolean): Memory => {
  const since = <Part extends { readonly sinceMs: MonoMs }>(part: Part): Part => ({
    ...part,
    sinceMs: move(part.sinceMs),
  });
  return {
    ...memory,
    co: memory.co === undefined ? undefined : moveCo(memory.co, move, unsure),
    gases: memory.gases.map((gas) => ({
      ...gas,
      readAtMs: move(gas.readAtMs),
      low: moveDwell(gas.low, move),
      high: moveDwell(gas.high, move),
      recent: gas.recent.map(({ atMs, lel }) => ({ atMs: move(atMs), lel })),
    })),
    verdicts: memory.verdicts.map(since),
    standing: memory.standing.map(since),
    warming: memory.warming.map(since),
    badGases: memory.badGases.map(since),
    watched: memory.watched.map((one) => ({
      ...since(one),
      atMs: move(one.atMs),
      jumpedAtMs: moveMaybe(one.jumpedAtMs, move),
    })),
    badMessages: memory.badMessages === undefined ? undefined : since(memory.badMessages),
    spells: memory.spells.map(({ rule, times, fromMs }) => ({ rule, times, fromMs: move(fromMs) })),
  };
};

const check = compileOnUse(SavedStateSchema);

const refuse = (detail: string): Result<never, Bilingual> =>
  err({
    zh: `保存的探测器状态无法读取(${detail}),从空白状态重新开始。`,
    en: `A saved detector state cannot be read (${detail}); starting from an empty one.`,
  });
