// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { isWithin } from "#domain/rights.ts";
import { findPlace } from "../one-intake/find-place.ts";
import { openIntakeKeys, type IntakeKeys } from "../one-intake/keys.ts";
import { ReportEventSchema, ReportSchema } from "../one-intake/report.ts";
import { takeEvent } from "../one-intake/take-event.ts";
import { takeReport, type Taken } from "../one-intake/take-report.ts";
import { areasWith } from "../rights/permissions.ts";
import { audit } from "../store/audit.ts";
import type { App, HttpParts } from "./app.ts";
import { addIntakeDeskRoutes } from "./intake-desk-routes.ts";
import {
  clockOff,
  idReused,
  keysDisagree,
  notProven,
  placeNotYours,
  replayed,
  unreadable,
} from "./intake-problems.ts";
import { addReporterRoute } from "./reporter-routes.ts";
import { addResidentLinkRoutes } from "./resident-link-routes.ts";
import { addResidentRoutes } from "./intake-resident-routes.ts";
import { addSourceRoutes } from "./intake-source-routes.ts";
import { ProblemError, problemResponses } from "./problems.ts";
import { changeBy } from "./register-answers.ts";
import { requireSession } from "./require-session.ts";

export const TakenSchema = Type.Object({
  state: Type.Enum(["placed", "unplaced"], {
    description: "unplaced: kept, and shown to people until they have found the place",
  }),
  case: Type.Optional(Type.String({ description: "the case that was opened" })),
  mergedInto: Type.Optional(Type.String({ description: "the open case it was put into" })),
  repeated: Type.Boolean({ description: "true: the same report came before; nothing was done" }),
});

/** The one intake 一个口子: other systems, staff, residents. */
export const addIntakeRoutes = async (app: App, parts: HttpParts): Promise<void> => {
  const keys = await openIntakeKeys(parts.store, parts.filesFolder);
  await app.register(async (scope: App) => {
    // The signature is over the bytes as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      ["application/cloudevents+json", "application/json"],
      { parseAs: "buffer" },
      (_request, body, done) => {
        done(null, body);
      },
    );
    addEventRoute(scope, parts, keys);
  });
  addStaffRoute(app, parts);
  addResidentRoutes(app, parts, keys);
  addResidentLinkRoutes(app, parts, keys);
  addSourceRoutes(app, parts, keys);
  addIntakeDeskRoutes(app, parts);
  addReporterRoute(app, parts);
};

const SignedHeadersSchema = Type.Object({
  "canary-source": Type.String({ description: "id the street gave to your system" }),
  "canary-timestamp": Type.String({ description: "seconds since 1970, at most 5 minutes off" }),
  "canary-nonce": Type.String({ description: "8–64 of A–Z a–z 0–9 _ -, never used twice" }),
  "canary-signature": Type.String({
    description: "v1=hex(HMAC-SHA256(key, `v1.${timestamp}.${nonce}.${body}`))",
  }),
});

const addEventRoute = (app: App, parts: HttpParts, keys: IntakeKeys): void => {
  app.post(
    "/api/v1/intake/events",
    {
      schema: {
        summary: "A report from another system, signed 其他系统报事",
        description:
          "CloudEvents 1.0 in JSON. The same source and id again is the same report. " +
          "See docs/intake.md for a working example with openssl and curl.",
        tags: ["intake"],
        headers: SignedHeadersSchema,
        body: ReportEventSchema,
        response: { 200: TakenSchema, ...problemResponses },
      },
      // Proof comes first, and what does not fit is kept: both are looked at in take-event.ts.
      validatorCompiler: () => () => true,
    },
    async (request) => {
      if (!(await keys.agrees())) throw new ProblemError(keysDisagree);
      const signed = signedRequest(request);
      if (signed === undefined) throw new ProblemError(notProven);
      const taken = await takeEvent(parts.store, keys, signed, parts.clock.now().wallMs);
      parts.broadcast.wake();
      if (taken.ok) return toAnswer(taken.value);
      switch (taken.error.kind) {
        case "not-proven":
          throw new ProblemError(notProven);
        case "clock":
          throw new ProblemError(clockOff(taken.error.offMs));
        case "replayed":
          throw new ProblemError(replayed);
        case "id-reused":
          throw new ProblemError(idReused);
        case "unreadable":
          throw new ProblemError(unreadable(taken.error.why));
      }
    },
  );
};

const signedRequest = ({ headers, body, ip: from }: FastifyRequest) => {
  const text = (name: string): string => {
    const value = headers[name];
    return typeof value === "string" ? value : "";
  };
  const source = text("canary-source");
  const timestamp = text("canary-timestamp");
  const nonce = text("canary-nonce");
  const signature = text("canary-signature");
  const sound =
    /^[\w.-]{1,64}$/.test(source) &&
    /^\d{1,12}$/.test(timestamp) &&
    /^[\w-]{8,64}$/.test(nonce) &&
    /^v1=[0-9a-f]{64}$/.test(signature);
  if (!sound || !(body instanceof Uint8Array)) return;
  return { source, timestamp, nonce, signature, body, from };
};

const addStaffRoute = (app: App, parts: HttpParts): void => {
  app.post(
    "/api/v1/intake/reports",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "A report by staff 工作人员报事",
        tags: ["intake"],
        headers: Type.Object({
          "idempotency-key": Type.String({ pattern: "^[\\x21-\\x7e]{1,200}$" }),
        }),
        body: ReportSchema,
        response: { 200: TakenSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { actor, source, nowMs } = changeBy(parts, request);
      const areas = areasWith(actor, "alarms.read");
      const id = `${actor.name}:${request.headers["idempotency-key"]}`;
      const taken = await parts.store.write(async (tx): Promise<Taken | undefined> => {
        const found = await findPlace(tx, request.body.place, areas);
        // Who stands there knows where it is: no quarantine for staff.
        if (found === undefined) return;
        const atGrid = actor.grants.some(
          ({ role, area }) => role === "grid" && isWithin(found.area, area),
        );
        const taken = await takeReport(
          tx,
          {
            source: "staff",
            kind: "staff",
            id,
            by: actor.name,
            within: areas,
            area: found.area,
            level: atGrid ? "grid" : "community",
          },
          request.body,
          { body: JSON.stringify(request.body), nowMs },
        );
        const caseId = taken.kind === "taken" ? (taken.case ?? "") : "";
        await audit(tx, {
          atMs: nowMs,
          actor: actor.name,
          action: "intake-report",
          subject: caseId,
          area: found.area,
          source,
        });
        return taken;
      });
      parts.broadcast.wake();
      if (taken === undefined) throw new ProblemError(placeNotYours);
      if (taken.kind === "id-reused") throw new ProblemError(idReused);
      return toAnswer(taken);
    },
  );
};

const toAnswer = ({
  state,
  case: opened,
  mergedInto,
  repeated,
}: Extract<Taken, { readonly kind: "taken" }>) => ({
  state,
  repeated,
  ...(opened !== undefined && { case: opened }),
  ...(mergedInto !== undefined && { mergedInto }),
});
