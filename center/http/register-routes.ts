// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { namePattern } from "#domain/ids.ts";
import { addEntry, changeEntry, retireEntry, type Facts } from "../register/change-register.ts";
import { kindFacts, registerKinds, type RegisterKind } from "../register/kinds.ts";
import { readEntry, readPage } from "../register/read-register.ts";
import type { App, HttpParts } from "./app.ts";
import { problemResponses } from "./problems.ts";
import { changeBy, IfMatchSchema, orProblem, versionFrom } from "./register-answers.ts";
import { addDeviceRoutes } from "./register-device-routes.ts";
import { callerOf, requireSession } from "./require-session.ts";

const id = Type.String({ pattern: namePattern });
const IdSchema = Type.Object({ id });
const RetireSchema = Type.Object(
  { reason: Type.String({ pattern: "^[^\\u0000-\\u001f]{1,200}$" }) },
  { additionalProperties: false },
);

/** Facts of one kind as they come in and go out; `partial`: only what changes. */
const factsOf = (kind: RegisterKind, partial: boolean) =>
  Type.Unsafe<Facts>(
    Type.Object(
      Object.fromEntries(
        Object.entries(kindFacts[kind].fields).map(([name, { schema, required }]) => [
          name,
          required === true && !partial ? schema : Type.Optional(schema),
        ]),
      ),
      { additionalProperties: false, ...(partial && { minProperties: 1 }) },
    ),
  );

const entryOf = (kind: RegisterKind) =>
  Type.Object({
    id,
    areaPath: Type.String({ description: "path of the area it lies in" }),
    version: Type.Integer({ description: "send it back as If-Match" }),
    retiredAtMs: Type.Optional(Type.Number()),
    facts: Type.Object(
      Object.fromEntries(
        Object.entries(kindFacts[kind].fields).map(([name, { schema }]) => [
          name,
          Type.Union([schema, Type.Null()]),
        ]),
      ),
    ),
  });

const PageQuerySchema = Type.Object(
  {
    cursor: Type.Optional(id),
    limit: Type.Optional(
      Type.String({ pattern: "^([1-9]\\d?|1\\d\\d|200)$", description: "1–200, default 50" }),
    ),
    within: Type.Optional(Type.String({ maxLength: 500, description: "path of an area" })),
    of: Type.Optional(
      Type.String({
        pattern: "^(parent|area|building|household):.{1,64}$",
        description: "only what hangs on another entry: building:b-2",
      }),
    ),
    retired: Type.Optional(Type.Enum(["include"])),
  },
  { additionalProperties: false },
);

/** The register: areas, buildings, households, points, gateways, and the devices at points. */
export const addRegisterRoutes = (app: App, parts: HttpParts): void => {
  for (const kind of registerKinds) {
    addReadingRoutes(app, parts, kind);
    addWritingRoutes(app, parts, kind);
    addRetireRoute(app, parts, kind);
  }
  addDeviceRoutes(app, parts);
};

const addReadingRoutes = (app: App, parts: HttpParts, kind: RegisterKind): void => {
  const { zh, en } = kindFacts[kind];
  const preParsing = requireSession(parts);
  const Entry = entryOf(kind);
  app.get(
    `/api/v1/register/${kind}`,
    {
      preParsing,
      schema: {
        summary: `Every ${en} of one's areas ${zh}`,
        tags: ["register"],
        querystring: PageQuerySchema,
        response: {
          200: Type.Object({
            items: Type.Array(Entry),
            nextCursor: Type.Optional(Type.String({ description: "absent on the last page" })),
          }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      const { cursor, limit: wished, within, of, retired } = request.query;
      const limit = Number(wished ?? 50);
      const colon = of?.indexOf(":") ?? -1;
      const items = await readPage(parts.store.db, callerOf(request).user, kind, {
        limit: limit + 1,
        retired: retired === "include",
        ...(cursor !== undefined && { after: cursor }),
        ...(within !== undefined && { within }),
        ...(of !== undefined && { of: { field: of.slice(0, colon), id: of.slice(colon + 1) } }),
      });
      const last = items.length > limit ? items[limit - 1] : undefined;
      return {
        items: items.slice(0, limit),
        ...(last !== undefined && { nextCursor: last.id }),
      };
    },
  );

  app.get(
    `/api/v1/register/${kind}/:id`,
    {
      preParsing,
      schema: {
        summary: `One ${en} ${zh}`,
        tags: ["register"],
        params: IdSchema,
        response: { 200: Entry, ...problemResponses },
      },
    },
    async (request, reply) => {
      const entry = await readEntry(
        parts.store.db,
        callerOf(request).user,
        kind,
        request.params.id,
      );
      const found = orProblem(
        entry === undefined
          ? { ok: false, error: { kind: "unknown" } }
          : { ok: true, value: entry },
      );
      return reply.header("etag", `"${found.version}"`).send(found);
    },
  );
};

const addWritingRoutes = (app: App, parts: HttpParts, kind: RegisterKind): void => {
  const { zh, en } = kindFacts[kind];
  const preParsing = requireSession(parts);
  const response = { 200: entryOf(kind), ...problemResponses };

  app.post(
    `/api/v1/register/${kind}`,
    {
      preParsing,
      schema: {
        summary: `Register a new ${en} 登记${zh}`,
        description: "The id is yours to choose and is never used twice: a repeat answers 409.",
        tags: ["register"],
        body: Type.Object({ id, facts: factsOf(kind, false) }, { additionalProperties: false }),
        response,
      },
    },
    async (request, reply) => {
      const change = changeBy(parts, request);
      const wish = { kind, ...request.body };
      const entry = orProblem(await parts.store.write((tx) => addEntry(tx, change, wish)));
      return reply.header("etag", `"${entry.version}"`).send(entry);
    },
  );

  app.patch(
    `/api/v1/register/${kind}/:id`,
    {
      preParsing,
      schema: {
        summary: `Change facts of the ${en} 修改${zh}`,
        tags: ["register"],
        params: IdSchema,
        headers: IfMatchSchema,
        body: Type.Object({ facts: factsOf(kind, true) }, { additionalProperties: false }),
        response,
      },
    },
    async (request, reply) => {
      const change = changeBy(parts, request);
      const wish = {
        kind,
        id: request.params.id,
        version: versionFrom(request.headers),
        facts: request.body.facts,
      };
      const entry = orProblem(await parts.store.write((tx) => changeEntry(tx, change, wish)));
      return reply.header("etag", `"${entry.version}"`).send(entry);
    },
  );
};

const addRetireRoute = (app: App, parts: HttpParts, kind: RegisterKind): void => {
  const { zh, en } = kindFacts[kind];
  app.post(
    `/api/v1/register/${kind}/:id/retire`,
    {
      preParsing: requireSession(parts),
      schema: {
        summary: `Take the ${en} out of use 停用${zh}`,
        description: "Nothing is deleted. Refused while something live hangs on it.",
        tags: ["register"],
        params: IdSchema,
        headers: IfMatchSchema,
        body: RetireSchema,
        response: { 200: entryOf(kind), ...problemResponses },
      },
    },
    async (request, reply) => {
      const change = changeBy(parts, request);
      const wish = {
        kind,
        id: request.params.id,
        version: versionFrom(request.headers),
        reason: request.body.reason,
      };
      const entry = orProblem(await parts.store.write((tx) => retireEntry(tx, change, wish)));
      return reply.header("etag", `"${entry.version}"`).send(entry);
    },
  );
};
