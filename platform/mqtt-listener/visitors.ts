/** Everybody connected, from the first byte on: who it is, what it may do, what was refused to it. */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Client } from "aedes";
import type { Bilingual } from "#domain/result.ts";
import { explainSession, type Applicant, type MqttGrant } from "./admission.ts";
import type { MqttLimits } from "./limits.ts";
import { addressOf } from "./pacing.ts";
import type { Session } from "./publish-gate.ts";
import type { RefusalReason, Refusals } from "./refusals.ts";
import { guardStream } from "./stream-guard.ts";
import { createTokenBucket } from "./token-bucket.ts";
import { isPlainFilter } from "./topic-rules.ts";

/** One connection; `applicant` from its CONNECT on, `session` from its login on. */
export interface Visitor {
  readonly socket: Socket;
  readonly address: string;
  readonly certificateName: string | undefined;
  readonly admitted: () => void;
  applicant: Applicant | undefined;
  session: Session | undefined;
}

export interface Visitors {
  /** Takes a connection in; `handle` gives it to aedes. */
  readonly enter: (socket: Socket, admitted: () => void, handle: () => Client) => void;
  /** Who stands behind aedes' client object. */
  readonly of: (client: object) => Visitor | undefined;
  readonly letIn: (visitor: Visitor, applicant: Applicant, grant: MqttGrant) => void;
  /** May this client have this filter? */
  readonly maySubscribe: (client: object, filter: string) => boolean;
  readonly refuse: (reason: RefusalReason, visitor: Visitor, detail?: Bilingual | string) => void;
  /** Closes every connection of a user. */
  readonly disconnect: (username: string) => void;
}

export const createVisitors = (
  limits: MqttLimits,
  refusals: Refusals,
  nowMs: () => number,
): Visitors => {
  const byClient = new WeakMap<object, Visitor>();
  const inside = new Set<Visitor>();

  const refuse: Visitors["refuse"] = (reason, visitor, detail) => {
    const { session, applicant, address } = visitor;
    // A stranger's claim to a name is worth nothing: blame the address.
    const isKnown = session !== undefined && applicant !== undefined;
    refusals.add(reason, isKnown ? explainSession(applicant.sessionId) : address, detail);
  };

  return {
    enter: (socket, admitted, handle) => {
      const visitor: Visitor = {
        socket,
        address: addressOf(socket),
        certificateName: certificateNameOf(socket),
        admitted,
        applicant: undefined,
        session: undefined,
      };
      guardStream(socket, {
        limits,
        bucket: createTokenBucket(limits.messagesPerSecond, limits.burst, nowMs()),
        nowMs,
        onRefused: (reason) => refuse(reason, visitor),
        onSlowed: () => refuse("slowed", visitor),
      });
      byClient.set(handle(), visitor);
    },
    of: (client) => byClient.get(client),
    letIn: (visitor, applicant, grant) => {
      const { socket } = visitor;
      visitor.session = {
        client: applicant.client,
        grant,
        readOn: () => setImmediate(() => socket.destroyed || socket.emit("readable")),
        filters: new Set(),
        waiting: 0,
        waitingBytes: 0,
        last: Promise.resolve(),
        checkedTopic: undefined,
      };
      inside.add(visitor);
      socket.once("close", () => inside.delete(visitor));
      visitor.admitted();
    },
    maySubscribe: (client, filter) =>
      isPlainFilter(filter, limits) &&
      (byClient.get(client)?.session?.grant.maySubscribe(filter) ?? false),
    refuse,
    disconnect: (username) => {
      for (const { session, socket } of inside)
        if (session?.client.username === username) socket.destroy();
    },
  };
};

/** Node has checked the certificate against `ca`; without `ca` none is asked for. */
const certificateNameOf = (socket: Socket): string | undefined => {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const name = socket.getPeerCertificate().subject?.CN;
  return typeof name === "string" ? name : undefined;
};
