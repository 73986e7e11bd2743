import { Type, type Static } from "typebox";
import { sides } from "#domain/action.ts";
import { alarmClasses, ruleIds } from "#domain/alarm.ts";
import { combustibleGases } from "#domain/gas.ts";
import { badQualities, conditions, faultCodes } from "#domain/reading.ts";

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
  owedSinceMs: Type.Optional(time),
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
export type SavedState = Static<typeof SavedStateSchema>;
/** A state inside another: what late readings tell of, which has no history of its own. */
export type SavedPast = Static<typeof past>;
