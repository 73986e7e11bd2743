/** Where a sink's cursor is kept, and which of several centers may move it. */
import type { Reading, Store } from "../store/open-store.ts";
import type { Position } from "./read-news.ts";

export interface Cursor extends Position {
  /** When the sink last had everything, epoch ms; a new one: when it was first seen. */
  readonly completeAtMs: number;
}

export interface CursorFile {
  /** Takes the sink for this center for a while; `undefined`: another one feeds it. */
  readonly claim: (nowMs: number) => Promise<Cursor | undefined>;
  /** Keeps how far it has come; false: another center has taken it over meanwhile. */
  readonly save: (cursor: Cursor, nowMs: number) => Promise<boolean>;
  /** Another center may go on at once. */
  readonly release: () => Promise<void>;
}

/** A center that is killed holds its sinks so long; the one that goes on repeats what was not saved. */
export const holdMs = 30_000;

/**
 * One statement each, in no transaction of intake's: nothing waits for a sink. One SQLite file has
 * one center, which after a kill is its own successor.
 */
export const openCursor = (
  store: Pick<Store, "db" | "kind">,
  sink: string,
  processId: string,
): CursorFile => {
  const { db } = store;
  const holder = store.kind === "sqlite" ? "sqlite" : processId;
  return {
    claim: async (nowMs) => {
      const now = Math.floor(nowMs);
      await insertNew(db, sink, now);
      const row = await db
        .updateTable("sink_cursors")
        .set({ holder, held_until_ms: now + holdMs })
        .where("sink", "=", sink)
        .where((eb) => eb.or([eb("holder", "=", holder), eb("held_until_ms", "<=", now)]))
        .returningAll()
        .executeTakeFirst();
      return (
        row && { readings: row.readings, events: row.events, completeAtMs: row.complete_at_ms }
      );
    },
    save: async ({ readings, events, completeAtMs }, nowMs) => {
      const done = await db
        .updateTable("sink_cursors")
        .set({
          readings,
          events,
          complete_at_ms: Math.floor(completeAtMs),
          held_until_ms: Math.floor(nowMs) + holdMs,
        })
        .where("sink", "=", sink)
        .where("holder", "=", holder)
        .executeTakeFirst();
      return done.numUpdatedRows === 1n;
    },
    release: async () => {
      await db
        .updateTable("sink_cursors")
        .set({ held_until_ms: 0 })
        .where("sink", "=", sink)
        .where("holder", "=", holder)
        .execute();
    },
  };
};

const insertNew = async (db: Reading, sink: string, nowMs: number): Promise<void> => {
  await db
    .insertInto("sink_cursors")
    .values({
      sink,
      readings: 0,
      events: 0,
      complete_at_ms: nowMs,
      holder: "",
      held_until_ms: 0,
    })
    .onConflict((conflict) => conflict.column("sink").doNothing())
    .execute();
};
