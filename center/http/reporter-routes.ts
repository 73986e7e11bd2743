// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { reportKindNames } from "../one-intake/report.ts";
import { readReporters } from "../one-intake/reporters.ts";
import type { App, HttpParts } from "./app.ts";
import { noSuchCase } from "./case-problems.ts";
import { viewerOf } from "./person-routes.ts";
import { ProblemError, problemResponses } from "./problems.ts";
import { requireSession } from "./require-session.ts";

const ReporterSchema = Type.Object({
  source: Type.String({ description: "the reporting system, `resident` or `staff`" }),
  receivedAtMs: Type.Number(),
  kind: Type.Enum(reportKindNames),
  name: Type.Optional(Type.String({ description: "王**, unless `masked` is false" })),
  phone: Type.Optional(Type.String({ description: "138****1234, unless `masked` is false" })),
  masked: Type.Boolean(),
});

/** Whom to call back about a case that somebody reported. */
export const addReporterRoute = (app: App, parts: HttpParts): void => {
  app.get(
    "/api/v1/cases/:id/reporters",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Who reported a case, masked; in full on one's own open case 报事人",
        tags: ["cases"],
        params: Type.Object({ id: Type.String({ pattern: "^[\\w-]{1,40}$" }) }),
        response: { 200: Type.Object({ items: Type.Array(ReporterSchema) }), ...problemResponses },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(parts, request);
      const { id } = request.params;
      const reporters = await parts.store.write((tx) => readReporters(tx, viewer, id));
      if (reporters === undefined) throw new ProblemError(noSuchCase);
      void reply.header("cache-control", "no-store");
      return { items: [...reporters] };
    },
  );
};
