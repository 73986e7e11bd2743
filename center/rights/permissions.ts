/** What each role may do. Over which areas it may be done is in the grants; see `scoped.ts`. */
import type { Actor, Role } from "#domain/rights.ts";

/** Everybody who deals with alarms; an administrator keeps accounts and sees no home. */
const handlers = [
  "grid",
  "duty",
  "community_lead",
  "street_duty",
  "street_lead",
  "district",
  "tech",
] as const satisfies readonly Role[];

/**
 * Roles by permission. Which step of a case a role may take is not here but in the case's own
 * table: `cases.read` shows the case, its guards decide the rest.
 */
export const rolesWith = {
  "alarms.read": handlers,
  /** T02 签收. */
  "alarms.sign": ["grid", "duty", "street_duty", "district"],
  /** 人工结束: an alarm its gateway has forgotten; whoever leads, not whoever stands in the home. */
  "alarms.end": ["community_lead", "street_duty", "street_lead"],
  "cases.read": handlers,
  /** Which step of a case a role may take, its own table says. */
  "cases.act": handlers,
  /** Gateways are machines: who keeps the accounts may see that one is silent. */
  /** Reports from other systems and residents that found no place yet. */
  "intake.place": handlers,
  /** Keys of other systems that report here. */
  "intake.sources": ["admin"],
  "clocks.read": [...handlers, "admin"],
  /** Times of case clocks, within bounds. */
  "clocks.write": ["admin", "street_lead"],
  "gateways.read": [...handlers, "admin"],
  "register.read": [...handlers, "admin"],
  "register.write": ["community_lead", "street_lead", "tech", "admin"],
  /** Names and phones with stars in them. */
  "people.read": handlers,
  /** Without stars, for a reason that is written down. */
  "people.reveal": ["duty", "community_lead", "street_duty", "street_lead"],
  /** Staff and residents entered, changed and ended. */
  "people.write": ["community_lead", "street_duty", "street_lead"],
  /** PIPL Art 45: a person's copy of what is kept of them. */
  "people.export": ["street_lead"],
  /** PIPL Art 47: forgetting a person. */
  "people.erase": ["street_lead"],
  "accounts.manage": ["admin"],
  "audit.read": ["admin", "street_lead", "district"],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Permission = keyof typeof rolesWith;

/** Roles whose password alone is not enough; see `accounts/second-factor.ts`. */
export const privilegedRoles: ReadonlySet<Role> = new Set(["admin", "street_lead", "district"]);

/** Paths of the areas over which the actor holds the permission; none: not at all. */
export const areasWith = (actor: Actor, permission: Permission): readonly string[] => {
  const able: ReadonlySet<Role> = new Set(rolesWith[permission]);
  return [...new Set(actor.grants.filter(({ role }) => able.has(role)).map(({ area }) => area))];
};
