// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { DeskAlarmSchema, type DeskAlarm } from "#domain/desk.ts";
import { queueCommand } from "../commands/queue-command.ts";
import { caseRow } from "../cases/case-rows.ts";
import { maySign } from "../desk/sign-alarm.ts";
import { alarmsNamed } from "../desk/read-alarms.ts";
import { audit } from "../store/audit.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { App, HttpParts } from "./app.ts";
import { notFound, ProblemError, problemResponses, type ProblemFacts } from "./problems.ts";
import { callerOf, requireSession } from "./require-session.ts";

const EpisodeSchema = Type.Object({
  episode: Type.String({ pattern: "^[^\\u0000-\\u001f]{1,400}$" }),
});

/** What a desk asks of a gateway beside signing: the case is signed for, the alarm has worsened since. */
export const addCommandRoutes = (app: App, parts: HttpParts): void => {
  app.post(
    "/api/v1/alarms/:episode/acknowledge",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Answer for the alarm as it is now 再次签收",
        description:
          "Of an alarm that is signed for: tells its gateway that somebody has seen it as it is " +
          "now. A gateway refuses a signature that is older than the alarm's last worsening, and " +
          "asks for people again. Changes no case. One that is under way already is not repeated.",
        tags: ["alarms"],
        params: EpisodeSchema,
        response: { 200: DeskAlarmSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { user } = callerOf(request);
      const nowMs = parts.clock.now().wallMs;
      const { episode } = request.params;
      const alarm = await parts.store.write(async (tx): Promise<DeskAlarm> => {
        const [current] = await alarmsNamed(tx, [episode]);
        const row = current && (await caseRow(tx, current.case.id));
        // An alarm of somebody else's area is not there for them.
        if (current === undefined || row === undefined || !maySign(user, row.area_path)) {
          throw new ProblemError(unknown);
        }
        if (current.case.state === "reported") throw new ProblemError(signFirst);
        if (current.commands?.some(({ state }) => state === "waiting") === true) return current;
        await queueCommand(tx, "acknowledge", current, { user: user.name, nowMs });
        await audit(tx, {
          atMs: nowMs,
          actor: user.name,
          action: "sign",
          subject: episode,
          area: row.area_path,
          source: request.ip,
          detail: { again: "as it is now", event: current.notice.event.id },
        });
        await noteChanges(tx, [{ kind: "alarm", ref: episode }]);
        const [next] = await alarmsNamed(tx, [episode]);
        return next ?? current;
      });
      parts.broadcast.wake();
      return alarm;
    },
  );
};

const unknown = notFound({
  zh: "没有这条报警,请刷新页面",
  en: "there is no such alarm; reload the page",
});

const signFirst: ProblemFacts = {
  status: 409,
  kind: "not-signed",
  title: "Not signed for",
  detail: {
    zh: "该报警尚未签收,请先签收",
    en: "nobody has signed for this alarm yet; sign for it first",
  },
};
