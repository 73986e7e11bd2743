/**
 * Who may act on what: a role held over an area and everything below it.
 *
 * Areas form one tree: district 区, street 街道, community 社区, grid 网格. An area's path names all
 * of its ancestors, `/pidu/anjing/xian/`, and begins and ends with a slash, so that "below" is a
 * plain prefix here and in SQL. `/` is everything.
 */

export const areaKinds = ["district", "street", "community", "grid"] as const;
export type AreaKind = (typeof areaKinds)[number];

/** Roles of `docs/event-flow` (people.md §6.2) that a login can hold, and `admin`, who keeps accounts and handles no case. */
export const roles = [
  "grid", // 网格员
  "duty", // 社区值守
  "community_lead", // 社区负责人
  "street_duty", // 街道值班
  "street_lead", // 街道带班领导
  "district", // 区城运
  "tech", // 技术员
  "admin", // 系统管理员
] as const;
export type Role = (typeof roles)[number];

/** One role over one area. */
export interface Grant {
  readonly role: Role;
  /** Path of the area; `/`: everything. */
  readonly area: string;
}

/** A person who acts, as the center knows them. */
export interface Actor {
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** Whether `inner` is `outer` or lies below it. */
export const isWithin = (inner: string, outer: string): boolean => inner.startsWith(outer);

/** Who takes a job that is given to them by name (T05). */
export const jobTakers = ["grid", "tech"] as const satisfies readonly Role[];

/** The roles somebody holds over the area of a thing. */
export const rolesOver = (actor: Actor, area: string): ReadonlySet<Role> =>
  new Set(actor.grants.filter((grant) => isWithin(area, grant.area)).map(({ role }) => role));
