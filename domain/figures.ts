/**
 * Figures 指标 of a period as the center's HTTP API shows them: one schema for server, page and
 * OpenAPI. `docs/figures.md` says what each of them means.
 *
 * Where nothing was counted a figure is `null` ("no data"), never 0, and every share has its `n`.
 */
import { Type, type Static } from "typebox";
import type { Clause } from "./alarm.ts";
import { caseSources, type Conclusion } from "./case.ts";
import { PrioritySchema } from "./wire-shapes.ts";

interface Limit {
  readonly value: number;
  readonly source: Clause;
}

/** What figures are measured against. */
export const figureLimits = {
  /** Longest time from display to signature that counts as in time, for P1. */
  signInTimeMs: {
    value: 60_000,
    source: {
      standard: "EN 50518:2019, UK TSA code",
      clause: "98.5 % within 60 s",
      confidence: "m",
    },
  },
  /** Load is counted in intervals of this length, from midnight. */
  loadIntervalMs: {
    value: 600_000,
    source: { standard: "ISA-18.2, EEMUA 191", clause: "alarms per 10 min", confidence: "m" },
  },
  /** An interval with more alarms than this is a flood. */
  floodAlarms: {
    value: 10,
    source: { standard: "ISA-18.2, EEMUA 191", clause: "> 10 alarms in 10 min", confidence: "m" },
  },
  /** Average alarms per interval that one seat can answer to all day long. */
  steadyAlarms: {
    value: 1,
    source: { standard: "EEMUA 191", clause: "steady load 1 in 10 min", confidence: "m" },
  },
  /** An alarm that stands longer is a standing one. */
  standingMs: {
    value: 86_400_000,
    source: { standard: "ISA-18.2", clause: "stale alarms, > 24 h", confidence: "m" },
  },
  /** So many episodes of one kind at one detector … */
  flappingEpisodes: {
    value: 3,
    source: { standard: "Canary", clause: "flapping", confidence: "h" },
  },
  /** … begin within this time: it flaps. */
  flappingMs: {
    value: 600_000,
    source: { standard: "Canary", clause: "flapping", confidence: "h" },
  },
} as const satisfies Readonly<Record<string, Limit>>;

/**
 * What a conclusion says of the alarm. `unknown` stays apart, so that nobody gains by not looking;
 * `other` is neither: somebody unplugged the device, or tested it without saying so.
 * Source: `people.md` §5, §6.3; a source outside the building (C11) is real gas.
 */
export const verdicts = ["true", "false", "other", "unknown"] as const;
export type Verdict = (typeof verdicts)[number];
export const verdictOf = {
  C1: "true",
  C2: "true",
  C3: "false",
  C4: "false",
  C5: "false",
  C6: "false",
  C7: "false",
  C8: "false",
  C9: "other",
  C10: "other",
  C11: "true",
  C12: "unknown",
} as const satisfies Readonly<Record<Conclusion, Verdict>>;

const count = Type.Integer({ minimum: 0 });
const orNoData = <Schema extends Type.TSchema>(schema: Schema) =>
  Type.Union([schema, Type.Null()], { description: "null: no data" });
const share = orNoData(Type.Number({ minimum: 0, maximum: 1 }));
const durationMs = orNoData(Type.Integer({ minimum: 0 }));

/** How long something took. Percentiles by nearest rank: each is a time that really occurred. */
export const SpreadSchema = Type.Object({
  n: count,
  p50Ms: durationMs,
  p90Ms: durationMs,
  maxMs: durationMs,
});
export type Spread = Static<typeof SpreadSchema>;

/** Response of people, in one slice. */
export const ResponseSchema = Type.Object({
  cases: Type.Integer({ description: "created in the period; merged and void ones left out" }),
  open: Type.Integer({ description: "of these, not closed at the time of asking" }),
  voided: Type.Integer({ description: "void cases, counted nowhere else" }),
  sign: Type.Intersect([
    SpreadSchema,
    Type.Object({
      unsigned: Type.Integer({ description: "alarms and reports still unsigned" }),
      estimated: Type.Integer({
        description: "of n: signed at a gateway whose clock is not known to be right",
      }),
    }),
  ]),
  signInTime: Type.Object(
    {
      n: Type.Integer({ description: "P1 that are signed, or unsigned for longer than the limit" }),
      inTime: count,
      pending: Type.Integer({ description: "P1 still within the limit, in no share" }),
      share,
    },
    { description: "P1 signed within 60 s of display" },
  ),
  dispatch: SpreadSchema,
  arrive: SpreadSchema,
  handle: SpreadSchema,
  close: SpreadSchema,
  conclusions: Type.Object(
    {
      n: Type.Integer({ description: "handled cases with a conclusion" }),
      byCode: Type.Record(Type.String(), Type.Integer()),
      true: Type.Object({ count, share }),
      false: Type.Object({ count, share }),
      other: Type.Object({ count, share }),
      unknown: Type.Object({ count, share }),
    },
    { description: "real and false alarms; the four shares add up to 1" },
  ),
  recurrence: Type.Object(
    { n: Type.Integer({ description: "cases begun by an alarm" }), recurring: count, share },
    { description: "same home and kind again within 7 days of a close" },
  ),
});
export type Response = Static<typeof ResponseSchema>;

const DeskLoadSchema = Type.Object({
  desk: Type.String({ description: "path of the community whose desk it is" }),
  alarms: Type.Integer({ description: "that rang, or asked for a signature" }),
  intervals: Type.Integer({ description: "of 10 minutes, that have begun" }),
  averagePerInterval: orNoData(Type.Number()),
  peakPerInterval: orNoData(Type.Integer()),
  floodIntervals: Type.Integer({ description: "with more than 10 alarms" }),
  floodShare: share,
});
export type DeskLoad = Static<typeof DeskLoadSchema>;

const deviceFields = {
  gateway: Type.String(),
  detector: Type.String(),
  place: Type.String({ description: "address as people say it" }),
};
const NoisySchema = Type.Object({ ...deviceFields, alarms: count, share });
const FlappingSchema = Type.Object({
  ...deviceFields,
  alarmClass: Type.String(),
  most: Type.Integer({ description: "episodes that began within one 10 minutes" }),
});
const StandingSchema = Type.Object({
  ...deviceFields,
  episode: Type.String(),
  alarmClass: Type.String(),
  sinceMs: Type.Number({ description: "epoch ms" }),
  untilMs: orNoData(Type.Number({ description: "epoch ms; null: it still stands" })),
});
export type Noisy = Static<typeof NoisySchema>;
export type Flapping = Static<typeof FlappingSchema>;
export type Standing = Static<typeof StandingSchema>;

export const FiguresSchema = Type.Object({
  from: Type.String({ description: "first day, on Chengdu's clock" }),
  to: Type.String({ description: "last day, it counts too" }),
  area: Type.Optional(Type.String({ description: "as asked for" })),
  asOfMs: Type.Number({ description: "how far the figures reach, epoch ms" }),
  total: ResponseSchema,
  byDay: Type.Array(Type.Object({ day: Type.String(), response: ResponseSchema })),
  byArea: Type.Array(
    Type.Object({
      area: Type.String({ description: "path; a case counts for every area around it" }),
      response: ResponseSchema,
    }),
  ),
  byPriority: Type.Array(Type.Object({ priority: PrioritySchema, response: ResponseSchema })),
  bySource: Type.Array(Type.Object({ source: Type.Enum(caseSources), response: ResponseSchema })),
  load: Type.Array(DeskLoadSchema),
  noisiest: Type.Object({
    n: Type.Integer({ description: "alarms of all detectors" }),
    share: share,
    detectors: Type.Array(NoisySchema, { description: "the ten noisiest" }),
  }),
  standing: Type.Object({
    count,
    alarms: Type.Array(StandingSchema, { description: "the 100 longest" }),
  }),
  flapping: Type.Object({
    count,
    alarms: Type.Array(FlappingSchema, { description: "the 100 worst" }),
  }),
  drills: Type.Object(
    {
      cases: Type.Integer(),
      sign: SpreadSchema,
      dispatch: SpreadSchema,
      arrive: SpreadSchema,
      handle: SpreadSchema,
      close: SpreadSchema,
    },
    { description: "drills only; they are in no other figure" },
  ),
});
export type Figures = Static<typeof FiguresSchema>;
