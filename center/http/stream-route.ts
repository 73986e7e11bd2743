import type { ServerResponse } from "node:http";
import { Type } from "typebox";
import type { PlacedEvent } from "../desk/broadcast.ts";
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
  readonly user: string;
  /** What came while the page was still being replayed the past. */
  held: PlacedEvent[] | undefined;
}

/**
 * The live page's server-sent events: `alarm`, `gateway`, `street`, `case` and `page` with a position, `heartbeat` every 5 s
 * without one, `reset` when the position asked for is not known here and the page must reload.
 */
export const addStreamRoute = (app: App, parts: HttpParts): void => {
  const pages = new Set<Page>();
  let beats = 0;

  const stopFollowing = parts.broadcast.subscribe((events) => {
    for (const page of pages) {
      if (page.held === undefined) send(page, events);
      else page.held.push(...events);
    }
  });
  const stopBeating = parts.timers.every(heartbeatMs, () => {
    beats += 1;
    const beat = heartbeat(parts.clock.now().wallMs);
    for (const page of pages) write(page, beat);
    if (beats % sessionCheckEvery === 0) void dropRevoked(parts, pages);
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
          "also when it is over; `case`: CaseView; `page`: a page to people; `heartbeat`: {nowMs}; " +
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
      const { token, user } = callerOf(request);
      if (pages.size >= streamsMax) throw new ProblemError(full(streamsMax));
      const own = [...pages].filter((page) => page.user === user.name).length;
      if (own >= streamsPerUserMax) throw new ProblemError(full(streamsPerUserMax));
      const asked = request.headers["last-event-id"] ?? request.query.after;
      reply.hijack();
      const page: Page = { response: reply.raw, token, user: user.name, held: [] };
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
      send(page, await parts.broadcast.replay(asked));
    } else {
      const now = await lastPosition(parts.store.db);
      write(page, `event: reset\nid: ${now}\ndata: ${JSON.stringify({ eventId: now })}\n\n`);
    }
  }
  const held = page.held ?? [];
  page.held = undefined;
  send(page, held);
};

const send = (page: Page, events: readonly PlacedEvent[]): void => {
  if (events.length > 0) write(page, events.map(eventToText).join(""));
};

const textByEvent = new WeakMap<PlacedEvent, string>();

/** Written once for all pages. */
const eventToText = (placed: PlacedEvent): string => {
  const known = textByEvent.get(placed);
  if (known !== undefined) return known;
  const { kind, data } = placed.event;
  const id = placed.position === undefined ? "" : `id: ${placed.position}\n`;
  const text = `event: ${kind}\n${id}data: ${JSON.stringify(data)}\n\n`;
  textByEvent.set(placed, text);
  return text;
};

const heartbeat = (nowMs: number): string =>
  `event: heartbeat\ndata: ${JSON.stringify({ nowMs })}\n\n`;

const write = ({ response }: Page, text: string): void => {
  if (response.destroyed || response.writableEnded) return;
  response.write(text);
  if (response.writableLength > unreadBytesMax) response.destroy();
};

const dropRevoked = async (parts: HttpParts, pages: ReadonlySet<Page>): Promise<void> => {
  for (const page of pages) {
    try {
      if ((await parts.accounts.whoIs(page.token)) === undefined) page.response.end();
    } catch {
      return; // the database is away: pages stay, the next round asks again
    }
  }
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
