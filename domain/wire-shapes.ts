/** What travels inside the messages between gateway and center: shapes of their `data`. */
import { Type, type Static } from "typebox";
import { actionKinds, sides } from "./action.ts";
import { alarmClasses, ruleIds } from "./alarm.ts";
import { combustibleGases } from "./gas.ts";
import { streetEventKinds } from "./street-event.ts";

export const text = Type.String({ maxLength: 2_000 });
export const name = Type.String({ minLength: 1, maxLength: 200 });
export const bilingual = Type.Object({ zh: text, en: text });
const instant = Type.Object({
  bootId: name,
  monoMs: Type.Number(),
  wallMs: Type.Number(),
});
const level = Type.Union([
  Type.Object({ gas: Type.Literal("co"), ppm: Type.Number() }),
  Type.Object({
    gas: Type.Enum(combustibleGases),
    lel: Type.Number(),
    lelPercentVolume: Type.Number(),
  }),
]);
const gas = Type.Enum(["co", ...combustibleGases]);

export const PrioritySchema = Type.Union([
  Type.Literal(1),
  Type.Literal(2),
  Type.Literal(3),
  Type.Literal(4),
]);

/** Why an alarm rings nobody, as it travels. */
export const HeldSchema = Type.Object({
  by: Type.Enum(["shelved", "out-of-service", "suppressed", "shadow", "late"]),
  who: text,
  reason: text,
});

const alarmEvent = Type.Object({
  id: name,
  episode: name,
  kind: Type.Enum(["raised", "worsened", "returned"]),
  detector: name,
  rule: Type.Enum(ruleIds),
  alarmClass: Type.Enum(alarmClasses),
  priority: PrioritySchema,
  at: instant,
  cause: Type.Object({
    ruleSet: text,
    source: Type.Object({
      standard: text,
      clause: text,
      confidence: Type.Enum(["h", "m", "l"]),
    }),
    text: bilingual,
    inputs: Type.Record(Type.String(), Type.Union([Type.Number(), text])),
  }),
  gas: Type.Optional(gas),
  level: Type.Optional(level),
  peak: Type.Optional(level),
  test: Type.Boolean(),
  held: Type.Optional(HeldSchema),
  late: Type.Optional(Type.Literal(true)),
  chatter: Type.Optional(Type.Integer({ minimum: 1 })),
});

const address = Type.Object({
  text,
  community: Type.Optional(text),
  building: Type.Optional(text),
  riser: Type.Optional(text),
  floor: Type.Optional(text),
  room: Type.Optional(text),
});
const position = Type.Object({ line: text, place: text });

export const AlarmNoticeSchema = Type.Object({
  event: alarmEvent,
  where: Type.Object({
    gateway: name,
    address: Type.Optional(address),
    position,
    profile: Type.Optional(text),
  }),
  drill: Type.Boolean(),
});

export const onGateway = { where: Type.Object({ gateway: name }), drill: Type.Boolean() };

export const ActionEventSchema = Type.Object({
  id: name,
  kind: Type.Enum(actionKinds),
  detector: name,
  rule: Type.Enum([...ruleIds, "all"]),
  episode: Type.Optional(name),
  by: text,
  reason: text,
  at: instant,
  untilWallMs: Type.Optional(Type.Number()),
  origin: Type.Optional(
    Type.Object({
      side: Type.Enum(sides),
      source: Type.Optional(text),
      command: Type.Optional(name),
      askedAtMs: Type.Optional(Type.Number()),
    }),
  ),
});

export const StreetEventSchema = Type.Object({
  id: name,
  kind: Type.Enum(streetEventKinds),
  group: Type.String({ minLength: 1, maxLength: 2_000 }),
  priority: PrioritySchema,
  text: bilingual,
  at: instant,
  members: Type.Array(name),
  alarms: Type.Optional(Type.Integer({ minimum: 0 })),
});

/** What the gateway sees of one detector right now; not numbered, the newest wins. */
export const DetectorStatusSchema = Type.Object({
  detector: name,
  /** `unknown`: not heard from within its silence limit. Never shown as normal. */
  state: Type.Enum(["normal", "alarm", "fault", "unknown", "warming-up"]),
  heardAtMs: Type.Optional(Type.Number()),
  levels: Type.Array(level),
  address: Type.Optional(address),
  position,
  /**
   * Its alarms that stand, by episode; absent when none does. The newest word on them, also where an
   * event was lost with a life that could not write it down.
   */
  episodes: Type.Optional(Type.Array(name)),
});
export type DetectorStatus = Static<typeof DetectorStatusSchema>;

/** What judges at a gateway: the set, a hash over what is applied of it, the set on trial. */
export const AppliedRulesSchema = Type.Object({
  set: text,
  hash: text,
  shadow: Type.Optional(text),
});

export const StatusReportSchema = Type.Object({
  sentAtMs: Type.Number(),
  /** Highest record number on this gateway's disk: lets the center notice a lost tail. */
  lastSeq: Type.Integer({ minimum: 0 }),
  pending: Type.Integer({ minimum: 0 }),
  drill: Type.Boolean(),
  rules: Type.Optional(AppliedRulesSchema),
  /** Changed since the last report; a whole picture after each new connection. */
  detectors: Type.Array(DetectorStatusSchema),
  /** In the first message of a whole picture: every detector there is. Others have been taken away. */
  all: Type.Optional(Type.Array(text)),
  faults: Type.Array(bilingual),
  /** Boots before this one, oldest first, as far as known; only until the center has answered. */
  boots: Type.Optional(Type.Array(name)),
  /** The id the journal had before, and which of its numbers it took over under the same numbers. */
  renewed: Type.Optional(
    Type.Object({
      journal: name,
      from: Type.Integer({ minimum: 1 }),
      to: Type.Integer({ minimum: 0 }),
    }),
  ),
});
export type StatusReport = Static<typeof StatusReportSchema>;
