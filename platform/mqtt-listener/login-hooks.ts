/** aedes' two hooks of the login: is the CONNECT in order, and may this one come in? */
import type { Aedes, AuthenticateError, Client } from "aedes";
import type { Bilingual, Result } from "#domain/result.ts";
import { readConnect, type Applicant, type MqttClient, type MqttGrant } from "./admission.ts";
import type { MqttLimits } from "./limits.ts";
import type { RefusalReason } from "./refusals.ts";
import type { Visitor, Visitors } from "./visitors.ts";

export interface LoginOptions {
  readonly limits: MqttLimits;
  readonly visitors: Visitors;
  readonly authenticate: (
    client: MqttClient,
    password: Uint8Array | undefined,
  ) => Promise<Result<MqttGrant, Bilingual>> | Result<MqttGrant, Bilingual>;
}

/** CONNACK return codes (MQTT 3.1.1, 3.2.2.3). */
const identifierRejected = 2;
const serverUnavailable = 3;
const notAuthorized = 5;

export const loginHooks = (options: LoginOptions): Pick<Aedes, "preConnect" | "authenticate"> => {
  const { visitors, limits } = options;

  return {
    preConnect: (client, packet, done) => {
      const visitor = visitors.of(client);
      if (visitor === undefined) {
        done(new Error("unknown connection"), false);
        return;
      }
      visitor.applicant = readConnect(packet, visitor.address, visitor.certificateName, limits);
      // aedes answers MQTT 5 itself, with CONNACK 1, and asks no further.
      if (packet.protocolVersion === 5) visitors.refuse("protocol-version", visitor);
      done(null, true);
    },

    authenticate: (client, _username, password, done) => {
      const visitor = visitors.of(client);
      const applicant = visitor?.applicant;
      if (visitor === undefined || applicant === undefined) {
        done(refusal(serverUnavailable), null);
        return;
      }
      void judge(options, applicant, client, password).then((verdict) => {
        if ("grant" in verdict) {
          visitors.letIn(visitor, applicant, verdict.grant);
          done(null, true);
        } else turnAway(visitors, visitor, verdict, done);
      });
    },
  };
};

interface Refused {
  readonly reason: RefusalReason;
  readonly code: number;
  readonly detail?: Bilingual | string;
}
type Verdict = { readonly grant: MqttGrant } | Refused;

const judge = async (
  options: LoginOptions,
  applicant: Applicant,
  client: Client,
  password: Uint8Array | undefined,
): Promise<Verdict> => {
  const { refusal: reason, will } = applicant;
  if (reason !== undefined)
    return { reason, code: reason === "client-id" ? identifierRejected : notAuthorized };
  try {
    const answer = await options.authenticate(applicant.client, password);
    if (!answer.ok) return { reason: "credentials", code: notAuthorized, detail: answer.error };
    const grant = answer.value;
    if (will !== undefined && !grant.mayPublish(will.topic))
      return { reason: "will", code: notAuthorized, detail: will.topic };
    if (will !== undefined && grant.mayRetain?.(will.topic) === false) will.retain = false;
    return client.closed ? gone : { grant };
  } catch (error) {
    // The check itself failed: "server unavailable", so that the client comes back.
    return { reason: "credentials", code: serverUnavailable, detail: String(error) };
  }
};

/** It left while we looked it up: nothing to tell. */
const gone: Refused = { reason: "no-connect", code: serverUnavailable };

const turnAway = (
  visitors: Visitors,
  visitor: Visitor,
  verdict: Refused,
  done: (error: AuthenticateError | null, success: boolean | null) => void,
): void => {
  if (verdict !== gone) visitors.refuse(verdict.reason, visitor, verdict.detail);
  done(refusal(verdict.code), null);
};

const refusal = (returnCode: number): AuthenticateError =>
  Object.assign(new Error("login refused"), { returnCode });
