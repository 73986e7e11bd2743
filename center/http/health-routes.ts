import { Type } from "typebox";
import type { App, HttpParts } from "./app.ts";
import { problemResponses } from "./problems.ts";

const bilingual = Type.Object({ zh: Type.String(), en: Type.String() });
const HealthSchema = Type.Object({ status: Type.Literal("ok") });
const ReadySchema = Type.Object({
  status: Type.Enum(["ready", "not-ready"]),
  hindrances: Type.Array(bilingual),
});

/** For supervisors and Prometheus; open to whoever reaches the port, so no homes and no names. */
export const addHealthRoutes = (app: App, parts: HttpParts): void => {
  const config = { rateLimit: false as const };

  app.get(
    "/healthz",
    {
      config,
      schema: {
        summary: "The process answers 存活",
        tags: ["operation"],
        response: { 200: HealthSchema, "4xx": problemResponses["4xx"] },
      },
    },
    () => ({ status: "ok" as const }),
  );

  app.get(
    "/readyz",
    {
      config,
      schema: {
        summary: "Alarms can be taken in and confirmed 就绪",
        tags: ["operation"],
        response: { 200: ReadySchema, 503: ReadySchema, "4xx": problemResponses["4xx"] },
      },
    },
    async (_request, reply) => {
      const hindrances = (await parts.hindrances()).map(({ zh, en }) => ({ zh, en }));
      return hindrances.length === 0
        ? { status: "ready" as const, hindrances }
        : reply.code(503).send({ status: "not-ready" as const, hindrances });
    },
  );

  app.get(
    "/metrics",
    {
      config,
      schema: {
        summary: "Prometheus metrics 指标",
        tags: ["operation"],
        response: {
          200: { description: "text", content: { "text/plain": { schema: Type.String() } } },
        },
      },
    },
    async (_request, reply) =>
      reply.type(parts.metrics.registry.contentType).send(await parts.metrics.registry.metrics()),
  );
};
