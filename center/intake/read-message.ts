import { lanes, type Lane } from "#domain/lane.ts";
import type { Bilingual } from "#domain/result.ts";
import {
  explainWireError,
  gatewaySource,
  parseUpMessage,
  type ActionMessage,
  type AlarmMessage,
  type RecordMessage,
  type StatusMessage,
  type StreetMessage,
} from "#domain/wire.ts";
import { gatewayId, isName, type GatewayId } from "#domain/ids.ts";

/** A message as a link hands it over. */
export interface UpDelivery {
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface JournalNumber {
  readonly journal: string;
  readonly seq: number;
}

interface From {
  readonly gateway: GatewayId;
  readonly lane: Lane;
}

interface FromJournal extends From {
  readonly body: string;
  /** Absent: the gateway could not write it down, only the center will have it. */
  readonly number?: JournalNumber;
}

export interface TakenAlarm extends FromJournal {
  readonly kind: "alarm";
  readonly value: AlarmMessage;
}

export interface TakenAction extends FromJournal {
  readonly kind: "action";
  readonly value: ActionMessage;
}

export interface TakenStreet extends FromJournal {
  readonly kind: "street";
  readonly value: StreetMessage;
}

/** Whatever a gateway's journal keeps and numbers. */
export type TakenRecord = TakenAlarm | TakenAction | TakenStreet;

export interface TakenStatus extends From {
  readonly kind: "status";
  readonly value: StatusMessage;
}

export interface RefusedMessage extends From {
  readonly kind: "refused";
  readonly topic: string;
  /** The message's own id, when one could be read. */
  readonly id?: string;
  readonly body: string;
  readonly reason: Bilingual;
}

export type ReadMessage = TakenRecord | TakenStatus | RefusedMessage;

/** Who speaks and how urgent, from the topic; `undefined` when it is not a gateway's up topic. */
export const parseUpTopic = (topic: string): From | undefined => {
  const [root, version, kind, id, direction, what, ...rest] = topic.split("/");
  const lane = lanes.find((known) => known === what);
  if (root !== "canary" || version !== "v1" || kind !== "gateways") return;
  if (id === undefined || !isName(id)) return;
  if (direction !== "up" || lane === undefined || rest.length > 0) return;
  return { gateway: gatewayId(id), lane };
};

/**
 * Reads one message and checks that its gateway speaks only for itself: topic (which the link has
 * checked against the credentials), source and notice must name the same gateway. Pure.
 */
export const readMessage = (delivery: UpDelivery, from: From): ReadMessage => {
  const body = decoder.decode(delivery.payload);
  const parsed = parseUpMessage(body);
  if (!parsed.ok) return refuse(delivery.topic, from, body, explainWireError(parsed.error));
  const value = parsed.value;

  if (value.source !== gatewaySource(from.gateway)) {
    return refuse(delivery.topic, from, body, speaksForAnother(value.source));
  }
  if (value.type === "canary.status.v1") return { ...from, kind: "status", value };

  if (value.data.where.gateway !== from.gateway) {
    return refuse(delivery.topic, from, body, speaksForAnother(value.data.where.gateway));
  }
  const number = numberOf(value);
  const taken = { ...from, body, ...(number !== undefined && { number }) };
  switch (value.type) {
    case "canary.alarm.v1":
      return { ...taken, kind: "alarm", value };
    case "canary.action.v1":
      return { ...taken, kind: "action", value };
    case "canary.street.v1":
      return { ...taken, kind: "street", value };
  }
};

/** A message that is not taken in: kept (at most 20,000 characters of it), shown and answered. */
export const refuse = (
  topic: string,
  from: From,
  body: string,
  reason: Bilingual,
): RefusedMessage => {
  const id = idIn(body);
  return {
    gateway: from.gateway,
    lane: from.lane,
    kind: "refused",
    topic,
    body: body.slice(0, 20_000),
    reason,
    ...(id !== undefined && { id }),
  };
};

const decoder = new TextDecoder();

/** A number that cannot be one is no reason to turn a record away: it is then taken un-numbered. */
const numberOf = ({ journalid, seq }: RecordMessage): JournalNumber | undefined => {
  const number = Number(seq);
  return journalid !== undefined && Number.isSafeInteger(number) && number >= 1
    ? { journal: journalid, seq: number }
    : undefined;
};

const speaksForAnother = (other: string): Bilingual => ({
  zh: `网关只能代表自己发送,报文却写着「${other}」`,
  en: `a gateway may only speak for itself, but the message says "${other}"`,
});

/** The id of a message that cannot be read otherwise, so that its sender learns which it was. */
const idIn = (body: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null || !("id" in value)) return;
    const { id } = value;
    return typeof id === "string" && id.length > 0 && id.length <= 200 ? id : undefined;
  } catch {
    return; // not JSON: the reason already says so
  }
};
