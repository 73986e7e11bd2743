/**
 * Gateway ⇄ center messages: topics, envelope, and the way to and from JSON.
 *
 * CloudEvents 1.0 in structured JSON; `source` + `id` is the dedupe key. `seq` and `monoms` are
 * decimal strings, because a CloudEvents integer has 32 bits and a gateway's uptime outgrows them.
 */
import { Type, type Static } from "typebox";
import { compileOnUse } from "./compile-on-use.ts";
import type { AlarmNotice } from "./alarm.ts";
import type { GatewayId } from "./ids.ts";
import type { Lane } from "./lane.ts";
import type { ActionNotice, StreetNotice } from "./notice.ts";
import { err, ok, type Result } from "./result.ts";
import {
  ActionEventSchema,
  AlarmNoticeSchema,
  bilingual,
  name,
  onGateway,
  StatusReportSchema,
  StreetEventSchema,
  text,
} from "./wire-shapes.ts";

export const upTopic = (gateway: GatewayId, lane: Lane): string =>
  `canary/v1/gateways/${gateway}/up/${lane}`;
export const downTopic = (gateway: GatewayId, what: "receipt" | "command" | "config"): string =>
  `canary/v1/gateways/${gateway}/down/${what}`;
export const gatewaySource = (gateway: GatewayId): string => `/canary/gateways/${gateway}`;

export const envelope = {
  specversion: Type.Literal("1.0"),
  id: name,
  source: Type.String({ pattern: "^/canary/(gateways/[^/]+|center)$" }),
  time: Type.String(),
  datacontenttype: Type.Literal("application/json"),
  subject: Type.Optional(text),
  bootid: name,
  monoms: Type.String({ pattern: "^-?\\d+(\\.\\d+)?$" }),
};

/** Written on the gateway's disk and numbered without gaps; absent numbers mean `durable: false`. */
const numbered = {
  journalid: Type.Optional(name),
  seq: Type.Optional(Type.String({ pattern: "^\\d+$" })),
  prev: Type.Optional(Type.String()),
  hash: Type.Optional(Type.String()),
  durable: Type.Boolean(),
  late: Type.Boolean(),
  /** The boot that tells it, where that is a later one than `bootid`, in which it happened. */
  senderboot: Type.Optional(name),
};

export const AlarmMessageSchema = Type.Object({
  ...envelope,
  ...numbered,
  type: Type.Literal("canary.alarm.v1"),
  data: AlarmNoticeSchema,
});
export const ActionMessageSchema = Type.Object({
  ...envelope,
  ...numbered,
  type: Type.Literal("canary.action.v1"),
  data: Type.Object({ action: ActionEventSchema, ...onGateway }),
});
export const StreetMessageSchema = Type.Object({
  ...envelope,
  ...numbered,
  type: Type.Literal("canary.street.v1"),
  data: Type.Object({ street: StreetEventSchema, ...onGateway }),
});
export const StatusMessageSchema = Type.Object({
  ...envelope,
  type: Type.Literal("canary.status.v1"),
  journalid: Type.Optional(name),
  data: StatusReportSchema,
});
export type AlarmMessage = Omit<Static<typeof AlarmMessageSchema>, "data"> & { data: AlarmNotice };
export type ActionMessage = Omit<Static<typeof ActionMessageSchema>, "data"> & {
  data: ActionNotice;
};
export type StreetMessage = Omit<Static<typeof StreetMessageSchema>, "data"> & {
  data: StreetNotice;
};
export type StatusMessage = Static<typeof StatusMessageSchema>;
/** What the journal keeps, numbers and sends. */
export type RecordMessage = AlarmMessage | ActionMessage | StreetMessage;
export type UpMessage = RecordMessage | StatusMessage;

/**
 * The center's word that it has committed: every number up to `upTo` of this journal except the
 * `holes` (inclusive pairs), plus the single messages in `ids` that carried no number.
 */
export const ReceiptSchema = Type.Object({
  specversion: Type.Literal("1.0"),
  id: name,
  source: Type.Literal("/canary/center"),
  type: Type.Literal("canary.receipt.v1"),
  time: Type.String(),
  datacontenttype: Type.Literal("application/json"),
  data: Type.Object({
    journalid: Type.Optional(name),
    upTo: Type.Integer({ minimum: 0 }),
    holes: Type.Array(Type.Tuple([Type.Integer({ minimum: 1 }), Type.Integer({ minimum: 1 })])),
    /**
     * Of which records it speaks: the last number of every stretch without a hole, and the hash the
     * center has of it. A gateway whose own record there has another hash has lost its end and given
     * the numbers again: nothing of this receipt is about its records. Absent: an older center.
     */
    ends: Type.Optional(Type.Array(Type.Tuple([Type.Integer({ minimum: 1 }), name]))),
    ids: Type.Array(name),
    /** Could not be taken in, with the reason; shown at the gateway as a fault. */
    refused: Type.Array(Type.Object({ id: name, reason: bilingual })),
  }),
});
export type Receipt = Static<typeof ReceiptSchema>;

export type WireError =
  | { readonly kind: "not-json"; readonly detail: string }
  | { readonly kind: "unknown-type"; readonly type: string }
  | { readonly kind: "wrong-shape"; readonly path: string; readonly detail: string };

export const explainWireError = (error: WireError): { zh: string; en: string } => {
  switch (error.kind) {
    case "not-json":
      return {
        zh: `报文不是 JSON:${error.detail}`,
        en: `the message is not JSON: ${error.detail}`,
      };
    case "unknown-type":
      return {
        zh: `不认识的报文类型或版本「${error.type}」,请升级中心`,
        en: `unknown message type or version "${error.type}"; upgrade the center`,
      };
    case "wrong-shape":
      return {
        zh: `报文字段 ${error.path} 不符合格式:${error.detail}`,
        en: `message field ${error.path} has the wrong form: ${error.detail}`,
      };
  }
};

const compiled = {
  "canary.alarm.v1": compileOnUse(AlarmMessageSchema),
  "canary.action.v1": compileOnUse(ActionMessageSchema),
  "canary.street.v1": compileOnUse(StreetMessageSchema),
  "canary.status.v1": compileOnUse(StatusMessageSchema),
  "canary.receipt.v1": compileOnUse(ReceiptSchema),
};

/** Reads a message a gateway sent up. */
export const parseUpMessage = (json: string): Result<UpMessage, WireError> =>
  parse<UpMessage>(json, [
    "canary.alarm.v1",
    "canary.action.v1",
    "canary.street.v1",
    "canary.status.v1",
  ]);

/** Reads a receipt the center sent down. */
export const parseReceipt = (json: string): Result<Receipt, WireError> =>
  parse<Receipt>(json, ["canary.receipt.v1"]);

const parse = <Message>(
  json: string,
  types: readonly (keyof typeof compiled)[],
): Result<Message, WireError> => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return err({ kind: "not-json", detail: String(error) });
  }
  const given = isRecord(value) ? value["type"] : undefined;
  const type = types.find((known) => known === given);
  if (type === undefined) return err({ kind: "unknown-type", type: String(given).slice(0, 100) });
  const check = compiled[type]();
  if (check.Check(value)) {
    // The schema above is the proof; brands (DetectorId, Ppm …) exist only in the type system.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return ok(value as Message);
  }
  const [first] = check.Errors(value);
  return err({
    kind: "wrong-shape",
    path: first?.instancePath ?? "/",
    detail: first?.message ?? "",
  });
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
