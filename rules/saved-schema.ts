import { Type, type Static } from "typebox";
import { sides } from "#domain/action.ts";
import { alarmClasses, ruleIds } from "#domain/alarm.ts";
import { combustibleGases } from "#domain/gas.ts";
import { monoMs } from "#domain/quantity.ts";
import { badQualities, conditions, faultCodes } from "#domain/reading.ts";
import { packQuiet } from "./baseline.ts";
import type { DetectorState } from "./state.ts";

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
  spells: Type.Array(
    Type.Object({ rule: Type.Enum(ruleIds), times: Type.Integer(), fromMs: time }),
  ),
  broken: Type.Array(Type.Object({ rule: text, reason: text })),
  silent: Type.Boolean(),
});
const held = Type.Object({
  by: Type.Enum(["shelved", "out-of-service", "suppressed", "shadow", "late"]),
  who: text,
  reason: text,
});
const episode = Type.Object({
  id: text,
  rule: Type.Enum(ruleIds),
  alarmClass: Type.Enum(alarmClasses),
  priority: Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3), Type.Literal(4)]),
  grade: Type.Number(),
  severe: Type.Boolean(),
  raisedAtMs: time,
  goneSinceMs: Type.Optional(time),
  times: Type.Integer(),
  spellFromMs: time,
  events: Type.Integer(),
  gas: Type.Optional(gas),
  level: Type.Optional(level),
  peak: Type.Optional(level),
  test: Type.Boolean(),
  held: Type.Optional(held),
  hushed: Type.Optional(Type.Literal(true)),
});
const holdRule = Type.Union([Type.Enum(ruleIds), Type.Literal("all")]);
const common = {
  detector: text,
  at: Type.Object({ bootId: text, monoMs: time, wallMs: Type.Number() }),
  heard: Type.Boolean(),
  wakeAtMs: Type.Optional(time),
  memory,
  episodes: Type.Array(episode),
  life: Type.Array(
    Type.Object({
      rule: Type.Enum(ruleIds),
      episode: text,
      alarmClass: Type.Enum(alarmClasses),
      acknowledgedBy: Type.Optional(text),
      signatures: Type.Optional(
        Type.Array(
          Type.Object({
            by: text,
            atMs: Type.Number(),
            side: Type.Enum(sides),
            command: Type.Optional(text),
          }),
        ),
      ),
      standing: Type.Boolean(),
    }),
  ),
  holds: Type.Array(
    Type.Object({
      kind: Type.Enum(["shelved", "suppressed", "out-of-service"]),
      rule: holdRule,
      by: text,
      reason: text,
      sinceMs: time,
      untilMs: Type.Optional(time),
    }),
  ),
  hush: Type.Optional(
    Type.Object({
      by: text,
      reason: text,
      untilMs: time,
      levels: Type.Optional(Type.Array(level)),
    }),
  ),
  clock: Type.Optional(
    Type.Object({
      lagMs: Type.Number(),
      lateLagMs: Type.Optional(Type.Number()),
      lateSinceMs: Type.Optional(time),
    }),
  ),
  // Since 2026-11; a state without it was saved before.
  quiet: Type.Optional(
    Type.Object({
      fromMs: time,
      gases: Type.Array(
        Type.Object({
          gas,
          lowest: Type.Optional(Type.Number()),
          before: Type.Array(Type.Number()),
        }),
      ),
    }),
  ),
};
const past = Type.Object(common);

/** One state as it stands in a file; a change of shape needs a new version and a way from the old. */
export const SavedStateSchema = Type.Object({
  version: Type.Literal(1),
  ...common,
  history: Type.Optional(Type.Object({ state: past, dueMs: Type.Optional(time) })),
});
type SavedState = Static<typeof SavedStateSchema>;

/** JSON drops what is `undefined`; puts the keys back, and lets the schema vouch for the brands. */
export const fill = (saved: SavedState): DetectorState => {
  const { history } = saved;
  const filled = {
    ...whole(saved),
    history: history && {
      state: { ...whole(history.state), history: undefined },
      dueMs: history.dueMs,
    },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return filled as unknown as DetectorState;
};

const whole = (saved: Static<typeof past>) => {
  const { co } = saved.memory;
  return {
    detector: saved.detector,
    at: saved.at,
    heard: saved.heard,
    wakeAtMs: saved.wakeAtMs,
    memory: {
      ...saved.memory,
      co: co && {
        ...co,
        preAlarm: co.preAlarm,
        overSetPointSinceMs: co.overSetPointSinceMs,
        belowClearSinceMs: co.belowClearSinceMs,
        alarm: co.alarm,
      },
      gases: saved.memory.gases.map((gas) =>
        Object.assign(gas, { low: wholeDwell(gas.low), high: wholeDwell(gas.high) }),
      ),
      badMessages: saved.memory.badMessages,
      watched: saved.memory.watched.map((one) =>
        Object.assign(one, { jumpedAtMs: one.jumpedAtMs }),
      ),
    },
    episodes: saved.episodes.map((one) =>
      Object.assign(one, {
        goneSinceMs: one.goneSinceMs,
        gas: one.gas,
        level: one.level,
        peak: one.peak,
        held: one.held,
      }),
    ),
    life: saved.life.map((one) => Object.assign(one, { acknowledgedBy: one.acknowledgedBy })),
    holds: saved.holds.map((one) => Object.assign(one, { untilMs: one.untilMs })),
    hush: saved.hush,
    clock: saved.clock && {
      lagMs: saved.clock.lagMs,
      lateLagMs: saved.clock.lateLagMs,
      lateSinceMs: saved.clock.lateSinceMs,
    },
    quiet:
      saved.quiet &&
      packQuiet({
        fromMs: monoMs(saved.quiet.fromMs),
        gases: saved.quiet.gases.map(({ gas: kind, lowest, before }) => ({
          gas: kind,
          lowest,
          before,
        })),
      }),
  };
};

const wholeDwell = (saved: Static<typeof dwell>) => ({
  sinceMs: saved.sinceMs,
  belowSinceMs: saved.belowSinceMs,
  alarm: saved.alarm,
});
