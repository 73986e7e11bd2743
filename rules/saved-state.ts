import { compileOnUse } from "#domain/compile-on-use.ts";
import { monoMs, type MonoMs } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { moveQuiet } from "./baseline.ts";
import { usualLagMs } from "./late.ts";
import type { Hold } from "./life.ts";
import { tidyMemory, type CoMemory, type Dwell, type Memory } from "./memory.ts";
import { fromSaved, toSaved } from "./saved-form.ts";
import { SavedStateSchema } from "./saved-schema.ts";
import { tidyAlarms, type Alarms, type DetectorState, type Episode } from "./state.ts";

/** The state as JSON: plain data, no loss. */
export const saveState = (state: DetectorState): string =>
  JSON.stringify({ version: 1, ...toSaved(state) });

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
  return ok(rebase(fromSaved(value), now));
};

/**
 * Carries a state over to another boot, whose monotonic clock began anew: durations are bridged by
 * the wall clock. That is an estimate. When the wall clock seems to have run backwards no time is
 * taken to have passed, and the dose is marked incomplete.
 *
 * Silence counts anew from `now`: that nobody listened is not the detector's silence.
 */
export const rebase = (state: DetectorState, now: Instant): DetectorState => {
  const listening = {
    ...state,
    boot: now.bootId,
    atMs: now.monoMs,
    atWallMs: now.wallMs,
    heard: false,
    wakeAtMs: now.monoMs,
  };
  if (state.boot === now.bootId) return listening;
  const passedMs = now.wallMs - state.atWallMs;
  const shift = now.monoMs - (state.atMs + Math.max(0, passedMs));
  const move = (time: MonoMs): MonoMs => monoMs(Math.min(now.monoMs, time + shift));
  return {
    ...listening,
    memory: tidyMemory(moveMemory(state.memory, move, passedMs < 0)),
    alarms: tidyAlarms(moveAlarms(state.alarms, move, shift, now)),
    lag: state.lag === undefined ? undefined : usualLagMs(state.lag),
    quiet: moveQuiet(state.quiet, move),
  };
};

const moveAlarms = (
  { episodes, life, holds, hush, history }: Alarms,
  move: Move,
  shift: number,
  now: Instant,
): Alarms => ({
  episodes: episodes.map((one) => moveEpisode(one, move)),
  life,
  // A hold that was to end in the meantime ends at once.
  holds: holds.map((hold) => moveHold(hold, move, shift, now)),
  hush: hush && { ...hush, untilMs: moveUntil(hush.untilMs, shift) },
  history: history && {
    state: rebase(history.state, now),
    dueMs: history.dueMs === undefined ? undefined : now.monoMs,
  },
});

/** A time to come may lie ahead of now, unlike one that has been. */
const moveUntil = (time: MonoMs, shift: number): MonoMs => monoMs(time + shift);

/** Never longer than it was given, though the clock ran back and it began after the last report. */
const moveHold = (hold: Hold, move: Move, shift: number, now: Instant): Hold => {
  const { sinceMs, untilMs } = hold;
  const latest = (until: MonoMs): number => now.monoMs + (until - sinceMs);
  return {
    ...hold,
    sinceMs: move(sinceMs),
    untilMs:
      untilMs === undefined
        ? undefined
        : monoMs(Math.min(moveUntil(untilMs, shift), latest(untilMs))),
  };
};

const moveEpisode = (episode: Episode, move: Move): Episode => ({
  ...episode,
  raisedAtMs: move(episode.raisedAtMs),
  ...(episode.owedSinceMs !== undefined && { owedSinceMs: move(episode.owedSinceMs) }),
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
  fillingFromMs: move(co.fillingFromMs),
  overSetPointSinceMs: moveMaybe(co.overSetPointSinceMs, move),
  belowClearSinceMs: moveMaybe(co.belowClearSinceMs, move),
});

const moveMemory = (memory: Memory, move: Move, unsure: boolean): Memory => {
  const since = <Part extends { readonly sinceMs: MonoMs }>(part: Part): Part => ({
    ...part,
    sinceMs: move(part.sinceMs),
  });
  const { notes } = memory;
  return {
    co: memory.co === undefined ? undefined : moveCo(memory.co, move, unsure),
    gases: memory.gases.map((gas) => ({
      ...gas,
      readAtMs: move(gas.readAtMs),
      low: moveDwell(gas.low, move),
      high: moveDwell(gas.high, move),
      recent: gas.recent.map(({ atMs, lel }) => ({ atMs: move(atMs), lel })),
    })),
    watched: memory.watched.map((one) => ({
      ...since(one),
      atMs: move(one.atMs),
      jumpedAtMs: moveMaybe(one.jumpedAtMs, move),
    })),
    notes: {
      ...notes,
      verdicts: notes.verdicts.map(since),
      standing: notes.standing.map(since),
      warming: notes.warming.map(since),
      badGases: notes.badGases.map(since),
      badMessages: notes.badMessages && since(notes.badMessages),
      spells: notes.spells.map(({ rule, times, fromMs }) => ({
        rule,
        times,
        fromMs: move(fromMs),
      })),
    },
  };
};

const check = compileOnUse(SavedStateSchema);

const refuse = (detail: string): Result<never, Bilingual> =>
  err({
    zh: `保存的探测器状态无法读取(${detail}),从空白状态重新开始。`,
    en: `A saved detector state cannot be read (${detail}); starting from an empty one.`,
  });
