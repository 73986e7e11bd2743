// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type, type Static } from "typebox";
import {
  placeByHand,
  readQuarantine,
  reportIn,
  setAside,
  type Waiting,
} from "../one-intake/quarantine.ts";
import { PlaceSchema } from "../one-intake/report.ts";
import type { IntakeEventRow } from "../store/intake-tables.ts";
import type { App, HttpParts } from "./app.ts";
import { cursorToText, textToCursor, wrongCursor, type PairCursor } from "./pair-cursor.ts";
import { ProblemError, problemResponses } from "./problems.ts";
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
        querystring: Type.Object({
          cursor: Type.Optional(Type.String({ maxLength: 1_000 })),
          limit: Type.Optional(
            Type.String({ pattern: "^([1-9]\\d?|1\\d\\d|200)$", description: "default 200" }),
          ),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(WaitingSchema),
            nextCursor: Type.Optional(Type.String({ description: "absent on the last page" })),
          }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      const { cursor } = request.query;
      const limit = Number(request.query.limit ?? 200);
      const after = cursor === undefined ? undefined : textToCursor(cursor);
      if (cursor !== undefined && after === undefined) throw new ProblemError(wrongCursor);
      const rows = await readQuarantine(parts.store.db, callerOf(request).user, {
        ...(after && { after: cursorToWaiting(after) }),
        limit: limit + 1,
      });
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return {
        items: rows.slice(0, limit).map(toWaiting),
        ...(last && { nextCursor: waitingToText(last) }),
      };
    },
  );
  addSettlingRoutes(app, parts);
};

const toWaiting = (row: IntakeEventRow): Static<typeof WaitingSchema> => {
  // Names and phones of whoever reported are not in the list.
  const report = reportIn(row.body);
  return {
    source: row.source,
    id: row.id,
    state: row.state,
    receivedAtMs: row.received_at_ms,
    reason: { zh: row.reason_zh ?? "", en: row.reason_en ?? "" },
    ...(report === undefined
      ? { body: row.body.slice(0, 4_000) }
      : { kind: report.kind, place: report.place }),
    ...(report?.text !== undefined && { text: report.text }),
    ...(row.case_id !== null && { case: row.case_id }),
  };
};

/** No source has a slash in its name. */
const waitingToText = ({ received_at_ms: atMs, source, id }: Waiting): string =>
  cursorToText({ atMs, name: `${source}/${id}` });

const cursorToWaiting = ({ atMs, name }: PairCursor): Waiting => {
  const [source = ""] = name.split("/", 1);
  return { received_at_ms: atMs, source, id: name.slice(source.length + 1) };
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
