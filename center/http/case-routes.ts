// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { caseActions, type CaseAction } from "#domain/case-flow.ts";
import { ActInputSchema, type ActInput } from "#domain/case-input.ts";
import { caseLevels, caseStates } from "#domain/case.ts";
import { CaseDetailSchema, CaseViewSchema, type CaseView } from "#domain/case-view.ts";
import { actOnCase, noteOnCase, type ActOutcome } from "../cases/act-on-case.ts";
import { caseDetail } from "../cases/case-detail.ts";
import { casePage } from "../cases/read-cases.ts";
import { once } from "../store/once.ts";
import type { App, HttpParts } from "./app.ts";
import { caseConflictResponses, explainAct } from "./case-problems.ts";
import { cursorToText, textToCursor, wrongCursor } from "./pair-cursor.ts";
import { noSuchCase } from "./case-problems.ts";
import { ProblemError, problemResponses } from "./problems.ts";
import { callerOf, requireSession } from "./require-session.ts";

const caseId = Type.Object({ id: Type.String({ pattern: "^[\\w-]{1,40}$" }) });
const flag = Type.Enum(["yes", "no"]);
const short = Type.String({ pattern: "^[^\\u0000-\\u001f]{1,200}$" });

const CaseQuerySchema = Type.Object({
  state: Type.Optional(Type.Enum(caseStates)),
  open: Type.Optional(Type.Enum(["yes", "no"], { description: "somebody still owes something" })),
  priority: Type.Optional(Type.Enum(["1", "2", "3", "4"])),
  level: Type.Optional(Type.Enum(caseLevels)),
  area: Type.Optional(
    Type.String({
      pattern: "^/([^\\u0000-\\u001f/]{1,64}/)*$",
      maxLength: 300,
      description: "path of an area",
    }),
  ),
  household: Type.Optional(short),
  assignee: Type.Optional(short),
  drill: Type.Optional(flag),
  cursor: Type.Optional(Type.String({ maxLength: 1_000 })),
  limit: Type.Optional(
    Type.String({ pattern: "^([1-9]\\d?|1\\d\\d|200)$", description: "1–200, default 50" }),
  ),
});

const ActHeadersSchema = Type.Object({
  "if-match": Type.Optional(
    Type.String({ description: 'the version of the case, quoted: "1"', maxLength: 100 }),
  ),
  "idempotency-key": Type.String({
    pattern: "^[\\x21-\\x7e]{1,200}$",
    description: "chosen by the page for one press of the button; a repeat has no second effect",
  }),
});

/** Looking through cases, and working on one. */
export const addCaseRoutes = (app: App, parts: HttpParts): void => {
  addReading(app, parts);
  addActing(app, parts);
};

const addReading = (app: App, parts: HttpParts): void => {
  app.get(
    "/api/v1/cases",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Cases in one's areas, newest first 事件列表",
        tags: ["cases"],
        querystring: CaseQuerySchema,
        response: {
          200: Type.Object({
            items: Type.Array(CaseViewSchema),
            nextCursor: Type.Optional(Type.String({ description: "absent on the last page" })),
          }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      const { open, priority, drill, cursor, limit, ...texts } = request.query;
      const after = cursor === undefined ? undefined : textToCursor(cursor);
      if (cursor !== undefined && after === undefined) throw new ProblemError(wrongCursor);
      const page = await casePage(parts.store.db, callerOf(request).user, {
        filter: {
          ...texts,
          ...(open !== undefined && { open: open === "yes" }),
          ...(drill !== undefined && { drill: drill === "yes" }),
          ...(priority !== undefined && { priority: Number(priority) }),
        },
        limit: Number(limit ?? 50),
        ...(after !== undefined && { after: { createdAtMs: after.atMs, id: after.name } }),
      });
      return {
        items: [...page.items],
        ...(page.next !== undefined && {
          nextCursor: cursorToText({ atMs: page.next.createdAtMs, name: page.next.id }),
        }),
      };
    },
  );

  app.get(
    "/api/v1/cases/:id",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "One case: alarms, timeline, pages, clocks, and what one may do 事件详情",
        tags: ["cases"],
        params: caseId,
        response: { 200: CaseDetailSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { user } = callerOf(request);
      const nowMs = parts.clock.now().wallMs;
      const detail = await caseDetail(parts.store.db, request.params.id, user, nowMs);
      if (detail === undefined) throw new ProblemError(noSuchCase);
      return reply.header("etag", `"${detail.case.version}"`).send(detail);
    },
  );
};

const addActing = (app: App, parts: HttpParts): void => {
  app.post(
    "/api/v1/cases/:id/actions/:action",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Take one step of a case 事件操作",
        description:
          "Steps, rights and guards are docs/case-flow.md. An alarm is never changed by it.",
        tags: ["cases"],
        params: Type.Intersect([caseId, Type.Object({ action: Type.Enum(caseActions) })]),
        headers: ActHeadersSchema,
        body: ActInputSchema,
        response: { 200: CaseViewSchema, ...caseConflictResponses, ...problemResponses },
      },
    },
    async (request, reply) => {
      const view = await act(parts, request, {
        ...request.params,
        input: request.body,
        ifMatch: request.headers["if-match"],
        key: request.headers["idempotency-key"],
      });
      return reply.header("etag", `"${view.version}"`).send(view);
    },
  );

  app.post(
    "/api/v1/cases/:id/notes",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Write down progress 记录进展",
        description: "A word, a reading, a call: no step, and no version is needed.",
        tags: ["cases"],
        params: caseId,
        headers: Type.Pick(ActHeadersSchema, ["idempotency-key"]),
        body: ActInputSchema,
        response: { 200: CaseViewSchema, ...caseConflictResponses, ...problemResponses },
      },
    },
    (request) =>
      act(parts, request, {
        id: request.params.id,
        input: request.body,
        key: request.headers["idempotency-key"],
      }),
  );
};

interface Wish {
  readonly id: string;
  /** Absent: a note. */
  readonly action?: CaseAction;
  readonly input: ActInput;
  readonly ifMatch?: string | undefined;
  readonly key: string;
}

const act = async (parts: HttpParts, request: FastifyRequest, wish: Wish): Promise<CaseView> => {
  const { user: actor } = callerOf(request);
  const { id, action, input, ifMatch, key } = wish;
  if (action !== undefined && ifMatch === undefined) throw new ProblemError(versionMissing);
  const version = Number(/^"(\d{1,9})"$/.exec(ifMatch ?? "")?.[1] ?? Number.NaN);
  const nowMs = parts.clock.now().wallMs;
  const asked = { caseId: id, version, actor, input, source: request.ip, nowMs };

  const outcome = await once<ActOutcome>(
    parts.store,
    {
      actor: actor.name,
      key,
      request: `case ${id} ${action ?? "note"} ${ifMatch ?? ""} ${JSON.stringify(input)}`,
      nowMs,
    },
    (tx) => (action === undefined ? noteOnCase(tx, asked) : actOnCase(tx, action, asked)),
  );
  parts.broadcast.wake();
  if (outcome?.kind === "done") return outcome.case;
  throw new ProblemError(explainAct(outcome));
};

const versionMissing = {
  status: 428,
  kind: "version-required",
  title: "Version required",
  detail: {
    zh: '操作事件必须带 If-Match: "版本号",取自事件的 version',
    en: 'acting on a case needs If-Match: "<version>", the case\'s version',
  },
};
