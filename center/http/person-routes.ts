// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Permission } from "../rights/permissions.ts";
import {
  areaOfPerson,
  readPeople,
  readPerson,
  revealPerson,
  type Viewer,
} from "../rights/people.ts";
import { personKinds } from "../rights/keep-people.ts";
import { copyPerson, erasePerson } from "../rights/person-requests.ts";
import type { App, HttpParts } from "./app.ts";
import { notFound, ProblemError, problemResponses } from "./problems.ts";
import { callerOf, requireOver, requireSession } from "./require-session.ts";

const tags = ["people"];
export const idText = Type.String({ pattern: "^[^\\u0000-\\u001f]{1,100}$" });
const idOnly = Type.Object({ id: idText });
export const ReasonSchema = Type.Object(
  { reason: Type.String({ minLength: 2, maxLength: 500, description: "kept in the audit log" }) },
  { additionalProperties: false },
);

export const PersonSchema = Type.Object({
  id: Type.String(),
  kind: Type.String({ description: "resident, contact or staff" }),
  area: Type.String(),
  household: Type.Optional(Type.String()),
  name: Type.String({ description: "王**, unless `masked` is false" }),
  phone: Type.Optional(Type.String({ description: "138****1234, unless `masked` is false" })),
  masked: Type.Boolean(),
  byCase: Type.Optional(Type.String({ description: "the caller's own urgent case that shows it" })),
  address: Type.Optional(Type.String()),
  flags: Type.Optional(Type.String({ description: "JSON: what a rescuer must know" })),
  erasedAtMs: Type.Optional(Type.Number()),
  endedAtMs: Type.Optional(Type.Number({ description: "works or lives here no more" })),
  account: Type.Optional(Type.String({ description: "what staff log in with" })),
  version: Type.Integer({ description: "for If-Match" }),
});

const CopySchema = Type.Object({
  exportedAtMs: Type.Number(),
  exportedBy: Type.String(),
  person: PersonSchema,
  detectors: Type.Array(Type.Object({ detector: Type.String(), place: Type.String() })),
  alarms: Type.Array(
    Type.Object({
      episode: Type.String(),
      alarmClass: Type.String(),
      firstAtMs: Type.Number(),
    }),
  ),
  reports: Type.Array(
    Type.Object({
      source: Type.String(),
      receivedAtMs: Type.Number(),
      kind: Type.String(),
      text: Type.Optional(Type.String()),
      name: Type.Optional(Type.String()),
      phone: Type.Optional(Type.String()),
    }),
  ),
  looks: Type.Array(
    Type.Object({
      atMs: Type.Number(),
      actor: Type.String(),
      action: Type.String(),
      detail: Type.String(),
    }),
  ),
});

/** Residents, contacts, staff: masked, revealed for a reason, copied and forgotten on request. */
export const addPersonRoutes = (app: App, parts: HttpParts): void => {
  addReading(app, parts);
  addReveal(app, parts);
  addRequests(app, parts);
};

const addReading = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.get(
    "/api/v1/people",
    {
      preParsing,
      schema: {
        summary: "People of my areas, masked 人员列表",
        tags,
        querystring: Type.Object({
          household: Type.Optional(idText),
          kind: Type.Optional(Type.Enum(personKinds)),
          ended: Type.Optional(
            Type.Enum(["include"], { description: "also those who have ended" }),
          ),
          takesJobs: Type.Optional(
            Type.Enum(["true"], { description: "only staff to whom a case can be dispatched" }),
          ),
          after: Type.Optional(idText),
          limit: Type.Optional(Type.String({ pattern: "^([1-9]\\d?|1\\d\\d|200)$" })),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(PersonSchema),
            nextAfter: Type.Optional(Type.String({ description: "absent on the last page" })),
          }),
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      const { limit, ended, takesJobs, ...query } = request.query;
      const page = {
        ...query,
        ended: ended === "include",
        takesJobs: takesJobs === "true",
        limit: Number(limit ?? 50),
      };
      const viewer = viewerOf(parts, request);
      const { items, next } = await parts.store.write((tx) => readPeople(tx, viewer, page));
      void reply.header("cache-control", "no-store");
      return { items: [...items], ...(next !== undefined && { nextAfter: next }) };
    },
  );

  app.get(
    "/api/v1/people/:id",
    {
      preParsing,
      schema: {
        summary: "One person, masked; in full on one's own urgent case 人员",
        tags,
        params: idOnly,
        response: { 200: PersonSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(parts, request);
      const { id } = request.params;
      const person = await parts.store.write((tx) => readPerson(tx, viewer, id));
      void reply.header("cache-control", "no-store");
      return person ?? missing();
    },
  );
};

const addReveal = (app: App, parts: HttpParts): void => {
  app.post(
    "/api/v1/people/:id/reveal",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "One person in full, for a reason that is kept 查看完整信息",
        tags,
        params: idOnly,
        body: ReasonSchema,
        response: { 200: PersonSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const wish = { ...request.params, ...request.body };
      await requirePerson(parts, request, wish.id);
      const viewer = viewerOf(parts, request);
      const person = await parts.store.write((tx) => revealPerson(tx, viewer, wish));
      void reply.header("cache-control", "no-store");
      return person ?? missing();
    },
  );
};

const addRequests = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.get(
    "/api/v1/people/:id/export",
    {
      preParsing,
      schema: {
        summary: "Everything kept of one person, for that person 个人信息副本",
        tags,
        params: idOnly,
        response: { 200: CopySchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await requirePerson(parts, request, id);
      const viewer = viewerOf(parts, request);
      const copy = await parts.store.write((tx) => copyPerson(tx, viewer, id));
      void reply
        .header("cache-control", "no-store")
        .header("content-disposition", 'attachment; filename="person.json"');
      if (copy === undefined) return missing();
      return {
        ...copy,
        detectors: [...copy.detectors],
        alarms: [...copy.alarms],
        reports: [...copy.reports],
        looks: [...copy.looks],
      };
    },
  );

  app.post(
    "/api/v1/people/:id/erase",
    {
      preParsing,
      schema: {
        summary: "Forget a person; the pseudonymous record stays 删除个人信息",
        tags,
        params: idOnly,
        body: ReasonSchema,
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const wish = { ...request.params, ...request.body };
      await requirePerson(parts, request, wish.id);
      const viewer = viewerOf(parts, request);
      const outcome = await parts.store.write((tx) => erasePerson(tx, viewer, wish));
      if (outcome.kind === "unknown") return missing();
      if (outcome.kind === "case-open") throw new ProblemError(caseOpen);
      return reply.code(204).send(null);
    },
  );
};

const seen: Permission = "people.read";

/** Not there for whoever may not see the person at all; refused to whoever may only see. */
export const requirePerson = async (
  parts: HttpParts,
  request: FastifyRequest,
  id: string,
): Promise<void> => {
  const area = await areaOfPerson(parts.store.db, id);
  requireOver(request, { area, seen, missing: noSuchPerson });
};

export const viewerOf = (parts: HttpParts, request: FastifyRequest): Viewer => {
  const { user, areas } = callerOf(request);
  return {
    vault: parts.vault,
    name: user.name,
    areas,
    source: request.ip,
    nowMs: parts.clock.now().wallMs,
  };
};

const missing = (): never => {
  throw new ProblemError(noSuchPerson);
};

const noSuchPerson = notFound({
  zh: "您管辖的区域内没有此人",
  en: "there is no such person within your areas",
});

const caseOpen = {
  status: 409,
  kind: "case-open",
  title: "Case open",
  detail: {
    zh: "此人住处有紧急事件尚未办结,办结后再删除",
    en: "an urgent case at this person's home is still open; erase once it is closed",
  },
};
