// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { words } from "#domain/case-input.ts";
import { DeskAlarmSchema, type DeskAlarm } from "#domain/desk.ts";
import { endAlarm, type EndOutcome } from "../desk/end-alarm.ts";
import { areasOfAlarms } from "../rights/areas-of.ts";
import { once } from "../store/once.ts";
import { AlarmHeadersSchema, EpisodeSchema, noSuchAlarm } from "./alarm-routes.ts";
import type { App, HttpParts } from "./app.ts";
import {
  conflictResponses,
  keyReused,
  ProblemError,
  problemResponses,
  type ProblemFacts,
} from "./problems.ts";
import { callerOf, requireOver, requireSession } from "./require-session.ts";

const EndSchema = Type.Object({ reason: words }, { additionalProperties: false });

/** A person ends an alarm that its gateway has forgotten. */
export const addEndAlarmRoute = (app: App, parts: HttpParts): void => {
  app.post(
    "/api/v1/alarms/:episode/end",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "End an alarm that its gateway has forgotten 人工结束",
        description:
          "Its condition becomes returned, marked as this person's word; it closes no case and " +
          "signs for nothing. Only where the gateway is heard and its newest picture, newer than " +
          "the alarm, does not name it, or the register says that it or the detector is gone; for " +
          "gas and CO only after a portable reading on the scene since the alarm's newest word, " +
          "below the limit and by another person. What the gateway says of it later counts again. " +
          "`ends` of the case says beforehand whether one may.",
        tags: ["alarms"],
        params: EpisodeSchema,
        headers: AlarmHeadersSchema,
        body: EndSchema,
        response: { 200: DeskAlarmSchema, ...conflictResponses, ...problemResponses },
      },
    },
    async (request, reply) => {
      const alarm = await end(parts, request, {
        episode: request.params.episode,
        reason: request.body.reason,
        ifMatch: request.headers["if-match"],
        key: request.headers["idempotency-key"],
      });
      return reply.header("etag", `"${alarm.case.version}"`).send(alarm);
    },
  );
};

interface Wish {
  readonly episode: string;
  readonly reason: string;
  readonly ifMatch: string | undefined;
  readonly key: string;
}

const end = async (parts: HttpParts, request: FastifyRequest, wish: Wish): Promise<DeskAlarm> => {
  const { user: actor } = callerOf(request);
  const { episode, reason, ifMatch, key } = wish;
  const area = (await areasOfAlarms(parts.store.db, [episode])).get(episode);
  requireOver(request, { area, seen: "alarms.read", missing: noSuchAlarm });
  if (ifMatch === undefined) throw new ProblemError(versionMissing);
  const version = Number(/^"(\d{1,9})"$/.exec(ifMatch)?.[1] ?? Number.NaN);
  const nowMs = parts.clock.now().wallMs;
  const outcome = await once(
    parts.store,
    { actor: actor.name, key, request: `end ${episode} ${ifMatch} ${reason}`, nowMs },
    (tx) => endAlarm(tx, { episode, version, reason, actor, source: request.ip, nowMs }),
  );
  parts.broadcast.wake();
  if (outcome?.kind === "ended") return outcome.alarm;
  throw new ProblemError(explain(outcome));
};

const explain = (outcome: Exclude<EndOutcome, { kind: "ended" }> | undefined): ProblemFacts => {
  switch (outcome?.kind) {
    case "unknown":
      return noSuchAlarm;
    case "refused":
      return {
        status: 409,
        kind: "alarm-not-ended",
        title: "The alarm is not ended",
        detail: outcome.why,
        current: outcome.current,
      };
    case "changed":
      return {
        status: 412,
        kind: "version-mismatch",
        title: "Version mismatch",
        detail: {
          zh: "报警已被他人签收或结束,请按当前状态重新操作",
          en: "somebody has signed for the alarm or ended it meanwhile; act on how it stands",
        },
        current: outcome.current,
      };
    case undefined:
      return keyReused;
  }
};

const versionMissing: ProblemFacts = {
  status: 428,
  kind: "version-required",
  title: "Version required",
  detail: {
    zh: '人工结束必须带 If-Match: "版本号",取自报警的 case.version',
    en: 'ending an alarm needs If-Match: "<version>", the alarm\'s case.version',
  },
};
