/** Reading the register: always within the areas of whoever asks. */
import { sql, type RawBuilder } from "kysely";
import type { Actor } from "#domain/rights.ts";
import { areasWith } from "../rights/permissions.ts";
import { inScope } from "../rights/scoped.ts";
import type { Reading } from "../store/open-store.ts";
import { kindFacts, type RegisterKind } from "./kinds.ts";

/** An entry as the API shows it. */
export interface Entry {
  readonly id: string;
  /** Path of the area it lies in. */
  readonly areaPath: string;
  readonly version: number;
  readonly retiredAtMs?: number;
  readonly facts: Readonly<Record<string, string | number | null>>;
}

type Row = Readonly<Record<string, string | number | null>>;

export interface PageWish {
  readonly limit: number;
  /** The last id of the page before. */
  readonly after?: string;
  /** Only what lies in or below this area. */
  readonly within?: string;
  readonly retired: boolean;
  /** Only what hangs on this entry: `{ building: "…" }`. */
  readonly of?: { readonly field: string; readonly id: string };
}

export const readPage = async (
  db: Reading,
  actor: Actor,
  kind: RegisterKind,
  wish: PageWish,
): Promise<readonly Entry[]> => {
  const { key, fields } = kindFacts[kind];
  const field = wish.of === undefined ? undefined : fields[wish.of.field];
  return readRows(
    db,
    kind,
    [
      seenBy(actor),
      ...(wish.retired ? [] : [sql`t.retired_at_ms is null`]),
      ...(wish.after === undefined ? [] : [sql`${sql.ref(`t.${key}`)} > ${wish.after}`]),
      ...(wish.within === undefined ? [] : [inScope("a.path", [wish.within])]),
      ...(wish.of === undefined ? [] : [hangsOn(field?.column, wish.of.id)]),
    ],
    wish.limit,
  );
};

/** What is asked by a field this kind does not have is nothing. */
const hangsOn = (column: string | undefined, id: string): RawBuilder<unknown> =>
  column === undefined ? sql`1 = 0` : sql`${sql.ref(`t.${column}`)} = ${id}`;

/** One entry; `undefined` when there is none within the actor's areas: who may not see it cannot tell. */
export const readEntry = async (
  db: Reading,
  actor: Actor,
  kind: RegisterKind,
  id: string,
): Promise<Entry | undefined> => {
  const { key } = kindFacts[kind];
  const [found] = await readRows(db, kind, [seenBy(actor), sql`${sql.ref(`t.${key}`)} = ${id}`], 1);
  return found;
};

const readRows = async (
  db: Reading,
  kind: RegisterKind,
  conditions: readonly RawBuilder<unknown>[],
  limit: number,
): Promise<readonly Entry[]> => {
  const { table, key, toArea } = kindFacts[kind];
  const { rows } = await sql<Row>`
    select t.*, a.path as area_path from ${sql.table(table)} as t ${sql.raw(toArea)}
    where ${sql.join(conditions, sql` and `)}
    order by ${sql.ref(`t.${key}`)} limit ${limit}`.execute(db);
  return rows.map((row) => rowToEntry(kind, row));
};

const rowToEntry = (kind: RegisterKind, row: Row): Entry => {
  const { key, fields } = kindFacts[kind];
  const retiredAtMs = row["retired_at_ms"] ?? undefined;
  return {
    id: String(row[key]),
    areaPath: String(row["area_path"]),
    version: Number(row["version"]),
    ...(retiredAtMs !== undefined && { retiredAtMs: Number(retiredAtMs) }),
    facts: Object.fromEntries(
      Object.entries(fields).map(([name, { column }]) => [name, row[column] ?? null]),
    ),
  };
};

/** For a query whose area is `a`: what lies within one of the actor's areas. */
export const seenBy = (actor: Actor): RawBuilder<unknown> =>
  inScope("a.path", areasWith(actor, "register.read"));
