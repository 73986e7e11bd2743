import type { FastifyRequest } from "fastify";
import type { Role } from "#domain/rights.ts";
import type { SessionUser } from "../accounts/sessions.ts";
import { areasWith, rolesWith, type Permission } from "../rights/permissions.ts";
import { needsOwnPassword, rightOfRoute, type RouteRight } from "../rights/route-rights.ts";
import { isInScope } from "../rights/scoped.ts";
import type { App, HttpParts } from "./app.ts";
import { ProblemError, type ProblemFacts } from "./problems.ts";

/** Who asks, once `requireSession` has let them in. */
export interface Caller {
  readonly token: string;
  readonly user: SessionUser;
  /** Paths of the areas over which they may do what this route does; empty for one's own account. */
  readonly areas: readonly string[];
}

type Found = Pick<Caller, "token" | "user">;

const found = new WeakMap<FastifyRequest, Found | undefined>();
const callers = new WeakMap<FastifyRequest, Caller>();

/** A route for which nobody has decided who may call it is a bug, told at the start. */
export const refuseUndecidedRoutes = (app: App): void => {
  app.addHook("onRoute", ({ method, url }) => {
    for (const one of typeof method === "string" ? [method] : method) {
      if (!url.startsWith("/api/") || rightOfRoute(one, url) !== undefined) continue;
      throw new Error(`center/rights/route-rights.ts does not say who may call ${one} ${url}`);
    }
  });
};

/** Whose living session a request carries; asked once per request, also for the rate limit. */
export const findCaller = async (
  parts: HttpParts,
  request: FastifyRequest,
): Promise<Found | undefined> => {
  if (found.has(request)) return found.get(request);
  const token = tokenIn(request, "session");
  const user = token === undefined ? undefined : await parts.accounts.whoIs(token);
  const caller = token === undefined || user === undefined ? undefined : { token, user };
  found.set(request, caller);
  return caller;
};

/**
 * For a route's `preParsing`: nobody passes without a living session and the route's right. After
 * the rate limit, which counts strangers too, and before the body is read.
 */
export const requireSession =
  (parts: HttpParts) =>
  async (request: FastifyRequest): Promise<void> => {
    const caller = await findCaller(parts, request);
    if (caller === undefined) throw new ProblemError(notLoggedIn);
    const { method, routeOptions } = request;
    const url = routeOptions.url ?? "";
    const right = rightOfRoute(method, url);
    if (right === undefined) throw new Error(`${method} ${url} has no right`);
    // Also before one looks: a password that was printed shows nobody's photos and voices.
    if (caller.user.mustChangePassword && needsOwnPassword(method, url)) {
      throw new ProblemError(ownPasswordFirst);
    }
    callers.set(request, { ...caller, areas: areasFor(caller.user, right) });
  };

/**
 * For every route's `preHandler`: a body may come minutes after the headers that were judged. Whoever
 * has lost the session or the right meanwhile does nothing with it.
 */
export const requireStill =
  (parts: HttpParts) =>
  async (request: FastifyRequest): Promise<void> => {
    if (!callers.has(request) || request.body === undefined) return;
    found.delete(request);
    await requireSession(parts)(request);
  };

const areasFor = (user: SessionUser, { who }: RouteRight): readonly string[] => {
  if (who === "self" || who === "stranger") return [];
  const areas = areasWith(user, who);
  if (areas.length > 0) return areas;
  const able: readonly Role[] = rolesWith[who];
  throw new ProblemError(
    user.asleep.some((role) => able.includes(role)) ? secondFactorRequired : notAllowed,
  );
};

export const callerOf = (request: FastifyRequest): Caller => {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error("a route without requireSession asked who calls");
  return caller;
};

/**
 * For a route about one thing: what the caller may not even see is not there (404); what they see,
 * but hold no role for, is refused (403).
 */
export const requireOver = (
  request: FastifyRequest,
  thing: {
    /** Path of its area; absent: there is no such thing. */
    readonly area: string | undefined;
    /** The permission that shows it. */
    readonly seen: Permission;
    readonly missing: ProblemFacts;
  },
): void => {
  const { user, areas } = callerOf(request);
  const { area, seen, missing } = thing;
  if (area === undefined || !isInScope(area, [...areasWith(user, seen), ...areas])) {
    throw new ProblemError(missing);
  }
  if (!isInScope(area, areas)) throw new ProblemError(notAllowed);
};

/** `session`: who is logged in; `device`: a browser that has been here, see `accounts/devices.ts`. */
export type CookieKind = "session" | "device";

const maxAgeSeconds = { session: 7 * 24 * 3_600, device: 90 * 24 * 3_600 } as const;

/** Behind TLS the name itself forbids other hosts and plain connections to set the cookie. */
const cookieName = (request: FastifyRequest, kind: CookieKind): string =>
  request.protocol === "https" ? `__Host-canary_${kind}` : `canary_${kind}`;

export const tokenIn = (request: FastifyRequest, kind: CookieKind): string | undefined => {
  const prefix = `${cookieName(request, kind)}=`;
  const cookies = (request.headers.cookie ?? "").split(";").map((part) => part.trim());
  const value = cookies.find((part) => part.startsWith(prefix))?.slice(prefix.length);
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
};

/** `undefined` takes the cookie away. */
export const cookieText = (
  request: FastifyRequest,
  kind: CookieKind,
  token: string | undefined,
): string =>
  [
    `${cookieName(request, kind)}=${token ?? ""}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Strict",
    token === undefined ? "Max-Age=0" : `Max-Age=${maxAgeSeconds[kind]}`,
    ...(request.protocol === "https" ? ["Secure"] : []),
  ].join("; ");

const notLoggedIn: ProblemFacts = {
  status: 401,
  kind: "not-logged-in",
  title: "Not logged in",
  detail: {
    zh: "未登录或登录已失效,请重新登录",
    en: "not logged in, or the session has ended; log in",
  },
};

const ownPasswordFirst: ProblemFacts = {
  status: 403,
  kind: "password-change-required",
  title: "Password change required",
  detail: {
    zh: "请先修改初始密码,再查看或操作",
    en: "change the initial password before you look or act",
  },
};

const notAllowed: ProblemFacts = {
  status: 403,
  kind: "not-allowed",
  title: "Not allowed",
  detail: {
    zh: "您的角色没有此项权限;如需要请联系管理员授权",
    en: "none of your roles may do this; ask an administrator if you need it",
  },
};

const secondFactorRequired: ProblemFacts = {
  status: 403,
  kind: "second-factor-required",
  title: "Second factor required",
  detail: {
    zh: "该角色须使用手机验证码:请先绑定,或退出后用验证码重新登录。签收等值守操作不受影响",
    en: "this role needs a code from your phone: enrol one, or log in again with it. Signing for alarms is not affected",
  },
};
