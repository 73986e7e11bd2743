// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { PageSchema } from "#domain/case-view.ts";
import { markPages, pagesFor } from "../cases/pages.ts";
import { rowToPage } from "../cases/read-pages.ts";
import { audit } from "../store/audit.ts";
import type { App, HttpParts } from "./app.ts";
import { notFound, ProblemError, problemResponses } from "./problems.ts";
import { callerOf, requireSession } from "./require-session.ts";

/** What somebody has been told, and that they have read it. */
export const addPageRoutes = (app: App, parts: HttpParts): void => {
  addReading(app, parts);
  addMarking(app, parts);
};

const addReading = (app: App, parts: HttpParts): void => {
  app.get(
    "/api/v1/pages",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Pages meant for oneself, newest first 通知",
        description: "Whoever asks has been shown them: they count as delivered.",
        tags: ["cases"],
        querystring: Type.Object({
          state: Type.Optional(Type.Enum(["unread", "all"], { description: "default all" })),
          before: Type.Optional(Type.String({ pattern: "^\\d{1,15}$" })),
          limit: Type.Optional(
            Type.String({ pattern: "^([1-9]\\d?|1\\d\\d|200)$", description: "default 50" }),
          ),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(PageSchema),
            nextBefore: Type.Optional(Type.String({ description: "absent on the last page" })),
          }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      const { user } = callerOf(request);
      const { state, before, limit } = request.query;
      const most = Number(limit ?? 50);
      const rows = await pagesFor(parts.store.db, user, {
        unreadOnly: state === "unread",
        limit: most + 1,
        ...(before !== undefined && { before: Number(before) }),
      });
      const shown = rows.slice(0, most);
      const fresh = shown.filter((row) => row.delivered_at_ms === null).map(({ id }) => id);
      const nowMs = parts.clock.now().wallMs;
      if (fresh.length > 0) {
        await parts.store.write((tx) =>
          markPages(tx, fresh, { user: user.name, read: false, nowMs }),
        );
      }
      const last = shown.at(-1);
      return {
        items: shown.map((row) => rowToPage(row, row)),
        ...(rows.length > most && last !== undefined && { nextBefore: String(last.id) }),
      };
    },
  );
};

const addMarking = (app: App, parts: HttpParts): void => {
  app.post(
    "/api/v1/pages/:page/read",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Say that one has read a page 已读",
        description: "Reading is no signature: the clocks go on until somebody acts on the case.",
        tags: ["cases"],
        params: Type.Object({ page: Type.String({ pattern: "^\\d{1,15}$" }) }),
        response: { 200: PageSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { user } = callerOf(request);
      const id = Number(request.params.page);
      const nowMs = parts.clock.now().wallMs;
      const find = () =>
        pagesFor(parts.store.db, user, { unreadOnly: false, before: id + 1, limit: 1 });
      const [page] = await find();
      if (page?.id !== id) {
        throw new ProblemError(
          notFound({ zh: "没有发给您的这条通知", en: "there is no such page for you" }),
        );
      }
      await parts.store.write(async (tx) => {
        await markPages(tx, [id], { user: user.name, read: true, nowMs });
        const deed = { action: "page-read", subject: String(id), area: page.area_path };
        await audit(tx, { ...deed, actor: user.name, source: request.ip, atMs: nowMs });
      });
      const [read] = await find();
      return rowToPage(read ?? page, read ?? page);
    },
  );
};
