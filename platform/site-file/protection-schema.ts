/** The part of the site file that protects on site: buzzers, valves, dead-man, and when they act. */
import { Type, type Static, type TSchema } from "typebox";
import { dangerCauses } from "#domain/buzzer.ts";
import { name, strict, tokenHash } from "./parts.ts";

const part = Type.Optional(Type.String({ minLength: 1 }));
const serves = Type.Optional(
  Type.Union(
    [
      Type.Array(name, { minItems: 1 }),
      Type.Object(
        { community: part, building: part, riser: part, floor: part, room: part },
        { ...strict, minProperties: 1 },
      ),
    ],
    {
      description:
        "detectors it is there for: a list of ids, or all whose address has these parts; absent: all of the gateway",
    },
  ),
);
const pulsed = Type.Boolean({
  default: false,
  description:
    "true: switch on and off in the T3/T4 rhythm, for a sounder without a pattern of its own",
});
const bytes = Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { minItems: 1 });
const text = Type.String({ minLength: 1 });
const unit = Type.Integer({ minimum: 1, maximum: 247 });
const coil = Type.Integer({ minimum: 0, maximum: 65_535, description: "0-based, as on the wire" });
const gpioLine = {
  chip: Type.String({ pattern: "^gpiochip\\d+$" }),
  line: Type.Integer({ minimum: 0 }),
  activeLow: Type.Boolean({ default: false }),
};
const relay = { path: text, baudRate: Type.Integer({ minimum: 300, default: 9_600 }) };

/** When it sounds. What is left out is the safe choice: always at the danger level. */
const policy = {
  serves,
  place: Type.Optional(
    Type.Enum(["home", "corridor", "duty-room", "building"], {
      description: "a home's own buzzer must sound always",
    }),
  ),
  soundsOn: Type.Array(Type.Enum([...dangerCauses]), {
    minItems: 1,
    default: ["always"],
    description:
      "always: at the danger level; the others only when, at that level, the link is lost, the center does not confirm, or nobody has signed in time",
  }),
  level: Type.Enum(["urgent", "pre-alarm"], {
    default: "urgent",
    description: "pre-alarm: sounds for those as well",
  }),
  chirpsForFaults: Type.Boolean({ default: false, description: "not in the quiet hours" }),
};

export const buzzerKinds = {
  mqtt: Type.Object(
    { kind: Type.Literal("mqtt"), id: name, ...policy, token: Type.Optional(tokenHash) },
    strict,
  ),
  "modbus-coil": Type.Object(
    { kind: Type.Literal("modbus-coil"), id: name, ...policy, line: name, unit, coil, pulsed },
    strict,
  ),
  "serial-relay": Type.Object(
    {
      kind: Type.Literal("serial-relay"),
      id: name,
      ...policy,
      ...relay,
      on: bytes,
      off: bytes,
      pulsed,
    },
    strict,
  ),
  gpio: Type.Object(
    {
      kind: Type.Literal("gpio", { description: "through Debian's gpiod tools" }),
      id: name,
      ...policy,
      ...gpioLine,
      pulsed,
    },
    strict,
  ),
};

const valve = {
  id: name,
  serves,
  closesOn: Type.Array(Type.Enum(["gas", "co"]), {
    minItems: 1,
    default: ["gas"],
    description: "urgent alarms it closes for; it is only ever opened again by hand",
  }),
  confirmWithinSeconds: Type.Integer({ minimum: 1, maximum: 5, default: 5 }),
};

export const valveKinds = {
  mqtt: Type.Object(
    { kind: Type.Literal("mqtt"), ...valve, token: Type.Optional(tokenHash) },
    strict,
  ),
  "modbus-coil": Type.Object(
    {
      kind: Type.Literal("modbus-coil"),
      ...valve,
      line: name,
      unit,
      coil,
      closedInput: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 65_535,
          description: "discrete input that is 1 while the valve is shut; absent: the coil itself",
        }),
      ),
    },
    strict,
  ),
  gpio: Type.Object({ kind: Type.Literal("gpio"), ...valve, ...gpioLine }, strict),
};

const fan = {
  id: name,
  serves,
  runsOn: Type.Array(Type.Enum(["co", "gas"]), {
    minItems: 1,
    default: ["co"],
    description: "urgent alarms it runs for; gas only with construction: explosion-proof",
  }),
  construction: Type.Enum(["ordinary", "explosion-proof"], {
    default: "ordinary",
    description:
      "explosion-proof: motor and switch are; any other is neither started nor stopped while a combustible gas stands",
  }),
  confirmWithinSeconds: Type.Integer({ minimum: 1, maximum: 30, default: 10 }),
};

/** There are none unless a site names them. */
export const fanKinds = {
  mqtt: Type.Object(
    { kind: Type.Literal("mqtt"), ...fan, token: Type.Optional(tokenHash) },
    strict,
  ),
  "modbus-coil": Type.Object(
    {
      kind: Type.Literal("modbus-coil"),
      ...fan,
      line: name,
      unit,
      coil,
      runningInput: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 65_535,
          description: "discrete input that is 1 while the fan runs; absent: the coil itself",
        }),
      ),
    },
    strict,
  ),
};

/** The dead-man's own outputs: they must work when the gateway and its broker do not. */
export const deadManKinds = {
  command: Type.Object(
    {
      kind: Type.Literal("command", { description: "programs with their arguments" }),
      on: Type.Array(text, { minItems: 1 }),
      off: Type.Array(text, { minItems: 1 }),
    },
    strict,
  ),
  "modbus-coil": Type.Object(
    {
      kind: Type.Literal("modbus-coil", {
        description: "by a connection of its own: host and port, or a serial path",
      }),
      host: Type.Optional(text),
      port: Type.Integer({ minimum: 1, maximum: 65_535, default: 502 }),
      path: Type.Optional(text),
      baudRate: Type.Integer({ minimum: 300, default: 9_600 }),
      unit,
      coil,
      pulsed,
    },
    strict,
  ),
  "serial-relay": Type.Object(
    { kind: Type.Literal("serial-relay"), ...relay, on: bytes, off: bytes, pulsed },
    strict,
  ),
  gpio: Type.Object({ kind: Type.Literal("gpio"), ...gpioLine, pulsed }, strict),
};

const timeOfDay = (value: string) =>
  Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$", default: value });
const secondsIn = (minimum: number, maximum: number, value: number, description: string) =>
  Type.Integer({ minimum, maximum, default: value, description });

/** Limits of time for all buzzers, and who watches the gateway itself. */
export const protectionSchema = <Output extends TSchema>(output: Output) =>
  Type.Object(
    {
      linkLostAfterSeconds: secondsIn(0, 15, 10, "beyond the 15 s in which a loss is noticed"),
      noReceiptAfterSeconds: secondsIn(5, 300, 30, "the center has not confirmed an alarm"),
      noAckAfterSeconds: secondsIn(10, 600, 120, "nobody has signed for an alarm"),
      patterns: Type.Object(
        {
          gas: Type.Enum(["t3", "t4"], { default: "t3" }),
          co: Type.Enum(["t3", "t4"], { default: "t4" }),
        },
        { ...strict, default: {} },
      ),
      quietHours: Type.Object(
        { from: timeOfDay("22:00"), to: timeOfDay("07:00") },
        { ...strict, default: {}, description: "for faults only; gas and CO know none" },
      ),
      selfTest: Type.Object(
        {
          everyDays: Type.Integer({ minimum: 1, maximum: 31, default: 30 }),
          at: timeOfDay("10:00"),
        },
        { ...strict, default: {} },
      ),
      deadMan: Type.Optional(
        Type.Object(
          {
            afterSeconds: secondsIn(2, 8, 5, "without a sign of life from the gateway"),
            startedBy: Type.Enum(["gateway", "system"], {
              default: "gateway",
              description: "system: by systemd, as deploy/systemd does",
            }),
            outputs: Type.Array(output, { minItems: 1 }),
          },
          strict,
        ),
      ),
      watchdog: Type.Optional(
        Type.Object({ device: Type.String({ minLength: 1, default: "/dev/watchdog" }) }, strict),
      ),
    },
    { ...strict, default: {} },
  );

export const BuzzerUnion = Type.Union([
  buzzerKinds.mqtt,
  buzzerKinds["modbus-coil"],
  buzzerKinds["serial-relay"],
  buzzerKinds.gpio,
]);
export const ValveUnion = Type.Union([valveKinds.mqtt, valveKinds["modbus-coil"], valveKinds.gpio]);
export const FanUnion = Type.Union([fanKinds.mqtt, fanKinds["modbus-coil"]]);
export const DeadManUnion = Type.Union([
  deadManKinds.command,
  deadManKinds["modbus-coil"],
  deadManKinds["serial-relay"],
  deadManKinds.gpio,
]);

export type BuzzerSite = Static<typeof BuzzerUnion>;
export type ValveSite = Static<typeof ValveUnion>;
export type FanSite = Static<typeof FanUnion>;
export type DeadManOutputSite = Static<typeof DeadManUnion>;
export type ServesSite = NonNullable<Static<typeof serves>>;
