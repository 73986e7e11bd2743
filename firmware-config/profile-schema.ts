/** JSON Schema (2020-12) of a device profile, for people who write one; the types are in `profile.ts`. */
import { Type, type TSchema } from "typebox";
import { combustibleGases } from "#domain/gas.ts";
import { badQualities, conditions } from "#domain/reading.ts";
import { byteOrders, encodings, mqttDialects } from "./profile.ts";

const strict = <Fields extends Record<string, TSchema>>(fields: Fields) =>
  Type.Object(fields, { additionalProperties: false });

const text = Type.String({ minLength: 1 });
const gas = Type.Enum(["co", ...combustibleGases]);
const combustible = Type.Enum(combustibleGases);
const byte = Type.Integer({ minimum: 0, maximum: 255 });
const bits = Type.Array(Type.Integer({ minimum: 0, maximum: 15 }), { minItems: 1 });

const numberForm = {
  decimals: Type.Optional(Type.Integer({ minimum: 0, maximum: 6 })),
  min: Type.Number(),
  fullScale: Type.Number({ exclusiveMinimum: 0 }),
  max: Type.Number({ exclusiveMinimum: 0 }),
  sentinels: Type.Optional(
    Type.Array(strict({ raw: Type.Number(), quality: Type.Enum(badQualities) })),
  ),
};

const level = Type.Union([
  strict({
    means: Type.Literal("level"),
    gas: Type.Literal("co"),
    unit: Type.Literal("ppm"),
    ...numberForm,
  }),
  strict({
    means: Type.Literal("level"),
    gas: Type.Literal("co"),
    unit: Type.Literal("mg/m3"),
    referenceTemperature: Type.Number({ minimum: 0, maximum: 30, description: "°C" }),
    ...numberForm,
  }),
  strict({
    means: Type.Literal("level"),
    gas: combustible,
    unit: Type.Enum(["%LEL", "ppm", "%vol"]),
    lelPercentVolume: Type.Optional(Type.Number({ minimum: 0.5, maximum: 15 })),
    ...numberForm,
  }),
]);

const unitless = strict({ means: Type.Literal("unitless"), gas });

const finding = Type.Union([
  strict({
    kind: Type.Literal("verdict"),
    gas,
    alarming: Type.Boolean(),
    grade: Type.Optional(Type.Enum(["low", "high"])),
  }),
  strict({
    kind: Type.Literal("condition"),
    condition: Type.Enum(conditions),
    present: Type.Boolean(),
  }),
  strict({
    kind: Type.Literal("no-level"),
    gas,
    quality: Type.Enum(badQualities),
    raw: Type.String(),
  }),
]);

const word = strict({
  means: Type.Literal("word"),
  says: Type.Array(
    strict({
      value: Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
      findings: Type.Array(finding),
      voidsLevel: Type.Optional(Type.Literal(true)),
    }),
    { minItems: 1 },
  ),
  otherwise: Type.Optional(Type.Array(finding, { minItems: 1 })),
});

const bit = Type.Optional(Type.Integer({ minimum: 0, maximum: 15 }));
const statusBits = strict({
  means: Type.Literal("bits"),
  width: Type.Union([Type.Literal(8), Type.Literal(16)]),
  alarms: Type.Array(
    strict({
      gas: Type.Union([gas, Type.Literal("measured")]),
      low: Type.Optional(bits),
      high: Type.Optional(bits),
    }),
  ),
  conditions: Type.Optional(Type.Record(Type.String({ pattern: "^\\d+$" }), Type.Enum(conditions))),
  overRange: bit,
  silent: Type.Optional(bits),
  warmedUp: bit,
  levelValid: bit,
  sentinels: Type.Optional(Type.Array(Type.Integer())),
});

const words = Type.Array(Type.Union([Type.String(), Type.Boolean()]), { minItems: 1 });
const availability = strict({
  means: Type.Literal("availability"),
  online: words,
  offline: words,
});

const common = {
  id: Type.String({ pattern: "^[a-z0-9]+(-[a-z0-9]+)*$" }),
  maker: text,
  model: text,
  source: Type.String({ minLength: 5, description: "document and revision, or repository@commit" }),
  confidence: Type.Enum(["h", "m", "l"]),
  gases: Type.Array(gas, { minItems: 1 }),
  silenceAfterMs: Type.Number({ minimum: 10_000, maximum: 24 * 3_600_000 }),
};

const mqtt = strict({
  ...common,
  transport: Type.Literal("mqtt"),
  dialect: Type.Enum(mqttDialects),
  fields: Type.Record(Type.String(), Type.Union([level, unitless, word, statusBits, availability])),
  recognisedBy: Type.Optional(Type.Array(text, { minItems: 1 })),
  time: Type.Optional(strict({ field: text, form: Type.Enum(["rfc3339", "epoch-ms", "epoch-s"]) })),
  ignoredFields: Type.Optional(Type.Record(Type.String(), text)),
});

const place = {
  block: Type.Integer({ minimum: 0 }),
  offset: Type.Integer({ minimum: 0, maximum: 124 }),
  encoding: Type.Optional(Type.Enum(encodings)),
  order: Type.Optional(Type.Enum(byteOrders)),
};

const codedLevel = strict({
  means: Type.Literal("coded-level"),
  code: strict(place),
  decimals: Type.Optional(strict(place)),
  byCode: Type.Record(Type.String({ pattern: "^\\d+$" }), level),
});

const modbus = strict({
  ...common,
  transport: Type.Literal("modbus"),
  channels: Type.Integer({ minimum: 1, maximum: 64 }),
  channelStride: Type.Optional(Type.Integer({ minimum: 1 })),
  baudRate: Type.Integer({ minimum: 300, maximum: 115_200 }),
  reads: Type.Array(
    strict({
      functionCode: Type.Union([1, 2, 3, 4].map((code) => Type.Literal(code))),
      address: Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description: "0-based, as on the wire",
      }),
      count: Type.Integer({ minimum: 1, maximum: 125 }),
    }),
    { minItems: 1 },
  ),
  points: Type.Array(
    strict({ ...place, meaning: Type.Union([level, unitless, word, statusBits, codedLevel]) }),
    { minItems: 1 },
  ),
  pollIntervalMs: Type.Number({ minimum: 100 }),
  replyTimeoutMs: Type.Number({ minimum: 20 }),
  minGapMs: Type.Optional(Type.Number({ minimum: 1 })),
});

const serial = strict({
  ...common,
  transport: Type.Literal("serial"),
  baudRate: Type.Integer({ minimum: 300, maximum: 115_200 }),
  mode: Type.Enum(["active", "question-answer"]),
  query: Type.Optional(Type.Array(byte, { minItems: 1 })),
  pollIntervalMs: Type.Optional(Type.Number({ minimum: 100 })),
  frames: strict({
    family: Type.Literal("winsen"),
    gasCode: byte,
    unitCode: byte,
    level,
    faultBit: bit,
    valueMask: Type.Integer({ minimum: 1, maximum: 65_535 }),
  }),
});

export const DetectorProfileSchema = Type.Union([mqtt, modbus, serial]);
