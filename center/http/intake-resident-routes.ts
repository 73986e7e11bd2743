// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { createHash } from "node:crypto";
import { sql } from "kysely";
import { Type } from "typebox";
import { namePattern } from "#domain/ids.ts";
import { findPlace } from "../one-intake/find-place.ts";
import type { IntakeKeys } from "../one-intake/keys.ts";
import { ReportSchema } from "../one-intake/report.ts";
import {
  doubleTapMs,
  makeResidentLink,
  openResidentLink,
  reportsPerHomeMax,
  reportsWindowMs,
} from "../one-intake/resident-link.ts";
import { takeReport, type Taken } from "../one-intake/take-report.ts";
import { readEntry } from "../register/read-register.ts";
import { audit } from "../store/audit.ts";
import type { Writing } from "../store/open-store.ts";
import type { App, HttpParts } from "./app.ts";
import { idReused, linkOver, tooManyReports } from "./intake-problems.ts";
import { ProblemError, problemResponses } from "./problems.ts";
import { changeBy, orProblem } from "./register-answers.ts";
import { requireSession } from "./require-session.ts";

const strict = { additionalProperties: false };
const ReportBodySchema = Type.Pick(ReportSchema, ["kind", "text", "contact"], strict);
const daysMax = 400;

/** 一键报事: staff make the link of a home, the resident reports with one tap. */
export const addResidentRoutes = (app: App, parts: HttpParts, keys: IntakeKeys): void => {
  addLinkRoute(app, parts, keys);
  app.post(
    "/api/v1/intake/resident/:link",
    {
      schema: {
        summary: "A resident's report by the link of their home 居民一键报事",
        description: "No login. Taps within a minute and reports of the same thing are one.",
        tags: ["intake"],
        params: Type.Object({ link: Type.String({ maxLength: 200 }) }),
        body: ReportBodySchema,
        response: {
          200: Type.Object({ received: Type.Literal(true) }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      const nowMs = parts.clock.now().wallMs;
      const household = openResidentLink(keys, request.params.link, nowMs);
      if (household === undefined) throw new ProblemError(linkOver);
      const { kind, text = "" } = request.body;
      const said = createHash("sha256")
        .update(JSON.stringify([kind, text]))
        .digest("hex");
      const id = `${household}:${said.slice(0, 16)}:${Math.floor(nowMs / doubleTapMs)}`;
      const taken = await parts.store.write(async (tx): Promise<Taken | undefined> => {
        if (await isCrowded(tx, household, nowMs)) return;
        const report = { ...request.body, place: { household } };
        const taken = await takeReport(
          tx,
          { source: "resident", kind: "resident", id, by: "resident", within: ["/"], area: "/" },
          report,
          { body: JSON.stringify(report), nowMs },
        );
        await audit(tx, {
          atMs: nowMs,
          actor: "resident",
          action: "intake-resident",
          subject: household,
          area: (await findPlace(tx, report.place, ["/"]))?.area ?? "/",
          source: request.ip,
          detail: {
            kind,
            result: taken.kind === "taken" && taken.repeated ? "repeated" : taken.kind,
          },
        });
        return taken;
      });
      parts.broadcast.wake();
      if (taken === undefined) throw new ProblemError(tooManyReports);
      if (taken.kind === "id-reused") throw new ProblemError(idReused);
      // The page learns that it has arrived and nothing else: a link may be passed on.
      return { received: true as const };
    },
  );
};

const addLinkRoute = (app: App, parts: HttpParts, keys: IntakeKeys): void => {
  app.post(
    "/api/v1/intake/resident-links",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Make the report link of a home 生成住户报事链接",
        tags: ["intake"],
        body: Type.Object(
          {
            household: Type.String({ pattern: namePattern }),
            days: Type.Integer({ minimum: 1, maximum: daysMax }),
          },
          strict,
        ),
        response: {
          200: Type.Object({ link: Type.String(), expiresAtMs: Type.Number() }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const { household, days } = request.body;
      const home = await readEntry(parts.store.db, change.actor, "households", household);
      if (home === undefined) orProblem({ ok: false, error: { kind: "unknown" } });
      const expiresAtMs = Math.floor(change.nowMs / 1_000) * 1_000 + days * 86_400_000;
      await parts.store.write((tx) =>
        audit(tx, {
          atMs: change.nowMs,
          actor: change.actor.name,
          action: "intake-link",
          subject: household,
          source: change.source,
          detail: { days },
        }),
      );
      return { link: makeResidentLink(keys, household, expiresAtMs), expiresAtMs };
    },
  );
};

/** Whether a home has reported so often lately that people know by now. */
const isCrowded = async (tx: Writing, household: string, nowMs: number): Promise<boolean> => {
  const { count } = await tx
    .selectFrom("intake_events")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("source", "=", "resident")
    .where(sql<boolean>`substr(id, 1, ${household.length + 1}) = ${`${household}:`}`)
    .where("received_at_ms", ">", Math.floor(nowMs) - reportsWindowMs)
    .executeTakeFirstOrThrow();
  return count >= reportsPerHomeMax;
};
