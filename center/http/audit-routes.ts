// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { auditPage } from "../audit/read-audit.ts";
import { auditHead } from "../audit/verify.ts";
import type { App, HttpParts } from "./app.ts";
import { problemResponses } from "./problems.ts";
import { callerOf, requireSession } from "./require-session.ts";

const filter = Type.Optional(Type.String({ pattern: "^[^\\u0000-\\u001f]{1,200}$" }));

const AuditPageSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      seq: Type.Integer({ description: "without gaps over the whole log" }),
      atMs: Type.Number(),
      actor: Type.String(),
      action: Type.String(),
      subject: Type.String({ description: "what it was done to" }),
      area: Type.String(),
      source: Type.String({ description: "address it came from" }),
      detail: Type.String({ description: "JSON" }),
    }),
  ),
  nextBefore: Type.Optional(Type.Integer({ description: "absent on the last page" })),
});

/** Who did and saw what, within one's areas; and the head of the chain, to be noted elsewhere. */
export const addAuditRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.get(
    "/api/v1/audit",
    {
      preParsing,
      schema: {
        summary: "The audit log, newest first 审计日志",
        tags: ["audit"],
        querystring: Type.Object({
          before: Type.Optional(Type.String({ pattern: "^[1-9]\\d{0,14}$" })),
          limit: Type.Optional(Type.String({ pattern: "^([1-9]\\d?|1\\d\\d|200)$" })),
          actor: filter,
          subject: filter,
          action: filter,
        }),
        response: { 200: AuditPageSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { before, limit, ...only } = request.query;
      const page = await auditPage(parts.store.db, callerOf(request).areas, {
        ...only,
        limit: Number(limit ?? 100),
        ...(before !== undefined && { before: Number(before) }),
      });
      return {
        items: [...page.items],
        ...(page.next !== undefined && { nextBefore: page.next }),
      };
    },
  );

  app.get(
    "/api/v1/audit/head",
    {
      preParsing,
      schema: {
        summary: "Where the chain ends, to be written down elsewhere 审计链头",
        description: "`canary prove --audit --noted <seq>:<hash>` then shows a tail cut off.",
        tags: ["audit"],
        response: {
          200: Type.Object({ seq: Type.Integer(), hash: Type.String() }),
          ...problemResponses,
        },
      },
    },
    () => auditHead(parts.store.db),
  );
};
