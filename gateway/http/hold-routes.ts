/**
 * Holding a detector's rule, or the whole detector, back for a time, and letting it ring again: at
 * the gateway's own board only, never from the center.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { ruleIds } from "#domain/alarm.ts";
import { compileOnUse } from "#domain/compile-on-use.ts";
import { minutes } from "#domain/quantity.ts";
import { ok } from "#domain/result.ts";
import type { BoardDeed } from "#platform/site-file/people-schema.ts";
import type { HumanCommand } from "../pipeline.ts";
import { byOf, carry, whoActs, whoMay, type By, type DeedParts } from "./deeds.ts";
import { isNamed, maskEpisode } from "./masked.ts";
import { problems, sendProblem } from "./problems.ts";

// No reason, no time, and too long a time pass here: the rules refuse them in words.
const reason = Type.String({ maxLength: 200 });
const duration = Type.Number({ minimum: 0, maximum: 366 * 24 * 60, description: "minutes" });
const rule = Type.Enum(ruleIds);
const shelving = compileOnUse(Type.Object({ rule, minutes: duration, reason }));
const unshelving = compileOnUse(Type.Object({ rule }));
const takingOut = compileOnUse(Type.Object({ minutes: duration, reason, onSite: Type.Boolean() }));
const nothing = compileOnUse(Type.Object({}));

export const addHoldRoutes = (app: FastifyInstance, parts: DeedParts): void => {
  app.post<Named>("/api/v1/detectors/:detector/shelve", (request, reply) => {
    const { body } = request;
    if (!shelving().Check(body)) return sendProblem(reply, problems.invalid);
    return act(parts, request, reply, "shelve", (by) => ({
      kind: "shelve",
      rule: body.rule,
      reason: body.reason,
      duration: minutes(body.minutes),
      ...by,
    }));
  });

  app.post<Named>("/api/v1/detectors/:detector/take-out-of-service", (request, reply) => {
    const { body } = request;
    if (!takingOut().Check(body)) return sendProblem(reply, problems.invalid);
    return act(parts, request, reply, "take-out-of-service", (by) => ({
      kind: "take-out-of-service",
      reason: body.reason,
      duration: minutes(body.minutes),
      confirmedOnSite: body.onSite,
      ...by,
    }));
  });

  // To end a silence asks for no reason: the record repeats why it was begun.
  app.post<Named>("/api/v1/detectors/:detector/unshelve", (request, reply) => {
    const { body } = request;
    if (!unshelving().Check(body)) return sendProblem(reply, problems.invalid);
    return act(parts, request, reply, "unshelve", (by) => ({
      kind: "unshelve",
      rule: body.rule,
      ...by,
    }));
  });

  app.post<Named>("/api/v1/detectors/:detector/return-to-service", (request, reply) => {
    const { body = {} } = request;
    if (!nothing().Check(body)) return sendProblem(reply, problems.invalid);
    return act(parts, request, reply, "return-to-service", (by) => ({
      kind: "return-to-service",
      ...by,
    }));
  });

  app.post<Ended>("/api/v1/ended-holds/:id/seen", (request, reply) => {
    const person = whoActs(parts, request);
    if ("status" in person) return sendProblem(reply, person);
    const { id } = request.params;
    const ended = parts.endedHolds
      .all()
      .find((one) => one.id === id || maskEpisode(one.id, one.detector) === id);
    if (ended === undefined) return sendProblem(reply, problems.noSuchHold);
    // It is told to the one who answers for it; nobody else takes it away.
    if (ended.by !== person.name) return sendProblem(reply, problems.notYours);
    parts.endedHolds.seen(ended.id);
    return reply.send({ done: [], written: true });
  });
};

interface Named {
  readonly Params: { readonly detector: string };
}
interface Ended {
  readonly Params: { readonly id: string };
}

const act = async (
  parts: DeedParts,
  request: FastifyRequest<Named>,
  reply: FastifyReply,
  deed: BoardDeed,
  commandBy: (by: By) => HumanCommand,
): Promise<FastifyReply> => {
  const person = whoMay(parts, request, deed);
  if ("status" in person) return sendProblem(reply, person);
  const { detector } = request.params;
  const point = [...parts.points.byId.values()].find(({ id }) => isNamed(id, detector));
  if (point === undefined) return sendProblem(reply, problems.noSuchDetector);
  return carry(parts, reply, point.id, ok(commandBy(byOf(person, request))));
};
