import { PostgresAdapter, sql } from "kysely";
import { takeNumbers } from "./counters.ts";
import { insertRows } from "./insert-rows.ts";
import type { Reading, Writing } from "./open-store.ts";

const changeKinds = ["alarm", "gateway", "street", "case", "page", "rights"] as const;

/** Something the duty page shows that has changed. */
export interface Change {
  readonly kind: (typeof changeKinds)[number];
  /** Episode, gateway id, id of a street view, a case, a page, or the account whose rights changed. */
  readonly ref: string;
}

export interface PlacedChange extends Change {
  readonly position: number;
}

/** Where PostgreSQL tells all centers that something was noted; see `listen-changes.ts`. */
export const changesChannel = "canary_changes";

/** Heard by the others at the commit, and not at all without one. */
const announce = async (tx: Writing): Promise<void> => {
  if (!(tx.getExecutor().adapter instanceof PostgresAdapter)) return;
  await sql`select pg_notify(${changesChannel}, '')`.execute(tx);
};

/** Notes what changed, once each, in the transaction that changed it. */
export const noteChanges = async (tx: Writing, changes: readonly Change[]): Promise<void> => {
  const distinct = [...new Map(changes.map((change) => [`${change.kind} ${change.ref}`, change]))];
  if (distinct.length === 0) return;
  const first = await takeNumbers(tx, "stream", distinct.length);
  const rows = distinct.map(([, change], index) => ({
    position: first + index,
    kind: change.kind,
    ref: change.ref,
  }));
  await insertRows(tx, "stream_events", rows);
  await announce(tx);
};

/**
 * Begins a new stretch of positions that starts at `nowMs × 1000`, above everything handed out
 * before: a page that comes with a position from another database, or from the future that a
 * restored backup has forgotten, then asks for one that does not exist here and is told to reload.
 */
export const beginStretch = async (tx: Writing, nowMs: number): Promise<void> => {
  const { value } = await tx
    .selectFrom("counters")
    .select("value")
    .where("name", "=", "stream")
    .executeTakeFirstOrThrow();
  const position = Math.max(value + 1, Math.floor(nowMs) * 1_000);
  await tx.updateTable("counters").set({ value: position }).where("name", "=", "stream").execute();
  await tx.insertInto("stream_events").values({ position, kind: "start", ref: "" }).execute();
};

export const lastPosition = async (db: Reading): Promise<number> => {
  const row = await db
    .selectFrom("stream_events")
    .select((eb) => eb.fn.max("position").as("position"))
    .executeTakeFirst();
  return row?.position ?? 0;
};

/** The last rows somebody has read: see {@link isStillThere}. */
export type Trail = readonly {
  readonly position: number;
  readonly kind: string;
  readonly ref: string;
}[];

/** More than one row: the same gateway's status may well come to stand under the same number again. */
const trailLength = 20;

export const newestTrail = async (db: Reading): Promise<Trail> => {
  const rows = await db
    .selectFrom("stream_events")
    .select(["position", "kind", "ref"])
    .orderBy("position", "desc")
    .limit(trailLength)
    .execute();
  return rows.toReversed();
};

/**
 * Whether what was read is still so. A database that fell over to a copy a moment behind, or was put
 * back from a backup, has forgotten the newest rows and gives their numbers again, to others.
 */
export const isStillThere = async (db: Reading, trail: Trail): Promise<boolean> => {
  const [first] = trail;
  const last = trail.at(-1);
  if (first === undefined || last === undefined) return true;
  const rows = await db
    .selectFrom("stream_events")
    .select(["position", "kind", "ref"])
    .where("position", ">=", first.position)
    .where("position", "<=", last.position)
    .orderBy("position")
    .execute();
  const byPosition = new Map(rows.map((row) => [row.position, row]));
  // Older ones may have been let go meanwhile; the newest never is.
  return (
    byPosition.has(last.position) &&
    trail.every(({ position, kind, ref }) => {
      const row = byPosition.get(position);
      return row === undefined || (row.kind === kind && row.ref === ref);
    })
  );
};

/** Whether everything after `position` is still here. */
export const isKnownPosition = async (db: Reading, position: number): Promise<boolean> => {
  const row = await db
    .selectFrom("stream_events")
    .select("position")
    .where("position", "=", position)
    .executeTakeFirst();
  return row !== undefined;
};

/** What changed after `position`, each thing once at its newest position, and how far that reaches. */
export const changesAfter = async (
  db: Reading,
  position: number,
  /** Looks at so many positions at most; all when absent. */
  limit?: number,
): Promise<{
  readonly changes: readonly PlacedChange[];
  readonly upTo: number;
  readonly trail: Trail;
  /** There may be more beyond. */
  readonly more: boolean;
}> => {
  const rows = await db
    .selectFrom("stream_events")
    .select(["kind", "ref", "position"])
    .where("position", ">", position)
    .orderBy("position")
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
    .execute();
  const newest = new Map(rows.map((row) => [`${row.kind} ${row.ref}`, row.position]));
  const changes = rows.flatMap(({ kind: word, ref, position }) => {
    const kind = changeKinds.find((known) => known === word);
    const isNewest = newest.get(`${word} ${ref}`) === position;
    return kind === undefined || !isNewest ? [] : [{ kind, ref, position }];
  });
  return {
    changes,
    upTo: rows.at(-1)?.position ?? position,
    trail: rows.slice(-trailLength),
    more: rows.length === limit,
  };
};

/**
 * Alarms that changed after `position`, stand, and came here without delay: the most urgent first,
 * and of these the newest; and how far was looked. For those who have a backlog before them.
 */
export const freshAlarmsAfter = async (
  db: Reading,
  position: number,
  limit: number,
): Promise<{ readonly episodes: readonly string[]; readonly upTo: number }> => {
  const upTo = await lastPosition(db);
  if (upTo <= position) return { episodes: [], upTo };
  const rows = await db
    .selectFrom("stream_events")
    .innerJoin("alarms", "alarms.episode", "stream_events.ref")
    .select("alarms.episode")
    .where("stream_events.position", ">", position)
    .where("stream_events.position", "<=", upTo)
    .where("stream_events.kind", "=", "alarm")
    .where("alarms.condition", "=", "active")
    .where("alarms.late", "=", 0)
    .orderBy("alarms.priority")
    .orderBy("stream_events.position", "desc")
    .limit(limit)
    .execute();
  return { episodes: [...new Set(rows.map(({ episode }) => episode))], upTo };
};

/** Forgets all but the newest `keep` positions; an older page reloads the desk instead. */
export const pruneStream = async (tx: Writing, keep: number): Promise<void> => {
  const oldest = await tx
    .selectFrom("stream_events")
    .select("position")
    .orderBy("position", "desc")
    .offset(keep)
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return;
  await tx.deleteFrom("stream_events").where("position", "<=", oldest.position).execute();
};
