// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import type { FastifyRequest } from "fastify";
import { Type, type Static } from "typebox";
import { FiguresSchema, type Figures } from "#domain/figures.ts";
import { figuresToCsv } from "../figures/figures-csv.ts";
import { dayMs, dayOf, daysMax, periodOf } from "../figures/local-days.ts";
import { readFigures } from "../figures/read-figures.ts";
import type { App, HttpParts } from "./app.ts";
import { ProblemError, problemResponses } from "./problems.ts";
import { callerOf, requireSession } from "./require-session.ts";

const day = (description: string) =>
  Type.Optional(Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", description }));

const FiguresQuerySchema = Type.Object(
  {
    from: day("first day on Chengdu's clock; default: 29 days before `to`"),
    to: day("last day, it counts too; default: today"),
    area: Type.Optional(
      Type.String({
        pattern: "^/([^\\u0000-\\u001f/]{1,64}/)*$",
        maxLength: 300,
        description: "path of an area; default: everything one may see",
      }),
    ),
  },
  { additionalProperties: false },
);
type FiguresQuery = Static<typeof FiguresQuerySchema>;

const description =
  "Response times, load, noise, real and false alarms; what each figure means is docs/figures.md. " +
  "Tests are counted nowhere, drills only under `drills`. null is no data, not 0.";

/** Figures of a period, for a program and for a spreadsheet. */
export const addFigureRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  const askInTurn = createTurns();
  const figuresFor = (request: FastifyRequest, query: FiguresQuery): Promise<Figures> =>
    askInTurn(() => readFor(parts, request, query));

  app.get(
    "/api/v1/figures",
    {
      preParsing,
      schema: {
        summary: "Figures of a period 统计指标",
        description,
        tags: ["figures"],
        querystring: FiguresQuerySchema,
        response: { 200: FiguresSchema, ...problemResponses },
      },
    },
    (request) => figuresFor(request, request.query),
  );

  app.get(
    "/api/v1/figures.csv",
    {
      preParsing,
      schema: {
        summary: "The same as a table 统计指标(表格)",
        description: `${description} UTF-8 with a byte order mark; times in seconds.`,
        tags: ["figures"],
        querystring: FiguresQuerySchema,
        response: {
          200: { description: "CSV", content: { "text/csv": { schema: Type.String() } } },
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      const figures = await figuresFor(request, request.query);
      return reply
        .serializer((text: string) => text)
        .type("text/csv; charset=utf-8")
        .header(
          "content-disposition",
          `attachment; filename="canary-figures-${figures.from}-${figures.to}.csv"`,
        )
        .send(figuresToCsv(figures));
    },
  );
};

const readFor = (
  parts: HttpParts,
  request: FastifyRequest,
  query: FiguresQuery,
): Promise<Figures> => {
  const nowMs = parts.clock.now().wallMs;
  const to = query.to ?? dayOf(nowMs);
  const lastMs = periodOf(to, to)?.fromMs;
  const from = query.from ?? (lastMs === undefined ? "" : dayOf(lastMs - 29 * dayMs));
  const period = periodOf(from, to);
  if (period === undefined) throw new ProblemError(noSuchPeriod);
  const { area } = query;
  return readFigures(
    parts.store.db,
    callerOf(request).user,
    { period, ...(area !== undefined && { area }) },
    nowMs,
  );
};

/**
 * One after the other: figures wait for figures, so that however many pages ask for a year, at
 * most one of them is beside the alarms.
 */
const createTurns = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(work, work);
    // Its own asker hears of a failure; the next one only waits.
    last = turn.catch(() => undefined);
    return turn;
  };
};

const noSuchPeriod = {
  status: 400,
  kind: "no-such-period",
  title: "No such period",
  detail: {
    zh: `统计期须为存在的日期,from 不晚于 to,最长 ${daysMax} 天。例:from=2026-11-01&to=2026-11-30`,
    en: `from and to must be days of the calendar, in this order, at most ${daysMax} days: from=2026-11-01&to=2026-11-30`,
  },
};
