// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { DeskAlarmSchema, type DeskAlarm } from "#domain/desk.ts";
import { alarmPage } from "../desk/read-alarms.ts";
import { signAlarm, type SignOutcome } from "../desk/sign-alarm.ts";
import { areasOfAlarms } from "../rights/areas-of.ts";
import { once } from "../store/once.ts";
import type { App, HttpParts } from "./app.ts";
import { cursorToText, textToCursor, wrongCursor } from "./pair-cursor.ts";
import {
  conflictResponses,
  keyReused,
  notFound,
  ProblemError,
  problemResponses,
  type ProblemFacts,
} from "./problems.ts";
import { callerOf, requireOver, requireSession } from "./require-session.ts";

const AlarmPageSchema = Type.Object({
  items: Type.Array(DeskAlarmSchema),
  nextCursor: Type.Optional(Type.String({ description: "absent on the last page" })),
});

const AlarmQuerySchema = Type.Object({
  state: Type.Optional(
    Type.Enum(["open", "all"], { description: "open: still on the desk; default all" }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 1_000 })),
  limit: Type.Optional(
    Type.String({ pattern: "^([1-9]\\d?|1\\d\\d|200)$", description: "1–200, default 50" }),
  ),
});

export const EpisodeSchema = Type.Object({
  episode: Type.String({ pattern: "^[^\\u0000-\\u001f]{1,400}$" }),
});

/** Of a press on an alarm's button. */
export const AlarmHeadersSchema = Type.Object({
  "if-match": Type.Optional(
    Type.String({ description: 'the version of the case, quoted: "1"', maxLength: 100 }),
  ),
  "idempotency-key": Type.String({
    pattern: "^[\\x21-\\x7e]{1,200}$",
    description: "chosen by the page for one press of the button; a repeat has no second effect",
  }),
});

/** Looking through alarms and signing for one. */
export const addAlarmRoutes = (app: App, parts: HttpParts): void => {
  app.get(
    "/api/v1/alarms",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Alarms, newest first 报警列表",
        tags: ["alarms"],
        querystring: AlarmQuerySchema,
        response: { 200: AlarmPageSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { state, cursor, limit } = request.query;
      const after = cursor === undefined ? undefined : textToCursor(cursor);
      if (cursor !== undefined && after === undefined) throw new ProblemError(wrongCursor);
      const page = await alarmPage(
        parts.store.db,
        {
          openOnly: state === "open",
          limit: Number(limit ?? 50),
          ...(after !== undefined && { after: { receivedAtMs: after.atMs, episode: after.name } }),
        },
        callerOf(request).areas,
      );
      return {
        items: [...page.items],
        ...(page.next !== undefined && {
          nextCursor: cursorToText({ atMs: page.next.receivedAtMs, name: page.next.episode }),
        }),
      };
    },
  );

  app.post(
    "/api/v1/alarms/:episode/sign",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Sign for an alarm 签收",
        description:
          "Says “I own it” (T02, reported → accepted). Neither silences nor clears the alarm.",
        tags: ["alarms"],
        params: EpisodeSchema,
        headers: AlarmHeadersSchema,
        response: { 200: DeskAlarmSchema, ...conflictResponses, ...problemResponses },
      },
    },
    async (request, reply) => {
      const alarm = await sign(parts, request, {
        episode: request.params.episode,
        ifMatch: request.headers["if-match"],
        key: request.headers["idempotency-key"],
      });
      return reply.header("etag", `"${alarm.case.version}"`).send(alarm);
    },
  );
};

const sign = async (
  parts: HttpParts,
  request: FastifyRequest,
  wish: { readonly episode: string; readonly ifMatch: string | undefined; readonly key: string },
): Promise<DeskAlarm> => {
  const { user } = callerOf(request);
  const { episode, ifMatch, key } = wish;
  if (ifMatch === undefined) throw new ProblemError(versionMissing);
  const version = Number(/^"(\d{1,9})"$/.exec(ifMatch)?.[1] ?? Number.NaN);
  const nowMs = parts.clock.now().wallMs;

  const area = (await areasOfAlarms(parts.store.db, [episode])).get(episode);
  requireOver(request, { area, seen: "alarms.read", missing: noSuchAlarm });
  const outcome = await once(
    parts.store,
    { actor: user.name, key, request: `sign ${episode} ${ifMatch}`, nowMs },
    (tx) => signAlarm(tx, { episode, version, actor: user, source: request.ip, nowMs }),
  );
  parts.metrics.signs.inc({ result: outcome?.kind ?? "key-reused" });
  parts.broadcast.wake();
  if (outcome?.kind === "signed") return outcome.alarm;
  throw new ProblemError(explain(outcome));
};

const explain = (outcome: Exclude<SignOutcome, { kind: "signed" }> | undefined): ProblemFacts => {
  switch (outcome?.kind) {
    case "unknown":
      return noSuchAlarm;
    case "refused":
      return { status: 403, kind: "not-for-you", title: "Not for you", detail: outcome.why };
    case "taken":
      return takenBy(outcome.current);
    case "changed":
      return {
        status: 412,
        kind: "version-mismatch",
        title: "Version mismatch",
        detail: {
          zh: "报警状态已变化,请按当前状态重新操作",
          en: "the alarm has changed meanwhile; act on its current state",
        },
        current: outcome.current,
      };
    case undefined:
      return keyReused;
  }
};

const takenBy = (current: DeskAlarm): ProblemFacts => ({
  status: 409,
  kind: "already-signed",
  title: "Already signed for",
  detail: {
    zh: `该报警已由 ${current.case.acceptedBy ?? "他人"} 签收`,
    en: `${current.case.acceptedBy ?? "somebody"} has already signed for this alarm`,
  },
  current,
});

export const noSuchAlarm = notFound({
  zh: "没有这条报警,请刷新页面",
  en: "there is no such alarm; reload the page",
});

const versionMissing: ProblemFacts = {
  status: 428,
  kind: "version-required",
  title: "Version required",
  detail: {
    zh: '签收必须带 If-Match: "版本号",取自报警的 case.version',
    en: 'signing needs If-Match: "<version>", the alarm\'s case.version',
  },
};
