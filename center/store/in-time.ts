/**
 * Reads a large table in the order of time, a stretch at a time.
 *
 * One question with a limit has the database guess how many rows it must look at to find a page of
 * them. PostgreSQL, which cannot know how many rows lie in an area, guessed that it must sort a
 * month for each page; SQLite looks through a million rows for the few that answer, while alarms
 * wait on its thread. Here the index of the order alone says where a stretch ends, and within a
 * stretch there is never much to look at, whatever is asked of its rows.
 */
import { setImmediate } from "node:timers/promises";
import { sql, type RawBuilder, type SqlBool } from "kysely";
import type { Reading } from "./open-store.ts";

/** A table's order of time, ties by name. There is an index of both columns; no name is empty. */
export interface TimeOrder {
  readonly table: string;
  /** `table.column`, epoch ms. */
  readonly atMs: string;
  /** `table.column`, unique. */
  readonly name: string;
}

/** A row's place in that order. */
export interface Moment {
  readonly atMs: number;
  readonly name: string;
}

/** Rows between these moments; what is absent bounds nothing. */
export interface Stretch {
  /** Not the row at this moment itself. */
  readonly after?: Moment;
  /** That row too. */
  readonly from?: Moment;
  /** Not that row itself. */
  readonly before?: Moment;
  /** That row too. */
  readonly upTo?: Moment;
}

export const casesInTime: TimeOrder = {
  table: "cases",
  atMs: "cases.created_at_ms",
  name: "cases.id",
};
export const alarmsInTime: TimeOrder = {
  table: "alarms",
  atMs: "alarms.received_at_ms",
  name: "alarms.episode",
};

/** Everything that waits has its turn: alarms are taken in on this thread. */
export const breathe = (): Promise<void> => setImmediate();

/** Rows of a stretch that is read for everything in it. */
const allRows = 512;
/** Rows of a stretch in which a page is looked for: few at first, because most pages are full soon. */
const lookRows = { first: 512, most: 8_192 } as const;

/**
 * Every row of the time that `read` finds, oldest stretch first; `read` orders within one. Nothing is
 * held between two stretches, no lock either.
 */
export const oldestFirst = async function* <Row>(
  db: Reading,
  order: TimeOrder,
  time: { readonly fromMs: number; readonly untilMs: number },
  read: (stretch: Stretch) => Promise<readonly Row[]>,
  rowsAtOnce: number = allRows,
): AsyncGenerator<readonly Row[]> {
  const before = beginOf(time.untilMs);
  for (let after = beginOf(time.fromMs); ;) {
    const end = await nthOf(db, order, { after, before }, "asc", rowsAtOnce);
    const rows = await read({ after, ...(end === undefined ? { before } : { upTo: end }) });
    if (rows.length > 0) yield rows;
    if (end === undefined) return;
    after = end;
    await breathe();
  }
};

/**
 * The newest `limit` rows that `read` finds before `before`; it reads at most so many of a stretch,
 * newest first. However rare they are, nothing else waits for more than one stretch.
 */
export const newestFirst = async <Row>(
  db: Reading,
  order: TimeOrder,
  page: { readonly before?: Moment | undefined; readonly limit: number },
  read: (stretch: Stretch, limit: number) => Promise<readonly Row[]>,
  rowsAtOnce: { readonly first: number; readonly most: number } = lookRows,
): Promise<readonly Row[]> => {
  const found: Row[] = [];
  let size = rowsAtOnce.first;
  for (let top: Stretch = page.before === undefined ? {} : { before: page.before }; ;) {
    const end = await nthOf(db, order, top, "desc", size);
    const stretch = { ...top, ...(end !== undefined && { from: end }) };
    found.push(...(await read(stretch, page.limit - found.length)));
    if (end === undefined || found.length >= page.limit) return found;
    top = { before: end };
    size = Math.min(rowsAtOnce.most, 2 * size);
    await breathe();
  }
};

/**
 * The condition that a row lies in a stretch. The times stand alone first: of them the databases
 * know how many rows lie between.
 */
export const inStretch = (order: TimeOrder, stretch: Stretch): RawBuilder<SqlBool> => {
  const at = sql.ref(order.atMs);
  const name = sql.ref(order.name);
  const { after, from, before, upTo } = stretch;
  const later = (moment: Moment, sign: ">" | ">=") =>
    sql<SqlBool>`${at} >= ${moment.atMs}
      and (${at} > ${moment.atMs} or ${name} ${sql.raw(sign)} ${moment.name})`;
  const earlier = (moment: Moment, sign: "<" | "<=") =>
    sql<SqlBool>`${at} <= ${moment.atMs}
      and (${at} < ${moment.atMs} or ${name} ${sql.raw(sign)} ${moment.name})`;
  const bounds = [
    ...(after === undefined ? [] : [later(after, ">")]),
    ...(from === undefined ? [] : [later(from, ">=")]),
    ...(before === undefined ? [] : [earlier(before, "<")]),
    ...(upTo === undefined ? [] : [earlier(upTo, "<=")]),
  ];
  return bounds.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`${sql.join(bounds, sql` and `)}`;
};

/** Before everything that is of this time. */
const beginOf = (atMs: number): Moment => ({ atMs, name: "" });

/** The nth row of a stretch; absent: it has fewer. */
const nthOf = async (
  db: Reading,
  order: TimeOrder,
  stretch: Stretch,
  direction: "asc" | "desc",
  nth: number,
): Promise<Moment | undefined> => {
  const at = sql.ref(order.atMs);
  const name = sql.ref(order.name);
  const way = sql.raw(direction);
  const { rows } = await sql<Moment>`select ${at} as "atMs", ${name} as "name"
    from ${sql.table(order.table)} where ${inStretch(order, stretch)}
    order by ${at} ${way}, ${name} ${way} limit 1 offset ${nth - 1}`.execute(db);
  return rows[0];
};
