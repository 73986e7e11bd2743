// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { createHash } from "node:crypto";
import { sql } from "kysely";
import { Type } from "typebox";
import { isDangerKind } from "#domain/case.ts";
import { findPlace } from "../one-intake/find-place.ts";
import type { IntakeKeys } from "../one-intake/keys.ts";
import { isWithdrawn } from "../one-intake/link-rows.ts";
import { reportIn } from "../one-intake/quarantine.ts";
import { reportKinds, ReportSchema, type ReportKind } from "../one-intake/report.ts";
import {
  doubleTapMs,
  openResidentLink,
  reportsPerHomeMax,
  reportsWindowMs,
} from "../one-intake/resident-link.ts";
import { takeReport, type Taken } from "../one-intake/take-report.ts";
import { audit } from "../store/audit.ts";
import type { Writing } from "../store/open-store.ts";
import type { App, HttpParts } from "./app.ts";
import { idReused, linkOver, tooManyReports } from "./intake-problems.ts";
import { ProblemError, problemResponses } from "./problems.ts";

const strict = { additionalProperties: false };
const ReportBodySchema = Type.Pick(ReportSchema, ["kind", "text", "contact"], strict);

/** 一键报事: by the link of their home residents report with one tap. */
export const addResidentRoutes = (app: App, parts: HttpParts, keys: IntakeKeys): void => {
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
      const opened = openResidentLink(keys, request.params.link, nowMs);
      if (opened === undefined || (await isWithdrawn(parts.store.db, opened.id))) {
        throw new ProblemError(linkOver);
      }
      const { household } = opened;
      const { kind, text = "", contact } = request.body;
      // A second tap that names a phone says something new.
      const said = createHash("sha256")
        .update(JSON.stringify([kind, text, contact?.name, contact?.phone]))
        .digest("hex");
      const id = `${household}:${said.slice(0, 16)}:${Math.floor(nowMs / doubleTapMs)}`;
      const taken = await parts.store.write(async (tx): Promise<Taken | undefined> => {
        if (await isCrowded(tx, { household, kind, nowMs })) return;
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

/**
 * Whether a home has reported so often lately that people know by now. Of gas or carbon monoxide
 * they know only when it was among that: no number of wishes stands in its way.
 */
const isCrowded = async (
  tx: Writing,
  { household, kind, nowMs }: { household: string; kind: ReportKind; nowMs: number },
): Promise<boolean> => {
  const lately = await tx
    .selectFrom("intake_events")
    .select("body")
    .where("source", "=", "resident")
    .where(sql<boolean>`substr(id, 1, ${household.length + 1}) = ${`${household}:`}`)
    .where("received_at_ms", ">", Math.floor(nowMs) - reportsWindowMs)
    .execute();
  if (lately.length < reportsPerHomeMax) return false;
  return (
    !isDangerKind(reportKinds[kind].kind) ||
    lately.some(({ body }) => reportIn(body)?.kind === kind)
  );
};
