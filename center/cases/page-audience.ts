/**
 * Whom a page is meant for: the one rule of the list (`GET /pages`) and of the live stream. In SQL
 * and in memory side by side; `page-audience.contract.ts` holds them to the same answers.
 */
import { sql, type RawBuilder, type SqlBool } from "kysely";
import type { Actor } from "#domain/rights.ts";
import type { PageView } from "#domain/case-view.ts";
import { isServing, servesScope } from "../rights/scoped.ts";

/** Theirs by name, or by a role they hold over the area, over a part of it, or above it. */
export const isMeantFor = (
  page: Pick<PageView, "person" | "roles" | "area">,
  actor: Actor,
): boolean =>
  page.person === actor.name ||
  actor.grants.some(({ role, area }) => page.roles.includes(role) && isServing(page.area, [area]));

/** `isMeantFor` for rows of `pages`. */
export const meantFor = (actor: Actor): RawBuilder<SqlBool> =>
  sql<SqlBool>`(${sql.join(
    [
      sql`pages.person = ${actor.name}`,
      ...actor.grants.map(
        ({ role, area }) =>
          sql`(pages.roles like ${`% ${role} %`} and ${servesScope("pages.area_path", [area])})`,
      ),
    ],
    sql` or `,
  )})`;
