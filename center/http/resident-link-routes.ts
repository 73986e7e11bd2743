// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import { Type } from "typebox";
import { namePattern } from "#domain/ids.ts";
import type { IntakeKeys } from "../one-intake/keys.ts";
import {
  addLink,
  linkNamed,
  linkPage,
  withdrawLink,
  type LinkView,
} from "../one-intake/link-rows.ts";
import { makeResidentLink } from "../one-intake/resident-link.ts";
import type { Change } from "../register/change-register.ts";
import { readEntry } from "../register/read-register.ts";
import { audit } from "../store/audit.ts";
import type { Writing } from "../store/open-store.ts";
import type { App, HttpParts } from "./app.ts";
import { cursorToText, textToCursor, wrongCursor } from "./pair-cursor.ts";
import { notFound, ProblemError, problemResponses } from "./problems.ts";
import { changeBy, orProblem } from "./register-answers.ts";
import { callerOf, requireSession } from "./require-session.ts";

const strict = { additionalProperties: false };
const tags = ["intake"];
const household = Type.String({ pattern: namePattern });
const days = Type.Integer({ minimum: 1, maximum: 400 });
const idOnly = Type.Object({ id: Type.String({ pattern: "^[^\\u0000-\\u001f]{1,100}$" }) });
const reason = Type.String({ minLength: 2, maxLength: 500, description: "kept in the audit log" });

const LinkSchema = Type.Object({
  id: Type.String(),
  household: Type.String(),
  address: Type.String(),
  state: Type.Enum(["live", "expired", "withdrawn"]),
  createdBy: Type.String(),
  createdAtMs: Type.Number(),
  expiresAtMs: Type.Number(),
  withdrawnBy: Type.Optional(Type.String()),
  withdrawnAtMs: Type.Optional(Type.Number()),
  replacedBy: Type.Optional(Type.String({ description: "the link made in its place" })),
});
const MadeSchema = Type.Object({
  id: Type.String(),
  link: Type.String({ description: "shown this once" }),
  expiresAtMs: Type.Number(),
});

/** Links of 一键报事: made, listed, withdrawn one by one, made anew. */
export const addResidentLinkRoutes = (app: App, parts: HttpParts, keys: IntakeKeys): void => {
  addMaking(app, parts, keys);
  addList(app, parts);
  addWithdrawal(app, parts);
  addReissue(app, parts, keys);
};

const addMaking = (app: App, parts: HttpParts, keys: IntakeKeys): void => {
  app.post(
    "/api/v1/intake/resident-links",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Make the report link of a home 生成住户报事链接",
        tags,
        body: Type.Object({ household, days }, strict),
        response: { 200: MadeSchema, ...problemResponses },
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const wish = request.body;
      const home = await readEntry(parts.store.db, change.actor, "households", wish.household);
      if (home === undefined) return orProblem({ ok: false, error: { kind: "unknown" } });
      return parts.store.write(async (tx) => {
        const made = await make(tx, keys, change, wish);
        await note(tx, change, { action: "intake-link", area: home.areaPath }, wish.household, {
          link: made.id,
          days: wish.days,
        });
        return made;
      });
    },
  );
};

const addList = (app: App, parts: HttpParts): void => {
  app.get(
    "/api/v1/intake/resident-links",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Report links of homes in one's areas, newest first 住户报事链接列表",
        description: "The links themselves are shown only when they are made.",
        tags,
        querystring: Type.Object({
          household: Type.Optional(household),
          cursor: Type.Optional(Type.String({ maxLength: 1_000 })),
          limit: Type.Optional(Type.String({ pattern: "^([1-9]\\d?|1\\d\\d|200)$" })),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(LinkSchema),
            nextCursor: Type.Optional(Type.String({ description: "absent on the last page" })),
          }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      const { cursor, limit: wished, ...query } = request.query;
      const after = cursor === undefined ? undefined : textToCursor(cursor);
      if (cursor !== undefined && after === undefined) throw new ProblemError(wrongCursor);
      const limit = Number(wished ?? 50);
      const items = await linkPage(parts.store.db, callerOf(request).user, {
        ...query,
        ...(after !== undefined && { after }),
        limit: limit + 1,
        nowMs: parts.clock.now().wallMs,
      });
      const last = items.length > limit ? items[limit - 1] : undefined;
      return {
        items: items.slice(0, limit),
        ...(last !== undefined && {
          nextCursor: cursorToText({ atMs: last.createdAtMs, name: last.id }),
        }),
      };
    },
  );
};

const addWithdrawal = (app: App, parts: HttpParts): void => {
  app.post(
    "/api/v1/intake/resident-links/:id/withdraw",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Withdraw one report link 撤回住户报事链接",
        description: "From now on it reports nothing; whoever opens it is told to call.",
        tags,
        params: idOnly,
        body: Type.Object({ reason }, strict),
        response: { 200: LinkSchema, ...problemResponses },
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const { id } = request.params;
      return parts.store.write(async (tx) => {
        const { link, area } = await living(tx, change, id);
        await withdrawLink(tx, { id, by: change.actor.name, nowMs: change.nowMs });
        const deed = { action: "intake-link-withdraw", area };
        await note(tx, change, deed, link.household, { link: id, ...request.body });
        return (await named(tx, change, id)).link;
      });
    },
  );
};

const addReissue = (app: App, parts: HttpParts, keys: IntakeKeys): void => {
  app.post(
    "/api/v1/intake/resident-links/:id/reissue",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Withdraw a report link and make another in its place 换发住户报事链接",
        tags,
        params: idOnly,
        body: Type.Object({ reason, days }, strict),
        response: { 200: MadeSchema, ...problemResponses },
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const { id } = request.params;
      const wish = request.body;
      return parts.store.write(async (tx) => {
        const { link, area } = await living(tx, change, id);
        const made = await make(tx, keys, change, { household: link.household, days: wish.days });
        const by = change.actor.name;
        await withdrawLink(tx, { id, by, nowMs: change.nowMs, replacedBy: made.id });
        const deed = { action: "intake-link-reissue", area };
        await note(tx, change, deed, link.household, { link: id, replacedBy: made.id, ...wish });
        return made;
      });
    },
  );
};

const make = async (
  tx: Writing,
  keys: IntakeKeys,
  { actor, nowMs }: Change,
  wish: { readonly household: string; readonly days: number },
) => {
  const expiresAtMs = nowMs + wish.days * 86_400_000;
  const { household: home } = wish;
  const made = await addLink(tx, { household: home, expiresAtMs, by: actor.name, nowMs });
  const link = makeResidentLink(keys, home, made.expires_at_ms);
  return { id: made.id, link, expiresAtMs: made.expires_at_ms };
};

const named = async (
  tx: Writing,
  { actor, nowMs }: Change,
  id: string,
): Promise<{ readonly link: LinkView; readonly area: string }> => {
  const found = await linkNamed(tx, actor, { id, nowMs });
  if (found === undefined) throw new ProblemError(noSuchLink);
  return found;
};

/** A link that can still be withdrawn. */
const living = async (tx: Writing, change: Change, id: string) => {
  const found = await named(tx, change, id);
  if (found.link.state === "withdrawn") throw new ProblemError(withdrawnAlready(found.link));
  return found;
};

const note = (
  tx: Writing,
  { actor, source, nowMs }: Change,
  deed: { readonly action: string; readonly area: string },
  subject: string,
  detail: Readonly<Record<string, string | number>>,
): Promise<void> => audit(tx, { ...deed, atMs: nowMs, actor: actor.name, source, subject, detail });

const noSuchLink = notFound({
  zh: "您的辖区内没有这条报事链接",
  en: "there is no such report link in your areas",
});

const withdrawnAlready = ({ withdrawnBy = "" }: LinkView) => ({
  status: 409,
  kind: "link-withdrawn",
  title: "Link withdrawn",
  detail: {
    zh: `该链接已由 ${withdrawnBy} 撤回;需要时请生成新的`,
    en: `${withdrawnBy} has withdrawn this link already; make a new one if it is needed`,
  },
});
