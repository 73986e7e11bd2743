// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { clockNames, type ClockName } from "../cases/clock-plans.ts";
import { readOverrides, setOverride } from "../cases/clock-overrides.ts";
import {
  boundsOf,
  nearestOf,
  type ClockBounds,
  type ClockOverride,
} from "../cases/street-plans.ts";
import { audit } from "../store/audit.ts";
import type { Reading } from "../store/open-store.ts";
import { isInScope } from "../rights/scoped.ts";
import type { App, HttpParts } from "./app.ts";
import { notFound, ProblemError, problemResponses, type ProblemFacts } from "./problems.ts";
import { callerOf, requireOver, requireSession } from "./require-session.ts";

const tags = ["cases"];
const area = Type.String({
  pattern: "^/([^\\u0000-\\u001f/]{1,64}/){1,8}$",
  maxLength: 300,
  description: "path of a street or a district",
});
const priorities = [1, 2, 3, 4] as const;

const ClockSchema = Type.Object({
  priority: Type.Integer(),
  clock: Type.Enum(clockNames),
  withinMs: Type.Number({ description: "when its last step comes, as it holds in this area" }),
  setBy: Type.Optional(Type.String({ description: "path of the area that set it; absent: none" })),
  standardMs: Type.Number(),
  minMs: Type.Number(),
  maxMs: Type.Number(),
});

/** Within what time a street wants its cases signed for, dispatched, arrived at … */
export const addClockRoutes = (app: App, parts: HttpParts): void => {
  addReading(app, parts);
  addSetting(app, parts);
};

const addReading = (app: App, parts: HttpParts): void => {
  app.get(
    "/api/v1/clocks",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Times of a street's case clocks, with their bounds 事件时限",
        tags,
        querystring: Type.Object({ area }),
        response: { 200: Type.Object({ items: Type.Array(ClockSchema) }), ...problemResponses },
      },
    },
    async (request) => {
      const { area: path } = request.query;
      if (!isInScope(path, callerOf(request).areas)) throw new ProblemError(noSuchStreet);
      await streetAt(parts.store.db, path);
      return { items: clocksOf(path, await readOverrides(parts.store.db)) };
    },
  );
};

const addSetting = (app: App, parts: HttpParts): void => {
  app.put(
    "/api/v1/clocks/:priority/:clock",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Set one time of a street's case clocks 设置时限",
        description:
          "`withinMs`: null goes back to what holds above. The steps before the last keep their " +
          "proportions; who is told does not change. Clocks that run follow at once. Within bounds: " +
          "for P1, signing, dispatching and taking are never slower than the standard.",
        tags,
        params: Type.Object({
          priority: Type.Enum(["1", "2", "3", "4"]),
          clock: Type.Enum(clockNames),
        }),
        body: Type.Object(
          { area, withinMs: Type.Union([Type.Integer(), Type.Null()]) },
          { additionalProperties: false },
        ),
        response: { 200: ClockSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { user } = callerOf(request);
      const { area: path, withinMs } = request.body;
      const { clock } = request.params;
      requireOver(request, { area: path, seen: "clocks.read", missing: noSuchStreet });
      await streetAt(parts.store.db, path);
      const priority = priorities[Number(request.params.priority) - 1] ?? 1;
      const bounds = boundsOf(priority, clock);
      if (bounds === undefined) throw new ProblemError(notSettable(clock));
      if (withinMs !== null && (withinMs < bounds.minMs || withinMs > bounds.maxMs)) {
        throw new ProblemError(outOfBounds(bounds));
      }
      const nowMs = parts.clock.now().wallMs;
      const overrides = await parts.store.write(async (tx) => {
        const set = { area: path, priority, clock, withinMs, by: user.name, nowMs };
        const before = await setOverride(tx, set);
        await audit(tx, {
          atMs: nowMs,
          actor: user.name,
          action: "clock-set",
          subject: `P${priority} ${clock}`,
          area: path,
          source: request.ip,
          detail: { before: before ?? "standard", after: withinMs ?? "standard" },
        });
        return readOverrides(tx);
      });
      return view(path, { priority, clock, bounds }, overrides);
    },
  );
};

const clocksOf = (path: string, overrides: readonly ClockOverride[]) =>
  priorities.flatMap((priority) =>
    clockNames.flatMap((clock) => {
      const bounds = boundsOf(priority, clock);
      return bounds === undefined ? [] : [view(path, { priority, clock, bounds }, overrides)];
    }),
  );

const view = (
  path: string,
  of: Pick<ClockOverride, "priority" | "clock"> & { readonly bounds: ClockBounds },
  overrides: readonly ClockOverride[],
) => {
  const { priority, clock, bounds } = of;
  const nearest = nearestOf({ area: path, priority, clock }, overrides);
  return {
    priority,
    clock,
    withinMs: nearest?.withinMs ?? bounds.standardMs,
    ...(nearest !== undefined && { setBy: nearest.area }),
    ...bounds,
  };
};

/** Times are a street's to set, or its district's: what a community did by itself nobody would know of. */
const streetAt = async (db: Reading, path: string): Promise<void> => {
  const row = await db
    .selectFrom("areas")
    .select("id")
    .where("path", "=", path)
    .where("kind", "in", ["street", "district"])
    .where("retired_at_ms", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw new ProblemError(noSuchStreet);
};

const noSuchStreet = notFound({
  zh: "您的辖区内没有这个街道或区;时限按街道或区设置",
  en: "there is no such street or district in your areas; times are set for these",
});

const notSettable = (clock: ClockName): ProblemFacts => ({
  status: 422,
  kind: "clock-not-settable",
  title: "Clock not settable",
  detail: {
    zh: `该级别的 ${clock} 时限不能按街道设置`,
    en: `the ${clock} clock of this priority is no street's to set`,
  },
});

const outOfBounds = ({ minMs, maxMs, standardMs }: ClockBounds): ProblemFacts => ({
  status: 422,
  kind: "clock-out-of-bounds",
  title: "Clock out of bounds",
  detail: {
    zh: `时限须在 ${minMs / 1_000} 至 ${maxMs / 1_000} 秒之间(标准 ${standardMs / 1_000} 秒)`,
    en: `the time must be ${minMs / 1_000} to ${maxMs / 1_000} s (standard: ${standardMs / 1_000} s)`,
  },
});
