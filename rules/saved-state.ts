import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { alarmClasses, ruleIds } from "#domain/alarm.ts";
import { combustibleGases } from "#domain/gas.ts";
import { monoMs, type MonoMs } from "#domain/quantity.ts";
import { badQualities, conditions, faultCodes } from "#domain/reading.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import type { CoMemory, Dwell, Memory } from "./memory.ts";
import type { DetectorState } from "./state.ts";

/** The state as JSON: plain data, no loss. */
export const saveState = (state: DetectorState): string =>
  JSON.stringify({ version: 1, ...state } satisfies { version: 1 } & DetectorState);

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
  if (!compiled.Check(value)) {
    const [first] = compiled.Errors(value);
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
    episodes: state.episodes.map((one) => ({ ...one, raisedAtMs: move(one.raisedAtMs) })),
  };
};

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
  };
};

const refuse = (detail: string): Result<never, Bilingual> =>
  err({
    zh: `保存的探测器状态无法读取(${detail}),从空白状态重新开始。`,
    en: `A saved detector state cannot be read (${detail}); starting from an empty one.`,
  });

const text = Type.String();
const time = Type.Number();
const gas = Type.Enum(["co", ...combustibleGases]);
const level = Type.Union([
  Type.Object({ gas: Type.Literal("co"), ppm: Type.Number() }),
  Type.Object({
    gas: Type.Enum(combustibleGases),
    lel: Type.Number(),
    lelPercentVolume: Type.Number(),
  }),
]);
const clause = Type.Object({
  standard: text,
  clause: text,
  confidence: Type.Enum(["h", "m", "l"]),
});
const grade = Type.Union([Type.Literal(1), Type.Literal(2)]);
const dwell = Type.Object({
  sinceMs: Type.Optional(time),
  belowSinceMs: Type.Optional(time),
  alarm: Type.Boolean(),
});
const co = Type.Object({
  ppm: Type.Number(),
  readAtMs: time,
  doneToMs: time,
  built: Type.Number({ minimum: 0, maximum: 1 }),
  cohb: Type.Number({ minimum: 0, maximum: 100 }),
  incomplete: Type.Boolean(),
  exposure: Type.Object({
    bins: Type.Array(Type.Number()),
    fillingFromMs: time,
    filling: Type.Number(),
  }),
  preAlarm: Type.Optional(Type.Object({ ppm: Type.Number(), over: Type.Number(), source: clause })),
  overSetPointSinceMs: Type.Optional(time),
  belowClearSinceMs: Type.Optional(time),
  alarm: Type.Optional(Type.Object({ by: Type.Enum(["bands", "dose", "set-point"]), grade })),
});
const memory = Type.Object({
  co: Type.Optional(co),
  gases: Type.Array(
    Type.Object({
      level,
      readAtMs: time,
      low: dwell,
      high: dwell,
      recent: Type.Array(Type.Object({ atMs: time, lel: Type.Number() })),
      rising: Type.Boolean(),
    }),
  ),
  verdicts: Type.Array(Type.Object({ gas, grade, test: Type.Boolean(), sinceMs: time })),
  overRange: Type.Array(level),
  standing: Type.Array(Type.Object({ condition: Type.Enum(conditions), sinceMs: time })),
  warming: Type.Array(Type.Object({ gas, sinceMs: time })),
  badGases: Type.Array(
    Type.Object({
      gas,
      quality: Type.Enum(badQualities),
      raw: text,
      sinceMs: time,
      alarm: Type.Boolean(),
    }),
  ),
  badMessages: Type.Optional(
    Type.Object({
      fault: Type.Object({
        code: Type.Enum(faultCodes),
        at: text,
        text: Type.Object({ zh: text, en: text }),
      }),
      sinceMs: time,
      count: Type.Integer(),
      alarm: Type.Boolean(),
    }),
  ),
  watched: Type.Array(
    Type.Object({
      gas,
      value: Type.Number(),
      sinceMs: time,
      atMs: time,
      stuck: Type.Boolean(),
      jumps: Type.Integer(),
      jumpedAtMs: Type.Optional(time),
    }),
  ),
  broken: Type.Array(Type.Object({ rule: text, reason: text })),
  silent: Type.Boolean(),
});
const SavedStateSchema = Type.Object({
  version: Type.Literal(1),
  detector: text,
  at: Type.Object({ bootId: text, monoMs: time, wallMs: Type.Number() }),
  heard: Type.Boolean(),
  wakeAtMs: Type.Optional(time),
  memory,
  episodes: Type.Array(
    Type.Object({
      id: text,
      rule: Type.Enum(ruleIds),
      alarmClass: Type.Enum(alarmClasses),
      priority: Type.Union([1, 2, 3, 4].map((one) => Type.Literal(one))),
      grade: Type.Number(),
      raisedAtMs: time,
      events: Type.Integer(),
      gas: Type.Optional(gas),
      level: Type.Optional(level),
      peak: Type.Optional(level),
      test: Type.Boolean(),
    }),
  ),
});
const compiled = Compile(SavedStateSchema);

/** JSON drops what is `undefined`; put the keys back, and let the schema vouch for the brands. */
const fill = (saved: Static<typeof SavedStateSchema>): DetectorState => {
  const { version: _, ...state } = saved;
  const { memory } = saved;
  const filled = {
    ...state,
    wakeAtMs: saved.wakeAtMs,
    memory: {
      ...memory,
      co:
        memory.co === undefined
          ? undefined
          : {
              ...memory.co,
              preAlarm: memory.co.preAlarm,
              overSetPointSinceMs: memory.co.overSetPointSinceMs,
              belowClearSinceMs: memory.co.belowClearSinceMs,
              alarm: memory.co.alarm,
            },
      gases: memory.gases.map((gas) => ({ ...gas, low: whole(gas.low), high: whole(gas.high) })),
      watched: memory.watched.map((one) => ({ ...one, jumpedAtMs: one.jumpedAtMs })),
      badMessages: memory.badMessages,
    },
    episodes: saved.episodes.map((one) => ({
      ...one,
      gas: one.gas,
      level: one.level,
      peak: one.peak,
    })),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return filled as unknown as DetectorState;
};

const whole = (saved: Static<typeof dwell>) => ({
  sinceMs: saved.sinceMs,
  belowSinceMs: saved.belowSinceMs,
  alarm: saved.alarm,
});
