// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { caseSources } from "#domain/case.ts";
import type { IntakeKeys } from "../one-intake/keys.ts";
import { addSource, disableSource, renewKey } from "../one-intake/sources.ts";
import { areasWith } from "../rights/permissions.ts";
import { inScope } from "../rights/scoped.ts";
import type { App, HttpParts } from "./app.ts";
import { problemResponses } from "./problems.ts";
import { changeBy, orProblem } from "./register-answers.ts";
import { callerOf, requireSession } from "./require-session.ts";

const strict = { additionalProperties: false };
const id = Type.String({ pattern: "^[A-Za-z0-9][\\w.-]{0,63}$" });
const text = Type.String({ pattern: "^[^\\u0000-\\u001f]{1,200}$" });
const KeySchema = Type.Object({
  key: Type.String({ description: "shown this once; hand it over on a safe way" }),
});
const SourceSchema = Type.Object({
  id,
  kind: Type.Enum(caseSources),
  nameZh: text,
  nameEn: text,
  areaPath: Type.String({ pattern: "^/([^/\\u0000]+/)*$", maxLength: 500 }),
});

/** Other systems that may report, and their keys. */
export const addSourceRoutes = (app: App, parts: HttpParts, keys: IntakeKeys): void => {
  const preParsing = requireSession(parts);
  const tags = ["intake"];
  app.get(
    "/api/v1/intake/sources",
    {
      preParsing,
      schema: {
        summary: "Systems that may report 报事来源",
        tags,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                ...SourceSchema.properties,
                kind: Type.String(),
                keyNumber: Type.Integer(),
                disabled: Type.Boolean(),
              }),
            ),
          }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      const rows = await parts.store.db
        .selectFrom("intake_sources")
        .selectAll()
        .where(inScope("area_path", areasWith(callerOf(request).user, "gateways.read")))
        .orderBy("id")
        .execute();
      return {
        items: rows.map((row) => ({
          id: row.id,
          kind: row.kind,
          nameZh: row.name_zh,
          nameEn: row.name_en,
          areaPath: row.area_path,
          keyNumber: row.key_number,
          disabled: row.disabled_at_ms !== null,
        })),
      };
    },
  );

  app.post(
    "/api/v1/intake/sources",
    {
      preParsing,
      schema: {
        summary: "Register a system and get its key 登记报事来源",
        tags,
        body: Type.Object(SourceSchema.properties, strict),
        response: { 200: KeySchema, ...problemResponses },
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const { store } = parts;
      const added = await store.write((tx) => addSource(tx, keys, change, request.body));
      return { key: orProblem(added) };
    },
  );
  addKeyRoutes(app, parts, keys);
};

const addKeyRoutes = (app: App, parts: HttpParts, keys: IntakeKeys): void => {
  const preParsing = requireSession(parts);
  const params = Type.Object({ id });
  app.post(
    "/api/v1/intake/sources/:id/key",
    {
      preParsing,
      schema: {
        summary: "A new key; the old one stays good for a day unless `atOnce` 更换密钥",
        tags: ["intake"],
        params,
        body: Type.Object({ atOnce: Type.Boolean() }, strict),
        response: { 200: KeySchema, ...problemResponses },
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const wish = { id: request.params.id, atOnce: request.body.atOnce };
      const renewed = await parts.store.write((tx) => renewKey(tx, keys, change, wish));
      return { key: orProblem(renewed) };
    },
  );

  app.post(
    "/api/v1/intake/sources/:id/disable",
    {
      preParsing,
      schema: {
        summary: "Take nothing from it any more 停用报事来源",
        tags: ["intake"],
        params,
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const change = changeBy(parts, request);
      orProblem(await parts.store.write((tx) => disableSource(tx, change, request.params.id)));
      return reply.code(204).send(null);
    },
  );
};
