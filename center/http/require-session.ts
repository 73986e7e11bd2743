import type { FastifyRequest } from "fastify";
import type { SessionUser } from "../accounts/sessions.ts";
import type { HttpParts } from "./app.ts";
import { ProblemError } from "./problems.ts";

/** Who asks, once `requireSession` has let them in. */
export interface Caller {
  readonly token: string;
  readonly user: SessionUser;
}

const callers = new WeakMap<FastifyRequest, Caller>();

/**
 * For a route's `preParsing`: nobody passes without a living session. After the rate limit, which
 * counts strangers too, and before the body is read.
 */
export const requireSession =
  (parts: HttpParts) =>
  async (request: FastifyRequest): Promise<void> => {
    const token = sessionToken(request);
    const user = token === undefined ? undefined : await parts.accounts.whoIs(token);
    if (token === undefined || user === undefined) throw new ProblemError(notLoggedIn);
    callers.set(request, { token, user });
  };

export const callerOf = (request: FastifyRequest): Caller => {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error("a route without requireSession asked who calls");
  return caller;
};

/** A person's own password stands behind every human action: not the printed one. */
export const requireOwnPassword = (request: FastifyRequest): SessionUser => {
  const { user } = callerOf(request);
  if (!user.mustChangePassword) return user;
  throw new ProblemError({
    status: 403,
    kind: "password-change-required",
    title: "Password change required",
    detail: {
      zh: "请先修改初始密码,再进行签收等操作",
      en: "change the initial password before you act",
    },
  });
};

/** Behind TLS the name itself forbids other hosts and plain connections to set the cookie. */
const cookieName = (request: FastifyRequest): string =>
  request.protocol === "https" ? "__Host-canary_session" : "canary_session";

const sessionToken = (request: FastifyRequest): string | undefined => {
  const prefix = `${cookieName(request)}=`;
  const cookies = (request.headers.cookie ?? "").split(";").map((part) => part.trim());
  const value = cookies.find((part) => part.startsWith(prefix))?.slice(prefix.length);
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
};

/** `undefined` takes the cookie away. */
export const sessionCookie = (request: FastifyRequest, token: string | undefined): string =>
  [
    `${cookieName(request)}=${token ?? ""}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Strict",
    token === undefined ? "Max-Age=0" : `Max-Age=${7 * 24 * 3_600}`,
    ...(request.protocol === "https" ? ["Secure"] : []),
  ].join("; ");

const notLoggedIn = {
  status: 401,
  kind: "not-logged-in",
  title: "Not logged in",
  detail: {
    zh: "未登录或登录已失效,请重新登录",
    en: "not logged in, or the session has ended; log in",
  },
};
