/** What every deed at the board has in common: who does it, whether they may, and what they are told. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ActionOrigin } from "#domain/action.ts";
import { userId, type DetectorId, type UserId } from "#domain/ids.ts";
import type { Bilingual, Result } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import type { BoardDeed } from "#platform/site-file/people-schema.ts";
import type { EndedHolds } from "../ended-holds.ts";
import type { People, Person } from "../people/people.ts";
import type { Visits } from "../people/visits.ts";
import type { Done, HumanCommand, Pipeline } from "../pipeline.ts";
import type { Points } from "../points.ts";
import { problems, refusedBecause, sendProblem, type ProblemFacts } from "./problems.ts";
import { isOverheard } from "./secure-page.ts";
import { isOwnPage, visitOf } from "./visitor.ts";

export interface DeedParts {
  readonly people: People;
  readonly visits: Visits;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly points: Pick<Points, "byId">;
  readonly pipeline: Pick<Pipeline, "command">;
  readonly endedHolds: Pick<EndedHolds, "all" | "seen">;
  /** The encrypted page's: what people show of themselves from other machines is taken only there. */
  readonly securePort?: number;
}

/** Who does it, and at which screen. */
export interface By {
  readonly by: UserId;
  readonly origin: ActionOrigin;
}

export const byOf = ({ name }: Person, { ip }: FastifyRequest): By => ({
  by: userId(name),
  origin: { side: "board", source: ip },
});

/** The person who acts; or why it is nobody. */
export const whoActs = (
  { visits, securePort }: DeedParts,
  request: FastifyRequest,
): Person | ProblemFacts => {
  if (!isOwnPage(request)) return problems.foreignPage;
  if (isOverheard(request, securePort)) return problems.encryptedOnly;
  return visitOf(visits, request, "touch")?.person ?? problems.whoAreYou;
};

/** The same, when the site file gives them the right to this deed. */
export const whoMay = (
  parts: DeedParts,
  request: FastifyRequest,
  deed: BoardDeed,
): Person | ProblemFacts => {
  const person = whoActs(parts, request);
  return "status" in person || person.may.includes(deed) ? person : problems.notYours;
};

/** Does it, and tells what came of it; or why not, in the rules' own words. */
export const carry = async (
  { pipeline, timers }: DeedParts,
  reply: FastifyReply,
  detector: DetectorId,
  command: Result<HumanCommand, Bilingual>,
): Promise<FastifyReply> => {
  const done = command.ok ? pipeline.command(detector, command.value) : command;
  if (!done.ok) return sendProblem(reply, refusedBecause(done.error));
  return reply.send({
    done: done.value.actions.map(({ kind, at, untilWallMs }) => ({
      kind,
      atMs: at.wallMs,
      ...(untilWallMs !== undefined && { untilMs: untilWallMs }),
    })),
    // False: it has effect, and the disk does not have it yet; it is tried again.
    written: await isWritten(done.value, timers),
  });
};

/** A person waits this long for the disk; what they did has effect before. */
const diskPatienceMs = 2_000;

const isWritten = ({ kept }: Done, timers: Timers): Promise<boolean> =>
  new Promise((resolve) => {
    const cancel = timers.after(diskPatienceMs, () => resolve(false));
    const settle = (written: boolean): void => {
      cancel();
      resolve(written);
    };
    kept.then(
      () => settle(true),
      () => settle(false),
    );
  });
