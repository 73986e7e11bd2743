import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { LoginFailure } from "../accounts/accounts.ts";
import { passwordLengthMax } from "../accounts/passwords.ts";
import type { SessionUser } from "../accounts/sessions.ts";
import type { App, HttpParts } from "./app.ts";
import { ProblemError, problemResponses, tooMany } from "./problems.ts";
import { callerOf, requireSession, sessionCookie } from "./require-session.ts";

const SessionSchema = Type.Object({
  user: Type.Object({
    name: Type.String(),
    mustChangePassword: Type.Boolean({
      description: "true: acting is refused until the printed first password has been changed",
    }),
  }),
});

const password = Type.String({ minLength: 1, maxLength: passwordLengthMax });
const LoginSchema = Type.Object(
  { username: Type.String({ pattern: "^[^\\u0000-\\u001f]{1,64}$" }), password },
  { additionalProperties: false },
);
const PasswordChangeSchema = Type.Object(
  { current: password, next: password },
  { additionalProperties: false },
);

/** Logging in and out; see `accounts/`. */
export const addSessionRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);

  app.post(
    "/api/v1/session",
    {
      schema: {
        summary: "Log in 登录",
        tags: ["session"],
        body: LoginSchema,
        response: { 200: SessionSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { username, password } = request.body;
      const login = await parts.accounts.login({ username, password, source: request.ip });
      parts.metrics.logins.inc({ result: login.ok ? "ok" : login.error.kind });
      if (!login.ok) throw refusal(login.error);
      void reply.header("set-cookie", sessionCookie(request, login.value.token));
      return sessionBody(login.value.user);
    },
  );

  app.get(
    "/api/v1/session",
    {
      preParsing,
      schema: {
        summary: "Who am I 当前登录",
        tags: ["session"],
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
        tags: ["session"],
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      await parts.accounts.logout(callerOf(request).token, request.ip);
      return reply.header("set-cookie", sessionCookie(request, undefined)).code(204).send(null);
    },
  );

  app.post(
    "/api/v1/session/password",
    {
      preParsing,
      schema: {
        summary: "Change my password 修改密码",
        tags: ["session"],
        body: PasswordChangeSchema,
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      await changePassword(parts, request, request.body);
      return reply.code(204).send(null);
    },
  );
};

const changePassword = async (
  parts: HttpParts,
  request: FastifyRequest,
  body: { readonly current: string; readonly next: string },
): Promise<void> => {
  const { token } = callerOf(request);
  const changed = await parts.accounts.changePassword({ token, ...body, source: request.ip });
  if (changed.ok) return;
  // Not 401: the session itself is fine.
  if (changed.error.kind !== "weak") throw refusal(changed.error, 403);
  throw new ProblemError({
    status: 400,
    kind: "weak-password",
    title: "Weak password",
    detail: changed.error.why,
  });
};

const sessionBody = (user: SessionUser) => ({
  user: { name: user.name, mustChangePassword: user.mustChangePassword },
});

/** Never says whether it was the name or the password. */
const refusal = (failure: LoginFailure, wrongStatus = 401): ProblemError => {
  if (failure.kind === "wrong") {
    return new ProblemError({
      status: wrongStatus,
      kind: "wrong-credentials",
      title: "Wrong credentials",
      detail: { zh: "用户名或密码不正确", en: "wrong user name or password" },
    });
  }
  const seconds = Math.ceil(failure.wait / 1_000);
  return new ProblemError({
    ...tooMany(seconds),
    kind: "login-held",
    detail: {
      zh: `登录失败次数过多,请 ${seconds} 秒后再试`,
      en: `too many failed logins; try again in ${seconds} s`,
    },
  });
};
