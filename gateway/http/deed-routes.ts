/** What people do at the board: say who they are, sign for an alarm, hush its sound, reset it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { compileOnUse } from "#domain/compile-on-use.ts";
import { minutes } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { refusals } from "#rules/refusals.ts";
import type { BoardDeed } from "#platform/site-file/people-schema.ts";
import type { HumanCommand } from "../pipeline.ts";
import { boardAlarms, type BoardAlarm } from "./alarms.ts";
import { byOf, carry, whoMay, type By, type DeedParts } from "./deeds.ts";
import { maskEpisode } from "./masked.ts";
import { problems, sendProblem, tooEarly } from "./problems.ts";
import { isOverheard } from "./secure-page.ts";
import { isOwnPage, setCookie, tokenIn } from "./visitor.ts";

const short = Type.String({ minLength: 1, maxLength: 200 });
const proof = compileOnUse(
  Type.Union([Type.Object({ person: short, pin: short }), Type.Object({ badge: short })]),
);
/** An empty one passes here: the rules refuse it in words the person understands. */
const reason = Type.String({ maxLength: 200 });
const hushing = compileOnUse(
  Type.Object({
    minutes: Type.Number({ exclusiveMinimum: 0, maximum: 60 }),
    reason,
    onSite: Type.Boolean(),
  }),
);
const acknowledging = compileOnUse(Type.Object({}));
const resetting = compileOnUse(Type.Object({ reason }));

export const addDeedRoutes = (app: FastifyInstance, parts: DeedParts): void => {
  const { people, visits } = parts;

  app.post("/api/v1/session", async (request, reply) => {
    if (!isOwnPage(request)) return sendProblem(reply, problems.foreignPage);
    if (isOverheard(request, parts.securePort)) return sendProblem(reply, problems.encryptedOnly);
    if (!proof().Check(request.body)) return sendProblem(reply, problems.invalid);
    const known = await people.recognise(request.body, request.ip);
    if (!known.ok) {
      if (known.error.kind === "wrong") return sendProblem(reply, problems.wrongPin);
      return sendProblem(reply, tooEarly(Math.ceil(known.error.wait / 1_000)));
    }
    return setCookie(reply, visits.open(known.value)).send({ person: known.value });
  });

  app.delete("/api/v1/session", (request, reply) => {
    if (!isOwnPage(request)) return sendProblem(reply, problems.foreignPage);
    visits.end(tokenIn(request) ?? "");
    return setCookie(reply, undefined).code(204).send();
  });

  app.post<Named>("/api/v1/alarms/:episode/acknowledge", (request, reply) => {
    const { body = {} } = request;
    if (!acknowledging().Check(body)) return sendProblem(reply, problems.invalid);
    return act(parts, request, reply, "acknowledge", ({ rule, episode }, person) =>
      ok({ kind: "acknowledge", rule, episode, ...person }),
    );
  });

  app.post<Named>("/api/v1/alarms/:episode/hush", (request, reply) => {
    const { body } = request;
    if (!hushing().Check(body)) return sendProblem(reply, problems.invalid);
    return act(parts, request, reply, "hush", (_, person) =>
      ok({
        kind: "hush",
        reason: body.reason,
        duration: minutes(body.minutes),
        confirmedOnSite: body.onSite,
        ...person,
      }),
    );
  });

  // Whoever may answer for an alarm may also let it go.
  app.post<Named>("/api/v1/alarms/:episode/reset", (request, reply) => {
    const { body } = request;
    if (!resetting().Check(body)) return sendProblem(reply, problems.invalid);
    return act(parts, request, reply, "acknowledge", ({ rule, active }, person) =>
      // A self-test that stands must not let go, under its name, what the same rule left latched.
      active
        ? err(refusals.notLatched)
        : ok({ kind: "reset", rule, reason: body.reason, ...person }),
    );
  });
};

interface Named {
  readonly Params: { readonly episode: string };
}

const act = async (
  parts: DeedParts,
  request: FastifyRequest<Named>,
  reply: FastifyReply,
  deed: BoardDeed,
  commandFor: (alarm: BoardAlarm, by: By) => Result<HumanCommand, Bilingual>,
): Promise<FastifyReply> => {
  const person = whoMay(parts, request, deed);
  if ("status" in person) return sendProblem(reply, person);
  const { episode } = request.params;
  const alarm = boardAlarms(parts.points.byId.values(), parts.clock.now()).find(
    (one) => one.episode === episode || maskEpisode(one.episode, one.detector) === episode,
  );
  const point = [...parts.points.byId.values()].find(({ id }) => id === alarm?.detector);
  if (alarm === undefined || point === undefined) return sendProblem(reply, problems.noSuchAlarm);
  return carry(parts, reply, point.id, commandFor(alarm, byOf(person, request)));
};
