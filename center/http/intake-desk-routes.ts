// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { placeByHand, readQuarantine, reportIn, setAside } from "../one-intake/quarantine.ts";
import { PlaceSchema } from "../one-intake/report.ts";
import type { App, HttpParts } from "./app.ts";
import { problemResponses } from "./problems.ts";
import { changeBy, orProblem } from "./register-answers.ts";
import { callerOf, requireSession } from "./require-session.ts";

const strict = { additionalProperties: false };
const name = Type.String({ pattern: "^[^\\u0000-\\u001f]{1,300}$" });
const WaitingSchema = Type.Object({
  source: Type.String(),
  id: Type.String(),
  state: Type.String({ description: "unplaced, unreadable" }),
  receivedAtMs: Type.Number(),
  reason: Type.Object({ zh: Type.String(), en: Type.String() }),
  kind: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  place: Type.Optional(PlaceSchema),
  case: Type.Optional(
    Type.String({ description: "people act on it already; only the place is open" }),
  ),
  body: Type.Optional(Type.String({ description: "as it came, when it could not be read" })),
});

/** Reports that wait for a person: where is it, what does it say. */
export const addIntakeDeskRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.get(
    "/api/v1/intake/quarantine",
    {
      preParsing,
      schema: {
        summary: "Reports nobody could place or read, oldest first 待核实报事",
        tags: ["intake"],
        response: { 200: Type.Object({ items: Type.Array(WaitingSchema) }), ...problemResponses },
      },
    },
    async (request) => {
      const rows = await readQuarantine(parts.store.db, callerOf(request).user, 200);
      return {
        items: rows.map((row) => {
          // Names and phones of whoever reported are not in the list.
          const report = reportIn(row.body);
          return Object.assign(
            {
              source: row.source,
              id: row.id,
              state: row.state,
              receivedAtMs: row.received_at_ms,
              reason: { zh: row.reason_zh ?? "", en: row.reason_en ?? "" },
            },
            report === undefined
              ? { body: row.body.slice(0, 4_000) }
              : { kind: report.kind, place: report.place },
            report?.text !== undefined && { text: report.text },
            row.case_id !== null && { case: row.case_id },
          );
        }),
      };
    },
  );
  addSettlingRoutes(app, parts);
};

const addSettlingRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.post(
    "/api/v1/intake/quarantine/place",
    {
      preParsing,
      schema: {
        summary: "Say where a report belongs 指派报事地点",
        tags: ["intake"],
        body: Type.Object({ source: name, id: name, place: PlaceSchema }, strict),
        response: { 200: Type.Object({ case: Type.String() }), ...problemResponses },
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const placed = await parts.store.write((tx) => placeByHand(tx, change, request.body));
      parts.broadcast.wake();
      return { case: orProblem(placed) };
    },
  );

  app.post(
    "/api/v1/intake/quarantine/set-aside",
    {
      preParsing,
      schema: {
        summary: "Nothing is to be done, and why; it stays on record 搁置报事",
        tags: ["intake"],
        body: Type.Object({ source: name, id: name, reason: name }, strict),
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const change = changeBy(parts, request);
      orProblem(await parts.store.write((tx) => setAside(tx, change, request.body)));
      return reply.code(204).send(null);
    },
  );
};
