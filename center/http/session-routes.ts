// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { roles } from "#domain/rights.ts";
import { passwordLengthMax } from "../accounts/passwords.ts";
import { listSessions, revokeById, type SessionUser } from "../accounts/sessions.ts";
import { audit } from "../store/audit.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { App, HttpParts } from "./app.ts";
import { loginRefusal } from "./login-refusal.ts";
import { notFound, ProblemError, problemResponses } from "./problems.ts";
import { callerOf, cookieText, requireSession, tokenIn } from "./require-session.ts";

const SessionSchema = Type.Object({
  user: Type.Object({
    name: Type.String(),
    mustChangePassword: Type.Boolean({
      description: "true: all but changing the printed first password is refused",
    }),
    secondFactor: Type.Boolean({ description: "a code from a phone belongs to this login" }),
    grants: Type.Array(
      Type.Object({
        role: Type.Enum(roles),
        area: Type.String({ description: "path of an area, and everything below it" }),
      }),
    ),
    asleep: Type.Array(Type.Enum(roles), {
      description: "roles that wait until a second factor is shown",
    }),
  }),
});

const password = Type.String({ minLength: 1, maxLength: passwordLengthMax });
const LoginSchema = Type.Object(
  {
    username: Type.String({ pattern: "^[^\\u0000-\\u001f]{1,64}$" }),
    password,
    code: Type.Optional(
      Type.String({
        pattern: "^[\\x20-\\x7e]{6,30}$",
        description: "six digits from the phone, or a recovery code",
      }),
    ),
  },
  { additionalProperties: false },
);
const PasswordChangeSchema = Type.Object(
  { current: password, next: password },
  { additionalProperties: false },
);

/** As `listSessions` answers it; shared with the administrators' view. */
export const SessionListSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      source: Type.String({ description: "address it was opened from" }),
      agent: Type.String(),
      createdAtMs: Type.Number(),
      seenAtMs: Type.Number(),
      secondFactor: Type.Boolean(),
      own: Type.Boolean({ description: "the session that asks" }),
    }),
  ),
});
export const SessionIdSchema = Type.String({ pattern: "^([0-9a-f]{24}|all)$" });

/** Logging in and out, and one's own sessions; see `accounts/`. */
export const addSessionRoutes = (app: App, parts: HttpParts): void => {
  addLogin(app, parts);
  addOwnSession(app, parts);
  addSessionList(app, parts);
};

const addLogin = (app: App, parts: HttpParts): void => {
  app.post(
    "/api/v1/session",
    {
      schema: {
        summary: "Log in 登录",
        description:
          "With a second factor and without `code` the answer is 401 `code-required`: send all " +
          "three. Sets a session cookie, and one by which this browser is known again.",
        tags: ["session"],
        body: LoginSchema,
        response: { 200: SessionSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const login = await parts.accounts.login({
        ...request.body,
        source: request.ip,
        device: tokenIn(request, "device"),
        agent: request.headers["user-agent"],
      });
      parts.metrics.logins.inc({ result: login.ok ? "ok" : login.error.kind });
      if (!login.ok) throw loginRefusal(login.error);
      const { token, device, user } = login.value;
      void reply.header("set-cookie", [
        cookieText(request, "session", token),
        cookieText(request, "device", device),
      ]);
      return sessionBody(user);
    },
  );
};

const addOwnSession = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  const tags = ["session"];
  app.get(
    "/api/v1/session",
    {
      preParsing,
      schema: {
        summary: "Who am I 当前登录",
        tags,
        response: { 200: SessionSchema, ...problemResponses },
      },
    },
    (request) => sessionBody(callerOf(request).user),
  );

  app.delete(
    "/api/v1/session",
    {
      preParsing,
      schema: {
        summary: "Log out 退出",
        tags,
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      await parts.accounts.logout(callerOf(request).token, request.ip);
      parts.broadcast.wake();
      const gone = cookieText(request, "session", undefined);
      return reply.header("set-cookie", gone).code(204).send(null);
    },
  );

  app.post(
    "/api/v1/session/password",
    {
      preParsing,
      schema: {
        summary: "Change my password 修改密码",
        tags,
        body: PasswordChangeSchema,
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      await changePassword(parts, request, request.body);
      parts.broadcast.wake();
      return reply.code(204).send(null);
    },
  );
};

const addSessionList = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  const tags = ["session"];
  app.get(
    "/api/v1/sessions",
    {
      preParsing,
      schema: {
        summary: "Where I am logged in 我的登录",
        tags,
        response: { 200: SessionListSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { user, token } = callerOf(request);
      const nowMs = parts.clock.now().wallMs;
      const of = { user: user.name, nowMs, ownToken: token };
      return { items: [...(await listSessions(parts.store.db, of))] };
    },
  );

  app.delete(
    "/api/v1/sessions/:id",
    {
      preParsing,
      schema: {
        summary: "End one of my sessions 结束我的某次登录",
        tags,
        params: Type.Object({ id: Type.String({ pattern: "^[0-9a-f]{24}$" }) }),
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { name } = callerOf(request).user;
      const nowMs = parts.clock.now().wallMs;
      const { id } = request.params;
      const ended = await parts.store.write(async (tx) => {
        const known = await revokeById(tx, { user: name, id, nowMs });
        const detail = { session: id, known: Number(known) };
        const deed = { action: "session-end", subject: name, source: request.ip, detail };
        await audit(tx, { ...deed, atMs: nowMs, actor: name });
        await noteChanges(tx, [{ kind: "rights", ref: name }]);
        return known;
      });
      parts.broadcast.wake();
      if (!ended) throw new ProblemError(noSuchSession);
      return reply.code(204).send(null);
    },
  );
};

const changePassword = async (
  parts: HttpParts,
  request: FastifyRequest,
  body: { readonly current: string; readonly next: string },
): Promise<void> => {
  const { token, user } = callerOf(request);
  const changed = await parts.accounts.changePassword({
    token,
    user,
    password: body.current,
    next: body.next,
    source: request.ip,
    device: tokenIn(request, "device"),
  });
  if (changed.ok) return;
  // Not 401: the session itself is fine.
  if (changed.error.kind !== "weak") throw loginRefusal(changed.error, 403);
  throw new ProblemError({
    status: 400,
    kind: "weak-password",
    title: "Weak password",
    detail: changed.error.why,
  });
};

const sessionBody = (user: SessionUser) => ({
  user: {
    name: user.name,
    mustChangePassword: user.mustChangePassword,
    secondFactor: user.secondFactor,
    grants: user.grants.map(({ role, area }) => ({ role, area })),
    asleep: [...user.asleep],
  },
});

const noSuchSession = notFound({
  zh: "没有这次登录,可能已经结束",
  en: "there is no such session; it may have ended",
});
