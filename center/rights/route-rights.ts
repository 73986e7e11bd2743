/**
 * The authorisation matrix: every route of the API, who may call it, and what it leaves in the
 * audit log. A route that is not here does not start; `matrix.test.ts` tries every combination of
 * route, role and area against the running server.
 */
import type { Permission } from "./permissions.ts";

export type RouteRight = {
  /**
   * `stranger`: no login. `self`: any login, one's own account only. Else the permission, and only
   * for things within the areas over which it is held.
   */
  readonly who: "stranger" | "self" | Permission;
  /**
   * `write`: changes something. `personal`: shows data of residents. Both leave an audit row, and
   * both need a password that the person chose. `none`: neither.
   */
  readonly audit: "write" | "personal" | "none";
};

export const routeRights = {
  "GET /api/openapi.json": { who: "stranger", audit: "none" },

  "POST /api/v1/session": { who: "stranger", audit: "write" },
  "GET /api/v1/session": { who: "self", audit: "none" },
  "DELETE /api/v1/session": { who: "self", audit: "write" },
  "POST /api/v1/session/password": { who: "self", audit: "write" },
  "POST /api/v1/session/second-factor": { who: "self", audit: "write" },
  "POST /api/v1/session/second-factor/confirm": { who: "self", audit: "write" },
  "POST /api/v1/session/second-factor/remove": { who: "self", audit: "write" },
  "GET /api/v1/sessions": { who: "self", audit: "none" },
  "DELETE /api/v1/sessions/:id": { who: "self", audit: "write" },

  "GET /api/v1/desk": { who: "alarms.read", audit: "none" },
  "GET /api/v1/stream": { who: "alarms.read", audit: "none" },
  "GET /api/v1/alarms": { who: "alarms.read", audit: "none" },
  "POST /api/v1/alarms/:episode/sign": { who: "alarms.sign", audit: "write" },
  "GET /api/v1/gateways": { who: "gateways.read", audit: "none" },
  "GET /api/v1/gateways/:id/completeness": { who: "gateways.read", audit: "none" },

  "GET /api/v1/people": { who: "people.read", audit: "personal" },
  "GET /api/v1/people/:id": { who: "people.read", audit: "personal" },
  "POST /api/v1/people/:id/reveal": { who: "people.reveal", audit: "personal" },
  "GET /api/v1/people/:id/export": { who: "people.export", audit: "personal" },
  "POST /api/v1/people/:id/erase": { who: "people.erase", audit: "write" },

  "GET /api/v1/accounts": { who: "accounts.manage", audit: "none" },
  "POST /api/v1/accounts": { who: "accounts.manage", audit: "write" },
  "GET /api/v1/accounts/:name": { who: "accounts.manage", audit: "none" },
  "POST /api/v1/accounts/:name/disable": { who: "accounts.manage", audit: "write" },
  "POST /api/v1/accounts/:name/reset": { who: "accounts.manage", audit: "write" },
  "POST /api/v1/accounts/:name/grants": { who: "accounts.manage", audit: "write" },
  "DELETE /api/v1/accounts/:name/grants": { who: "accounts.manage", audit: "write" },
  "GET /api/v1/accounts/:name/sessions": { who: "accounts.manage", audit: "none" },
  "DELETE /api/v1/accounts/:name/sessions/:id": { who: "accounts.manage", audit: "write" },

  "GET /api/v1/audit": { who: "audit.read", audit: "none" },
  "GET /api/v1/audit/head": { who: "audit.read", audit: "none" },
} as const satisfies Readonly<Record<string, RouteRight>>;

const rights: ReadonlyMap<string, RouteRight> = new Map(Object.entries(routeRights));

/** `undefined`: nobody has decided who may call it. A HEAD is its GET. */
export const rightOfRoute = (method: string, url: string): RouteRight | undefined =>
  rights.get(`${method === "HEAD" ? "GET" : method} ${url}`);
