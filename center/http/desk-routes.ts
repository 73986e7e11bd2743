import { DeskSchema } from "#domain/desk.ts";
import { readDesk } from "../desk/read-desk.ts";
import type { App, HttpParts } from "./app.ts";
import { problemResponses } from "./problems.ts";
import { callerOf, requireSession } from "./require-session.ts";

export const addDeskRoutes = (app: App, parts: HttpParts): void => {
  app.get(
    "/api/v1/desk",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Everything the duty page needs at once 值班台全貌",
        description: "Then follow `/api/v1/stream?after=<eventId>`.",
        tags: ["desk"],
        response: { 200: DeskSchema, ...problemResponses },
      },
    },
    (request) => readDesk(parts.store.db, parts.view(), callerOf(request).areas),
  );
};
