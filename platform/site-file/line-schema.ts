/** The physical lines of a site file, and what hangs on them. */
import { Type } from "typebox";
import { host, name, port, strict } from "./parts.ts";

const unit = Type.Object(
  {
    unit: Type.Integer({ minimum: 1, maximum: 247, description: "slave address on the line" }),
    profile: name,
    detectors: Type.Array(Type.Union([name, Type.Null()]), {
      minItems: 1,
      description: "detector ids by channel; null: a channel nobody has registered",
    }),
  },
  strict,
);
const units = Type.Array(unit, { minItems: 1 });

/** One physical line each; told apart by `kind`. */
export const lineKinds = {
  "modbus-rtu": Type.Object(
    {
      kind: Type.Literal("modbus-rtu"),
      id: name,
      path: Type.String({ minLength: 1, description: "a stable name: /dev/serial/by-id/…" }),
      baudRate: Type.Optional(Type.Integer({ minimum: 300, maximum: 921_600 })),
      parity: Type.Enum(["none", "even", "odd"], { default: "none" }),
      stopBits: Type.Enum([1, 2], { default: 1 }),
      units,
    },
    strict,
  ),
  "modbus-tcp": Type.Object(
    { kind: Type.Literal("modbus-tcp"), id: name, host, port: port(502), units },
    strict,
  ),
  "rtu-over-tcp": Type.Object(
    {
      kind: Type.Literal("rtu-over-tcp", { description: "a transparent serial server" }),
      id: name,
      host,
      port: port(4_001),
      units,
    },
    strict,
  ),
  serial: Type.Object(
    {
      kind: Type.Literal("serial", { description: "raw frames, no Modbus" }),
      id: name,
      path: Type.String({ minLength: 1 }),
      profile: name,
      detector: Type.Optional(name),
    },
    strict,
  ),
};
