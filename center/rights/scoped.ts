/**
 * Rows of one's own areas: the one place where scopes become SQL.
 *
 *     selectFrom("alarms").where(inScope("alarms.area_path", areasWith(actor, "alarms.read")))
 *
 * What lies outside is not there for the reader: a list leaves it out, a name answers 404.
 */
import { sql, type Expression, type RawBuilder, type SqlBool } from "kysely";
import { isWithin } from "#domain/rights.ts";

/** For machinery that works for everybody, such as the live stream before its pages. */
export const everywhere: readonly string[] = ["/"];

/** A column as `table.column`, or an expression; both hold the path of an area. */
export type PathColumn = string | Expression<string>;

/**
 * True for a row whose area is one of `areas` or below one. Compares whole beginnings: no pattern
 * whose wildcards somebody could name an area by, and no collation that knows of no order.
 */
export const inScope = (path: PathColumn, areas: readonly string[]): RawBuilder<SqlBool> => {
  if (areas.includes("/")) return sql<SqlBool>`1 = 1`;
  return anyOf(
    outermost(areas).map(
      (area) => sql<SqlBool>`substr(${columnOf(path)}, 1, ${sql.lit(area.length)}) = ${area}`,
    ),
  );
};

/** True also for a row whose area lies around one of `areas`: a gateway that serves them. */
export const servesScope = (path: PathColumn, areas: readonly string[]): RawBuilder<SqlBool> =>
  anyOf([
    inScope(path, areas),
    ...areas.map(
      (area) => sql<SqlBool>`substr(${area}, 1, length(${columnOf(path)})) = ${columnOf(path)}`,
    ),
  ]);

/** `inScope` for what is already in memory. */
export const isInScope = (path: string, areas: readonly string[]): boolean =>
  areas.some((area) => isWithin(path, area));

/** `servesScope` for what is already in memory. */
export const isServing = (path: string, areas: readonly string[]): boolean =>
  isInScope(path, areas) || areas.some((area) => isWithin(area, path));

/** Without those that lie below another one. */
const outermost = (areas: readonly string[]): readonly string[] =>
  areas.filter((area) => !areas.some((other) => other !== area && isWithin(area, other)));

const anyOf = (conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> =>
  conditions.length === 0
    ? sql<SqlBool>`1 = 0`
    : sql<SqlBool>`(${sql.join(conditions, sql` or `)})`;

const columnOf = (path: PathColumn): Expression<unknown> =>
  typeof path === "string" ? sql.ref(path) : path;
