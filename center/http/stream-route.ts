import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import { Type } from "typebox";
import type { Actor } from "#domain/rights.ts";
import { isMeantFor } from "../cases/page-audience.ts";
import type { Broadcasted, PlacedEvent } from "../desk/broadcast.ts";
import { areasWith } from "../rights/permissions.ts";
import { isInScope, isServing } from "../rights/scoped.ts";
import { isKnownPosition, lastPosition } from "../store/stream-log.ts";
import type { App, HttpParts } from "./app.ts";
import { ProblemError, problemResponses } from "./problems.ts";
import { callerOf, requireSession } from "./require-session.ts";

const heartbeatMs = 5_000;
/** Every so many heartbeats the session is asked again: a revoked one loses its stream. */
const sessionCheckEvery = 6;
/** A page that does not read this many bytes is cut off; it comes back and is replayed what it missed. */
const unreadBytesMax = 4 * 1024 * 1024;
const streamsMax = 2_000;
/** One person's open pages, so that nobody's script can take the street's; a duty room may share a name. */
const streamsPerUserMax = 100;

const position = Type.String({ pattern: "^\\d{1,16}$" });

interface Page {
  readonly response: ServerResponse;
  readonly token: string;
  /** Its viewer, with the grants of now. */
  actor: Actor;
  /** Paths of the areas its viewer sees, as they are now. */
  areas: readonly string[];
  /** What came while the page was still being replayed the past, or its rights were looked up. */
  held: Broadcasted[] | undefined;
}

/**
 * The live page's server-sent events: `alarm`, `gateway`, `street`, `case` and `page` with a position, `heartbeat` every 5 s
 * without one, `reset` when the position asked for is not known here and the page must reload.
 */
export const addStreamRoute = (app: App, parts: HttpParts): void => {
  const pages = new Set<Page>();
  let beats = 0;

  const stopFollowing = parts.broadcast.subscribe((events) => tell(parts, pages, events));
  const stopBeating = parts.timers.every(heartbeatMs, () => {
    beats += 1;
    const beat = heartbeat(parts.clock.now().wallMs);
    for (const page of pages) write(page, beat);
    if (beats % sessionCheckEvery === 0) void seeAllViewers(parts, pages);
  });
  app.addHook("preClose", () => {
    stopBeating();
    stopFollowing();
    for (const page of pages) page.response.end();
  });

  app.get(
    "/api/v1/stream",
    {
      // A HEAD request would open a stream that nobody reads.
      exposeHeadRoute: false,
      preParsing: requireSession(parts),
      schema: {
        summary: "What changes on the desk, live 实时事件流",
        description:
          "Server-sent events. `alarm`: DeskAlarm; `gateway`: DeskGateway; `street`: StreetView, " +
          "also when it is over; `case`: CaseView; `page`: a page meant for whoever listens, as in GET /pages; `heartbeat`: {nowMs}; " +
          "`reset`: the position is not known here, load /api/v1/desk again.",
        tags: ["desk"],
        querystring: Type.Object({ after: Type.Optional(position) }),
        headers: Type.Object({ "last-event-id": Type.Optional(position) }),
        response: {
          200: {
            description: "a stream that does not end",
            content: { "text/event-stream": { schema: Type.String() } },
          },
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      const { token, user, areas } = callerOf(request);
      if (pages.size >= streamsMax) throw new ProblemError(full(streamsMax));
      const own = [...pages].filter((page) => page.actor.name === user.name).length;
      if (own >= streamsPerUserMax) throw new ProblemError(full(streamsPerUserMax));
      const asked = request.headers["last-event-id"] ?? request.query.after;
      reply.hijack();
      const page: Page = { response: reply.raw, token, actor: user, areas, held: [] };
      open(page, reply.getHeaders());
      pages.add(page);
      parts.metrics.pages.set(pages.size);
      reply.raw.on("close", () => {
        pages.delete(page);
        parts.metrics.pages.set(pages.size);
      });
      write(page, heartbeat(parts.clock.now().wallMs));
      try {
        await catchUp(parts, page, asked === undefined ? undefined : Number(asked));
      } catch (error) {
        // The page comes back by itself and asks again from where it was.
        request.log.error(error);
        reply.raw.destroy();
      }
    },
  );
};

const tell = (parts: HttpParts, pages: ReadonlySet<Page>, events: readonly Broadcasted[]): void => {
  const anew = events.find((one) => "anew" in one);
  if (anew !== undefined) {
    for (const page of pages) write(page, reset(anew.position));
    return;
  }
  const changed = new Map(
    events.flatMap((one) => ("account" in one ? [[one.account, one.position] as const] : [])),
  );
  const written: Written = new Map();
  for (const page of pages) {
    const at = changed.get(page.actor.name);
    if (page.held !== undefined) page.held.push(...events);
    else if (at === undefined) send(page, events, written);
    else void lookAgain(parts, page, at);
  }
};

const open = (page: Page, headers: object): void => {
  page.response.writeHead(200, {
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // Reverse proxies must not collect events before they pass them on.
    "x-accel-buffering": "no",
  });
  page.response.write("retry: 1000\n\n");
};

/** Sends what was missed, then what came meanwhile; from then on the page is live. */
const catchUp = async (parts: HttpParts, page: Page, asked: number | undefined): Promise<void> => {
  if (asked !== undefined) {
    if (await isKnownPosition(parts.store.db, asked)) {
      const missed = await parts.broadcast.replay(asked);
      // What was there before, and is the viewer's to see only now, is not among what has changed.
      if (missed.some((one) => "account" in one && one.account === page.actor.name)) {
        write(page, reset(await lastPosition(parts.store.db)));
      } else send(page, missed);
    } else {
      write(page, reset(await lastPosition(parts.store.db)));
    }
  }
  await goLive(parts, page);
};

/**
 * Sends what was held back; from then on the page is live. A change of its viewer's rights among it
 * sends the page to load the desk anew: what it shows may no longer be its to show.
 */
const goLive = async (parts: HttpParts, page: Page): Promise<void> => {
  for (let held = page.held ?? []; ; held = page.held) {
    const last = held.findLast((one) => "account" in one && one.account === page.actor.name);
    page.held = [];
    if (last === undefined) {
      page.held = undefined;
      send(page, held);
      return;
    }
    try {
      await seeViewer(parts, page);
    } catch {
      page.response.destroy(); // the database is away: the page comes back and asks again
      return;
    }
    if (page.areas.length === 0) return;
    write(page, reset(last.position ?? 0));
  }
};

/** The viewer's rights have changed: nothing goes out before they are known. */
const lookAgain = async (parts: HttpParts, page: Page, position: number): Promise<void> => {
  page.held = [{ position, account: page.actor.name }];
  await goLive(parts, page);
};

/** Asks who is behind a page and what they see. */
const seeViewer = async (parts: HttpParts, page: Page): Promise<void> => {
  setViewer(page, await parts.accounts.whoIs(page.token));
};

/** Ends the page of somebody who may see nothing. */
const setViewer = (page: Page, user: Actor | undefined): void => {
  page.areas = user === undefined ? [] : areasWith(user, "alarms.read");
  if (user !== undefined) page.actor = user;
  if (page.areas.length === 0) page.response.end();
};

/** Each session is asked for once, and between two of them alarms have their turn. */
const seeAllViewers = async (parts: HttpParts, pages: ReadonlySet<Page>): Promise<void> => {
  try {
    for (const [token, ofSession] of Map.groupBy(pages, (page) => page.token)) {
      const user = await parts.accounts.whoIs(token);
      for (const page of ofSession) {
        const before = JSON.stringify(page.actor.grants);
        setViewer(page, user);
        // Changed by the command on the machine, which tells nobody.
        if (page.areas.length > 0 && JSON.stringify(page.actor.grants) !== before) {
          write(page, reset(await lastPosition(parts.store.db)));
        }
      }
      await setImmediate();
    }
  } catch {
    return; // the database is away: pages stay, the next round asks again
  }
};

const reset = (position: number): string =>
  `event: reset\nid: ${position}\ndata: ${JSON.stringify({ eventId: position })}\n\n`;

/** What pages are told of the same events, by which of these they may see: made once for all alike. */
type Written = Map<string, Buffer>;

const send = (
  page: Page,
  events: readonly Broadcasted[],
  written: Written = new Map<string, Buffer>(),
): void => {
  const own = events.map((one) => (isFor(page, one) ? "1" : "0")).join("");
  if (!own.includes("1")) return;
  const text =
    written.get(own) ??
    Buffer.from(events.flatMap((one) => (isFor(page, one) ? [eventToText(one)] : [])).join(""));
  written.set(own, text);
  write(page, text);
};

const isFor = (page: Page, one: Broadcasted): one is PlacedEvent => {
  if (!("event" in one)) return false;
  const { area, event } = one;
  if (event.kind === "page") return isMeantFor(event.data, page.actor);
  // Of an alarm that is not stored only the gateway's area is known.
  const isExact = event.kind === "case" || (event.kind === "alarm" && event.data.unstored !== true);
  return isExact ? isInScope(area, page.areas) : isServing(area, page.areas);
};

const eventToText = ({ event: { kind, data }, position: at }: PlacedEvent): string => {
  const id = at === undefined ? "" : `id: ${at}\n`;
  return `event: ${kind}\n${id}data: ${JSON.stringify(data)}\n\n`;
};

const heartbeat = (nowMs: number): string =>
  `event: heartbeat\ndata: ${JSON.stringify({ nowMs })}\n\n`;

const write = ({ response }: Page, text: string | Buffer): void => {
  if (response.destroyed || response.writableEnded) return;
  response.write(text);
  if (response.writableLength > unreadBytesMax) response.destroy();
};

const full = (max: number) => ({
  status: 503,
  kind: "too-many-streams",
  title: "Too many streams",
  detail: {
    zh: `实时页面已达上限 ${max} 个,请关闭不用的页面后重试`,
    en: `the limit of ${max} live pages is reached; close unused ones and try again`,
  },
  retryAfterSeconds: 10,
});
