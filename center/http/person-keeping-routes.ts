// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { namePattern } from "#domain/ids.ts";
import {
  addPerson,
  changePerson,
  endPerson,
  personKinds,
  type PersonFacts,
} from "../rights/keep-people.ts";
import type { App, HttpParts } from "./app.ts";
import { idText, PersonSchema, ReasonSchema, requirePerson, viewerOf } from "./person-routes.ts";
import { problemResponses } from "./problems.ts";
import { IfMatchSchema, orProblem, versionFrom } from "./register-answers.ts";
import { requireSession } from "./require-session.ts";

const closed = { additionalProperties: false };
const tags = ["people"];
const name = Type.String({ pattern: "^[^\\u0000-\\u001f]{1,60}$" });
const id = Type.String({ pattern: namePattern });
const orNone = <Schema extends ReturnType<typeof Type.String>>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);
const facts = {
  phone: Type.Optional(
    orNone(
      Type.String({ pattern: "^[+\\d][\\d -]{4,24}$", description: "kept sealed in the database" }),
    ),
  ),
  household: Type.Optional(orNone(idText)),
  account: Type.Optional(
    orNone(Type.String({ pattern: namePattern, description: "of staff: their login" })),
  ),
};

/** Staff and residents are entered, changed and ended; everything of it is audited. */
export const addPersonKeepingRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.post(
    "/api/v1/people",
    {
      preParsing,
      schema: {
        summary: "Enter a person: a grid worker, an officer, a resident 登记人员",
        description: "An area, household or account outside one's own areas is not there.",
        tags,
        body: Type.Object(
          { id: Type.Optional(id), kind: Type.Enum(personKinds), name, area: id, ...facts },
          closed,
        ),
        response: { 201: PersonSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const keeper = viewerOf(parts, request);
      const added = await parts.store.write((tx) => addPerson(tx, keeper, request.body));
      return reply.code(201).header("cache-control", "no-store").send(orProblem(added));
    },
  );
  addChange(app, parts);
  addEnd(app, parts);
};

const addChange = (app: App, parts: HttpParts): void => {
  app.patch(
    "/api/v1/people/:id",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Change what is known of a person 修改人员",
        tags,
        params: Type.Object({ id: idText }),
        headers: IfMatchSchema,
        body: Type.Object(
          { name: Type.Optional(name), area: Type.Optional(id), ...facts },
          { ...closed, minProperties: 1 },
        ),
        response: { 200: PersonSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id: who } = request.params;
      await requirePerson(parts, request, who);
      const keeper = viewerOf(parts, request);
      const told: PersonFacts = request.body;
      const version = versionFrom(request.headers);
      const wish = { id: who, version, facts: told };
      const changed = await parts.store.write((tx) => changePerson(tx, keeper, wish));
      return reply.header("cache-control", "no-store").send(orProblem(changed));
    },
  );
};

const addEnd = (app: App, parts: HttpParts): void => {
  app.post(
    "/api/v1/people/:id/end",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Somebody works or lives here no more 停用人员",
        description:
          "Their account is let go, not disabled: an administrator does that. Refused while an open case is theirs.",
        tags,
        params: Type.Object({ id: idText }),
        headers: IfMatchSchema,
        body: ReasonSchema,
        response: { 200: PersonSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      await requirePerson(parts, request, request.params.id);
      const keeper = viewerOf(parts, request);
      const version = versionFrom(request.headers);
      const wish = { ...request.params, ...request.body, version };
      const ended = await parts.store.write((tx) => endPerson(tx, keeper, wish));
      return reply.header("cache-control", "no-store").send(orProblem(ended));
    },
  );
};
