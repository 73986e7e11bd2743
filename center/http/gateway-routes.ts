// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { DeskGatewaySchema } from "#domain/desk.ts";
import { namePattern } from "#domain/ids.ts";
import { isKnownGateway, readCompleteness, readGateways } from "../desk/read-gateways.ts";
import type { App, HttpParts } from "./app.ts";
import { notFound, ProblemError, problemResponses } from "./problems.ts";
import { callerOf, requireSession } from "./require-session.ts";

const GatewaysSchema = Type.Object({ items: Type.Array(DeskGatewaySchema) });

const CompletenessSchema = Type.Object({
  gateway: Type.String(),
  journals: Type.Array(
    Type.Object({
      journal: Type.String(),
      recorded: Type.Integer({ description: "highest number the gateway says it has written" }),
      received: Type.Integer({ description: "how many of them the center has committed" }),
      // Not a Tuple: TypeBox writes those in the way of older JSON Schema drafts.
      holes: Type.Array(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 }), {
        description: "missing numbers, inclusive pairs",
      }),
    }),
  ),
});

/** How the gateways are, and the proof that nothing of them is missing. */
export const addGatewayRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);

  app.get(
    "/api/v1/gateways",
    {
      preParsing,
      schema: {
        summary: "Gateways 网关",
        tags: ["gateways"],
        response: { 200: GatewaysSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { areas } = callerOf(request);
      return { items: [...(await readGateways(parts.store.db, parts.view(), undefined, areas))] };
    },
  );

  app.get(
    "/api/v1/gateways/:id/completeness",
    {
      preParsing,
      schema: {
        summary: "Recorded, received and missing, journal by journal 无缺证明",
        tags: ["gateways"],
        params: Type.Object({ id: Type.String({ pattern: namePattern }) }),
        response: { 200: CompletenessSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { id } = request.params;
      if (!(await isKnownGateway(parts.store.db, id, callerOf(request).areas))) {
        throw new ProblemError(
          notFound({ zh: "没有这个网关的记录", en: "nothing is known of such a gateway" }),
        );
      }
      const journals = await readCompleteness(parts.store.db, id);
      return {
        gateway: id,
        journals: journals.map((one) => ({
          journal: one.journal,
          recorded: one.recorded,
          received: one.received,
          holes: one.holes.map(([from, to]) => [from, to]),
        })),
      };
    },
  );
};
