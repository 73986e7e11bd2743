// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { namePattern } from "#domain/ids.ts";
import { HistorySchema } from "../telemetry/history-schema.ts";
import { isKnownDetector, readHistory } from "../telemetry/read-history.ts";
import type { App, HttpParts } from "./app.ts";
import { notFound, ProblemError, problemResponses, type ProblemFacts } from "./problems.ts";
import { nameKey, placesOf } from "../register/place-of.ts";
import { requireOver, requireSession } from "./require-session.ts";

const name = Type.String({ pattern: namePattern });
const epoch = (description: string) =>
  Type.Optional(Type.String({ pattern: "^\\d{1,14}$", description: `epoch ms; ${description}` }));

const QuerySchema = Type.Object({
  gas: Type.Optional(Type.String({ maxLength: 40 })),
  from: epoch("a day before `to` when absent"),
  to: epoch("now when absent"),
  points: Type.Optional(
    Type.String({
      pattern: "^([1-9]\\d{0,2}|1\\d{3}|2000)$",
      description: "at most so many points a curve, 1–2000, default 500",
    }),
  ),
});

const dayMs = 86_400_000;

/** What a detector measured, for charts. */
export const addHistoryRoutes = (app: App, parts: HttpParts): void => {
  app.get(
    "/api/v1/detectors/:gateway/:detector/history",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "What a detector measured 历史曲线",
        description:
          "Lowest, highest and mean per bucket: a single high reading stays visible at any zoom, " +
          "and where nothing was heard is a gap.",
        tags: ["detectors"],
        params: Type.Object({ gateway: name, detector: name }),
        querystring: QuerySchema,
        response: { 200: HistorySchema, ...problemResponses },
      },
    },
    async (request) => {
      const { gateway, detector } = request.params;
      const { gas, from, to, points } = request.query;
      const nowMs = Math.floor(parts.clock.now().wallMs);
      const toMs = to === undefined ? nowMs : Number(to);
      const fromMs = from === undefined ? toMs - dayMs : Number(from);
      if (fromMs >= toMs) throw new ProblemError(wrongRange);
      const { db } = parts.store;
      const known = await isKnownDetector(db, gateway, detector);
      const area = (await placesOf(db, [{ gateway, detector }])).get(
        nameKey({ gateway, detector }),
      )?.area;
      requireOver(request, {
        area: known ? area : undefined,
        seen: "alarms.read",
        missing: noSuchDetector,
      });
      return readHistory(db, {
        gateway,
        detector,
        fromMs,
        toMs,
        nowMs,
        points: Number(points ?? 500),
        ...(gas !== undefined && { gas }),
      });
    },
  );
};

const wrongRange: ProblemFacts = {
  status: 400,
  kind: "wrong-range",
  title: "Wrong range",
  detail: { zh: "from 必须早于 to", en: "from must be before to" },
};

const noSuchDetector = notFound({
  zh: "没有这个探测器的记录,请核对网关和探测器编号",
  en: "nothing is known of such a detector; check the ids of gateway and detector",
});
