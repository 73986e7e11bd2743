/** What the bench asks of the load generator, a process of its own, and what that answers. */
import { Type, type Static } from "typebox";

/** How people come to know of an alarm: the center's stream, or the bare center's own word. */
const CommitsSchema = Type.Union([
  Type.Object({ kind: Type.Literal("sse"), url: Type.String(), password: Type.String() }),
  Type.Object({ kind: Type.Literal("mqtt"), topic: Type.String() }),
]);

const PhaseSchema = Type.Union([
  /** Readings as fast as they are taken in. `alarmEvery` 0: all harmless; else every so many, one. */
  Type.Object({
    kind: Type.Literal("flood"),
    warmUpMs: Type.Number(),
    measureMs: Type.Number(),
    window: Type.Integer({ description: "unacknowledged messages per connection" }),
    alarmEvery: Type.Integer(),
  }),
  /** Harmless readings at a steady rate, and on top of it alarms whose way is timed. */
  Type.Object({
    kind: Type.Literal("paced"),
    warmUpMs: Type.Number(),
    measureMs: Type.Number(),
    readingsPerSecond: Type.Number(),
    alarmsPerSecond: Type.Number(),
  }),
  /** Every connection sends a harmless reading each `everyMs`; then the memory of the pids is read. */
  Type.Object({
    kind: Type.Literal("settle"),
    durationMs: Type.Number(),
    everyMs: Type.Number(),
  }),
]);

export const JobSchema = Type.Object({
  mqttPort: Type.Integer(),
  connections: Type.Integer(),
  /** Registered ones; those without a connection alarm in a flood, each once. */
  detectors: Type.Integer(),
  /** Detectors with a connection and a buzzer of their own, `d-0` onward: they give the timed alarms. */
  buzzers: Type.Integer(),
  /** Processes whose CPU time and memory are read. */
  pids: Type.Array(Type.Integer()),
  commits: Type.Optional(CommitsSchema),
  /**
   * Where the taker says how many messages it has taken, when the acknowledgement is the broker's
   * and says nothing of that. The generator then never runs further ahead than its queue.
   */
  progressTopic: Type.Optional(Type.String()),
  phases: Type.Array(PhaseSchema),
});

const FloodResultSchema = Type.Object({
  kind: Type.Literal("flood"),
  taken: Type.Number({ description: "messages taken in during the measured time" }),
  alarms: Type.Number(),
  seconds: Type.Number(),
  cpuMs: Type.Number({ description: "of all watched processes during the measured time" }),
  generatorCpuMs: Type.Number({
    description: "near the measured time: the generator is the limit",
  }),
});

const PacedResultSchema = Type.Object({
  kind: Type.Literal("paced"),
  buzzerMs: Type.Array(Type.Number()),
  commitMs: Type.Array(Type.Number()),
  /** Alarms that did not arrive within 5 s of the end. */
  buzzerMissing: Type.Integer(),
  commitMissing: Type.Integer(),
  readingsPerSecond: Type.Number({ description: "what was really sent" }),
});

const SettleResultSchema = Type.Object({
  kind: Type.Literal("settle"),
  residentMb: Type.Array(Type.Number(), { description: "per pid, in the order given" }),
});

export const ResultSchema = Type.Union([
  Type.Object({
    ok: Type.Literal(true),
    results: Type.Array(Type.Union([FloodResultSchema, PacedResultSchema, SettleResultSchema])),
  }),
  Type.Object({ ok: Type.Literal(false), error: Type.String() }),
]);

export type Commits = Static<typeof CommitsSchema>;
export type Phase = Static<typeof PhaseSchema>;
export type FloodPhase = Extract<Phase, { kind: "flood" }>;
export type PacedPhase = Extract<Phase, { kind: "paced" }>;
export type SettlePhase = Extract<Phase, { kind: "settle" }>;
export type Job = Static<typeof JobSchema>;
export type FloodResult = Static<typeof FloodResultSchema>;
export type PacedResult = Static<typeof PacedResultSchema>;
export type SettleResult = Static<typeof SettleResultSchema>;
export type PhaseResult = FloodResult | PacedResult | SettleResult;

export const detectorName = (index: number): string => `d-${index}`;
export const buzzerName = (index: number): string => `b-${index}`;
