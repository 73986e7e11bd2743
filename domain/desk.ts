/**
 * What the center's HTTP API shows and the console draws: one schema for server, page and OpenAPI.
 *
 * An alarm is the device's condition and its gateway's to change, or a person's to end where that
 * has forgotten it; a case (事件) is what people work on. They stand side by side here and never share a state.
 */
import { Type, type Static } from "typebox";
import { caseStates } from "./case.ts";
import { streetTopics } from "./street-event.ts";
import {
  ActionEventSchema,
  AlarmNoticeSchema,
  AppliedRulesSchema,
  DetectorStatusSchema,
  HeldSchema,
  PrioritySchema,
} from "./wire-shapes.ts";

export const alarmConditions = ["active", "returned"] as const;
/** Of one alarm: whether somebody has signed for it. Its case's own progress is `progress`. */
export const signStates = ["reported", "accepted"] as const;

/** Whose word it is that an alarm is over, where it is not its device's. */
export const EndedSchema = Type.Object(
  {
    by: Type.String(),
    atMs: Type.Number({ description: "by the center's clock, epoch ms" }),
    reason: Type.String(),
  },
  {
    description:
      "present: returned by a person's word, not the device's; its gateway had forgotten it",
  },
);
export type EndedView = Static<typeof EndedSchema>;

/** One alarm episode with its case. */
export const DeskAlarmSchema = Type.Object({
  episode: Type.String(),
  condition: Type.Enum(alarmConditions, {
    description: "active: the condition stands; returned: back to normal at the device",
  }),
  /** The newest notice of the episode: place, gas, level, cause. */
  notice: AlarmNoticeSchema,
  firstAtMs: Type.Number({ description: "alarm time at the device, epoch ms" }),
  lastAtMs: Type.Number(),
  receivedAtMs: Type.Number({ description: "when the center committed the first notice" }),
  durable: Type.Boolean({
    description: "false: the gateway's disk failed, only the center has it",
  }),
  late: Type.Boolean(),
  ended: Type.Optional(EndedSchema),
  unstored: Type.Optional(
    Type.Literal(true, {
      description:
        "present: no database has it yet. Shown by this center alone, it has no case and cannot " +
        "be signed for; the gateway keeps it and sends it until it is stored",
    }),
  ),
  held: Type.Optional(
    Type.Object(HeldSchema.properties, {
      description:
        "present: none of its notices ever rang, and why; listed apart, never hidden. What has " +
        "rung once rings until somebody signs for it",
    }),
  ),
  actions: Type.Optional(
    Type.Array(ActionEventSchema, {
      description: "what was done to this alarm at its gateway, newest first, at most 20",
    }),
  ),
  commands: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String(),
        kind: Type.String(),
        by: Type.String(),
        atMs: Type.Number(),
        state: Type.Enum(["waiting", "done", "refused", "expired"], {
          description: "waiting: the gateway has not answered yet",
        }),
        reason: Type.Optional(Type.String({ description: "why the gateway refused" })),
        answeredAtMs: Type.Optional(Type.Number()),
      }),
      { description: "what the gateway was asked about this alarm, newest first" },
    ),
  ),
  /** The last level the gateway sent, newer than the notice when the detector still speaks. */
  present: Type.Optional(DetectorStatusSchema),
  case: Type.Object({
    id: Type.String(),
    state: Type.Enum(signStates, {
      description: "accepted: somebody has signed for this alarm; every alarm of a case by itself",
    }),
    version: Type.Integer({ description: "of this alarm's signature: send it back as If-Match" }),
    acceptedBy: Type.Optional(Type.String()),
    acceptedAtMs: Type.Optional(Type.Number()),
    progress: Type.Optional(
      Type.Enum(caseStates, { description: "the state of the case the alarm is worked on in" }),
    ),
  }),
});
export type DeskAlarm = Static<typeof DeskAlarmSchema>;

export const DeskGatewaySchema = Type.Object({
  id: Type.String(),
  link: Type.Enum(["up", "lost"]),
  heardAtMs: Type.Number(),
  drill: Type.Boolean(),
  detectors: Type.Integer(),
  unknown: Type.Integer({ description: "detectors not heard from: unknown, never normal" }),
  pending: Type.Integer({ description: "records on the gateway not yet confirmed" }),
  missing: Type.Integer({ description: "record numbers the center is still missing" }),
  faults: Type.Array(Type.Object({ zh: Type.String(), en: Type.String() })),
  rules: Type.Optional(AppliedRulesSchema),
});
export type DeskGateway = Static<typeof DeskGatewaySchema>;

/**
 * Something about many homes at once that stands now. It heads its members' alarms and replaces
 * none of them.
 */
export const StreetViewSchema = Type.Object({
  id: Type.String(),
  gateway: Type.String(),
  topic: Type.Enum(streetTopics),
  group: Type.String({ description: "what the homes have in common: building, riser, link …" }),
  stands: Type.Boolean({ description: "false: it is over, take it off the page" }),
  priority: PrioritySchema,
  text: Type.Object({ zh: Type.String(), en: Type.String() }),
  firstAtMs: Type.Number(),
  lastAtMs: Type.Number(),
  members: Type.Array(Type.String({ description: "detector" })),
  drill: Type.Boolean(),
});
export type StreetView = Static<typeof StreetViewSchema>;

/** Everything the duty page needs at once; the stream then tells the changes after `eventId`. */
export const DeskSchema = Type.Object({
  eventId: Type.Integer({ description: "position in the stream: pass it as Last-Event-ID" }),
  nowMs: Type.Number({ description: "the center's clock, epoch ms" }),
  alarms: Type.Array(DeskAlarmSchema),
  gateways: Type.Array(DeskGatewaySchema),
  street: Type.Array(StreetViewSchema),
});
export type Desk = Static<typeof DeskSchema>;

/** Server-sent events: `event:` is the kind, `data:` the JSON, `id:` the position. */
export type DeskEvent =
  | { readonly kind: "alarm"; readonly data: DeskAlarm }
  | { readonly kind: "gateway"; readonly data: DeskGateway }
  | { readonly kind: "street"; readonly data: StreetView }
  /** Every 5 s, without an id: proves the stream alive and carries the center's clock. */
  | { readonly kind: "heartbeat"; readonly data: { readonly nowMs: number } };

/** RFC 9457 problem with a sentence in both languages. */
export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String({ description: "中文" }),
  detailEn: Type.String(),
});
export type Problem = Static<typeof ProblemSchema>;
