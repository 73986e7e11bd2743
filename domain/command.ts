/**
 * Center → gateway: what a person at a desk asks of a gateway, as it travels on `down/command`.
 *
 * What may be asked from afar is this list and nothing else: no hush, no shelving, no valve. A
 * command is named once and sent until the gateway's record that names it has been committed at the
 * center; the gateway does each name once, and none after its time.
 */
import { Type, type Static } from "typebox";
import { ruleIds } from "./alarm.ts";
import { compileOnUse } from "./compile-on-use.ts";
import { hours, seconds, type DurationMs } from "./quantity.ts";
import { err, ok, type Result } from "./result.ts";
import type { WireError } from "./wire.ts";

/**
 * `acknowledge`: somebody answers for this alarm. `release-hush`: the sound that was silenced on
 * site comes back.
 */
export const commandKinds = ["acknowledge", "release-hush"] as const;
export type CommandKind = (typeof commandKinds)[number];

/**
 * How long a command may still be carried out. Canary's own choice: a signature is true however
 * late it arrives, so it outlasts a day's outage, and it is bound to what the person had seen;
 * whatever makes a device do something is for now or not at all (capability X05: 30 s).
 */
export const commandLifetime: Readonly<Record<CommandKind, DurationMs>> = {
  acknowledge: hours(24),
  "release-hush": seconds(30),
};

const text = Type.String({ maxLength: 2_000 });
const name = Type.String({ minLength: 1, maxLength: 200 });

const order = Type.Object({
  gateway: name,
  kind: Type.Enum(commandKinds),
  detector: name,
  rule: Type.Enum([...ruleIds, "all"]),
  /** The gateway's own name of the episode. */
  episode: Type.Optional(name),
  /** The newest event the person had seen: what came after it they have not signed for. */
  seen: Type.Optional(name),
  by: name,
  reason: Type.Optional(text),
  /** The center's wall clock when the person did it, and after which it must not be done any more. */
  atMs: Type.Number(),
  expiresAtMs: Type.Number(),
});

/** What is asked, of whom, by whom, until when. */
export type Order = Static<typeof order>;

export const CommandMessageSchema = Type.Object({
  specversion: Type.Literal("1.0"),
  id: name,
  source: Type.Literal("/canary/center"),
  type: Type.Literal("canary.command.v1"),
  time: Type.String(),
  datacontenttype: Type.Literal("application/json"),
  subject: Type.Optional(text),
  /** Ed25519 over {@link signedText}, base64url: for gateways that know their center's key. */
  signature: Type.Optional(Type.String({ maxLength: 200 })),
  data: order,
});
export type CommandMessage = Static<typeof CommandMessageSchema>;

interface Signable {
  readonly id: string;
  readonly data: Readonly<Partial<Record<keyof Order, unknown>>>;
}

/**
 * The text a signature covers: everything that decides what is done, in a fixed order. A field that
 * is absent and one that is empty read differently.
 */
export const signedText = ({ id, data }: Signable): string =>
  JSON.stringify([
    "canary.command.v1",
    id,
    data.gateway,
    data.kind,
    data.detector,
    data.rule,
    data.episode ?? null,
    data.seen ?? null,
    data.by,
    data.reason ?? null,
    data.atMs,
    data.expiresAtMs,
  ]);

const check = compileOnUse(CommandMessageSchema);

const orderShape = compileOnUse(order);
const signed = compileOnUse(
  Type.Object({
    id: name,
    signature: Type.String({ maxLength: 200 }),
    data: Type.Record(Type.String(), Type.Unknown()),
  }),
);

export interface Signed {
  readonly text: string;
  readonly signature: string;
  /** What is signed is an order as we know them. */
  readonly isOrder: boolean;
}

/** What a message says is signed, also one of a newer center that cannot be read otherwise. */
export const signatureIn = (json: string): Signed | undefined => {
  try {
    const value: unknown = JSON.parse(json);
    if (!signed().Check(value)) return;
    const { signature, data } = value;
    return { text: signedText(value), signature, isOrder: orderShape().Check(data) };
  } catch {
    return; // not JSON: nobody signed it
  }
};

/** Reads a command the center sent down. A kind this gateway does not know is refused by name. */
export const parseCommand = (json: string): Result<CommandMessage, WireError> => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return err({ kind: "not-json", detail: String(error) });
  }
  if (check().Check(value)) return ok(value);
  const type = fieldOf(value, "type");
  if (type !== "canary.command.v1") return err({ kind: "unknown-type", type: type.slice(0, 100) });
  const [first] = check().Errors(value);
  return err({
    kind: "wrong-shape",
    path: first?.instancePath ?? "/",
    detail: first?.message ?? "",
  });
};

/** The id of a message that may not be a command at all, so that its sender learns which it was. */
export const commandIdIn = (json: string): string | undefined => {
  try {
    const id = fieldOf(JSON.parse(json), "id");
    return id.length > 0 && id.length <= 200 ? id : undefined;
  } catch {
    return; // not JSON: it names nothing
  }
};

const fieldOf = (value: unknown, field: string): string => {
  if (typeof value !== "object" || value === null) return "";
  const found: unknown = Object.entries(value).find(([key]) => key === field)?.[1];
  return typeof found === "string" ? found : "";
};
