/** The telemetry lane's messages: their shape, and the way from JSON. */
import { Type, type Static } from "typebox";
import { combustibleGases } from "./gas.ts";
import { compileOnUse } from "./compile-on-use.ts";
import { badQualities } from "./reading.ts";
import { err, ok, type Result } from "./result.ts";
import { lossReasons, telemetryMarks } from "./telemetry.ts";
import { envelope, type WireError } from "./wire.ts";

const whole = Type.Integer();
const length = Type.Integer({ minimum: 0 });
/** Blocks and stretches are of a day at most; twice that is surely a mistake. */
const longestBlockMs = 172_800_000;
const offset = Type.Integer({ minimum: 0, maximum: longestBlockMs });
const count = Type.Integer({ minimum: 1 });
const valueTuple = Type.Tuple([offset, offset, count, whole, whole, whole]);
const badTuple = Type.Tuple([offset, offset, count, Type.Enum(badQualities)]);
const name = Type.String({ minLength: 1, maxLength: 200 });

/** One block as it travels. `stretches`: `[atMs, forMs, count, min, max, sum]` or `[atMs, forMs, count, quality]`. */
export const WireBlockSchema = Type.Object({
  /** Numbered per store; the center takes each number once. */
  n: Type.Integer({ minimum: 1 }),
  detector: name,
  gas: Type.Enum(["co", ...combustibleGases]),
  mark: Type.Enum(telemetryMarks),
  lelPercentVolume: Type.Optional(Type.Number()),
  silenceMs: length,
  startMs: Type.Integer({ description: "epoch ms, by the gateway's clock when this was sent" }),
  /** Only where another boot than the one that sends took them: which, and where on its clock. */
  boot: Type.Optional(name),
  monoMs: Type.Optional(whole),
  stretches: Type.Array(Type.Union([valueTuple, badTuple]), { maxItems: 10_000 }),
});
export type WireBlock = Static<typeof WireBlockSchema>;

const loss = Type.Object({
  reason: Type.Enum(lossReasons),
  dayMs: whole,
  fromMs: whole,
  toMs: whole,
  readings: length,
});

export const TelemetryMessageSchema = Type.Object({
  ...envelope,
  type: Type.Literal("canary.telemetry.v1"),
  data: Type.Object({
    /** One life of a telemetry store: block numbers are comparable only within it. */
    store: name,
    blocks: Type.Array(WireBlockSchema, { maxItems: 2_000 }),
    losses: Type.Array(loss, { maxItems: 2_000 }),
  }),
});
export type TelemetryMessage = Static<typeof TelemetryMessageSchema>;

const check = compileOnUse(TelemetryMessageSchema);

/** Reads a message of the telemetry lane. */
export const parseTelemetry = (json: string): Result<TelemetryMessage, WireError> => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return err({ kind: "not-json", detail: String(error) });
  }
  if (check().Check(value)) return inOrder(value);
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : "";
  if (type !== "canary.telemetry.v1") {
    return err({ kind: "unknown-type", type: String(type).slice(0, 100) });
  }
  const [first] = check().Errors(value);
  return err({
    kind: "wrong-shape",
    path: first?.instancePath ?? "/",
    detail: first?.message ?? "",
  });
};

/**
 * Stretches follow one another and end within their block's two days. So a message of bounded bytes
 * means a bounded time, however many stretches it holds: one gateway cannot keep a center busy.
 */
const inOrder = (message: TelemetryMessage): Result<TelemetryMessage, WireError> => {
  const wrong = message.data.blocks.findIndex(({ stretches }) => {
    let endMs = 0;
    return !stretches.every(([atMs, forMs]) => {
      const follows = atMs >= endMs;
      endMs = atMs + forMs;
      return follows && endMs <= longestBlockMs;
    });
  });
  if (wrong < 0) return ok(message);
  const path = `/data/blocks/${wrong}/stretches`;
  return err({ kind: "wrong-shape", path, detail: "must follow one another within two days" });
};
