/**
 * The authorisation matrix: every route of the API, who may call it, and what it leaves in the
 * audit log. A route that is not here does not start; `matrix.test.ts` tries every combination of
 * route, role and area against the running server.
 */
import { registerKinds } from "../register/kinds.ts";
import type { Permission } from "./permissions.ts";

export type RouteRight = {
  /**
   * `stranger`: no login. `self`: any login, one's own account only. Else the permission, and only
   * for things within the areas over which it is held.
   */
  readonly who: "stranger" | "self" | Permission;
  /**
   * `write`: changes something. `personal`: shows data of residents. Both leave an audit row.
   * `none`: neither.
   */
  readonly audit: "write" | "personal" | "none";
};

const deskRights = {
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
  "POST /api/v1/alarms/:episode/end": { who: "alarms.end", audit: "write" },
  "GET /api/v1/cases": { who: "cases.read", audit: "none" },
  "GET /api/v1/cases/:id": { who: "cases.read", audit: "none" },
  "GET /api/v1/cases/:id/reporters": { who: "people.read", audit: "personal" },
  "POST /api/v1/cases/:id/actions/:action": { who: "cases.act", audit: "write" },
  "POST /api/v1/cases/:id/notes": { who: "cases.act", audit: "write" },
  "GET /api/v1/pages": { who: "cases.read", audit: "none" },
  "POST /api/v1/pages/:page/read": { who: "cases.read", audit: "write" },
  "GET /api/v1/clocks": { who: "clocks.read", audit: "none" },
  "PUT /api/v1/clocks/:priority/:clock": { who: "clocks.write", audit: "write" },
  "GET /api/v1/figures": { who: "cases.read", audit: "none" },
  "GET /api/v1/figures.csv": { who: "cases.read", audit: "none" },
  "GET /api/v1/gateways": { who: "gateways.read", audit: "none" },
  "GET /api/v1/detectors/:gateway/:detector/history": { who: "alarms.read", audit: "none" },
  "GET /api/v1/gateways/:id/completeness": { who: "gateways.read", audit: "none" },

  "GET /api/v1/people": { who: "people.read", audit: "personal" },
  "GET /api/v1/people/:id": { who: "people.read", audit: "personal" },
  "POST /api/v1/people/:id/reveal": { who: "people.reveal", audit: "personal" },
  "GET /api/v1/people/:id/export": { who: "people.export", audit: "personal" },
  "POST /api/v1/people": { who: "people.write", audit: "write" },
  "PATCH /api/v1/people/:id": { who: "people.write", audit: "write" },
  "POST /api/v1/people/:id/end": { who: "people.write", audit: "write" },
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

const reading: RouteRight = { who: "register.read", audit: "none" };
const writing: RouteRight = { who: "register.write", audit: "write" };

/** The same five routes for every kind of entry. */
const registerRights = Object.fromEntries(
  registerKinds.flatMap((kind): readonly (readonly [string, RouteRight])[] => [
    [`GET /api/v1/register/${kind}`, reading],
    [`GET /api/v1/register/${kind}/:id`, reading],
    [`POST /api/v1/register/${kind}`, writing],
    [`PATCH /api/v1/register/${kind}/:id`, writing],
    [`POST /api/v1/register/${kind}/:id/retire`, writing],
  ]),
);

const deviceRights: Readonly<Record<string, RouteRight>> = {
  "GET /api/v1/register/points/:id/devices": reading,
  "GET /api/v1/register/points/:id/alarms": { who: "alarms.read", audit: "none" },
  "GET /api/v1/register/due": reading,
  "POST /api/v1/register/points/:id/install": writing,
  "POST /api/v1/register/points/:id/swap": writing,
  "PATCH /api/v1/register/installations/:id": writing,
  "POST /api/v1/register/installations/:id/remove": writing,
  "GET /api/v1/imports": reading,
  "GET /api/v1/imports/template.csv": reading,
  "GET /api/v1/imports/template.xlsx": reading,
  "POST /api/v1/imports": writing,
  "POST /api/v1/imports/:id/undo": writing,
};

const intakeRights: Readonly<Record<string, RouteRight>> = {
  "POST /api/v1/alarms/:episode/acknowledge": { who: "alarms.sign", audit: "write" },
  "POST /api/v1/cases/:id/evidence": { who: "cases.act", audit: "write" },
  "GET /api/v1/evidence/:id": { who: "cases.read", audit: "personal" },
  "POST /api/v1/evidence/:id/delete": { who: "cases.act", audit: "write" },
  // Signed by the system that sends them, or opened by a link of one's own.
  "POST /api/v1/intake/events": { who: "stranger", audit: "write" },
  "POST /api/v1/intake/resident/:link": { who: "stranger", audit: "write" },
  "POST /api/v1/intake/reports": { who: "cases.act", audit: "write" },
  "GET /api/v1/intake/resident-links": { who: "cases.act", audit: "none" },
  "POST /api/v1/intake/resident-links": { who: "cases.act", audit: "write" },
  "POST /api/v1/intake/resident-links/:id/withdraw": { who: "cases.act", audit: "write" },
  "POST /api/v1/intake/resident-links/:id/reissue": { who: "cases.act", audit: "write" },
  "GET /api/v1/intake/quarantine": { who: "intake.place", audit: "none" },
  "POST /api/v1/intake/quarantine/place": { who: "intake.place", audit: "write" },
  "POST /api/v1/intake/quarantine/set-aside": { who: "intake.place", audit: "write" },
  "GET /api/v1/intake/sources": { who: "gateways.read", audit: "none" },
  "POST /api/v1/intake/sources": { who: "intake.sources", audit: "write" },
  "POST /api/v1/intake/sources/:id/key": { who: "intake.sources", audit: "write" },
  "POST /api/v1/intake/sources/:id/disable": { who: "intake.sources", audit: "write" },
};

export const routeRights: Readonly<Record<string, RouteRight>> = {
  ...deskRights,
  ...registerRights,
  ...deviceRights,
  ...intakeRights,
};

/**
 * All that is open with a password that was printed or handed over, and that others may have read:
 * who one is, choosing one's own, and leaving. `printed-password.test.ts` tries every other route.
 */
const beforeOwnPassword: ReadonlySet<string> = new Set([
  "GET /api/v1/session",
  "DELETE /api/v1/session",
  "POST /api/v1/session/password",
]);

export const needsOwnPassword = (method: string, url: string): boolean =>
  !beforeOwnPassword.has(routeName(method, url));

const rights: ReadonlyMap<string, RouteRight> = new Map(Object.entries(routeRights));

/** `undefined`: nobody has decided who may call it. A HEAD is its GET. */
export const rightOfRoute = (method: string, url: string): RouteRight | undefined =>
  rights.get(routeName(method, url));

const routeName = (method: string, url: string): string =>
  `${method === "HEAD" ? "GET" : method} ${url}`;
