/** The telemetry store as one SQLite file, synchronous: runs in a thread of its own. */
import SQLite, { type Database } from "better-sqlite3";
import { randomUUID } from "node:crypto";
import type { Instant } from "#domain/time.ts";
import type { TelemetryLoss } from "#domain/telemetry.ts";
import { makeRoomOnce } from "./make-room.ts";
import { openLosses } from "./sqlite-losses.ts";
import { openShelf } from "./sqlite-shelf.ts";
import { migrate } from "./store-schema.ts";
import type { Block, Lost, Pending, StoreLimits, StoreState } from "./store.ts";

export interface StoreFile {
  readonly append: (blocks: readonly Block[], lost: readonly Lost[]) => void;
  readonly pending: (afterN: number, bytes: number, now: Instant) => Pending;
  readonly settle: (numbers: readonly number[], losses: readonly TelemetryLoss[]) => void;
  /** Down to `bytes` less; throws when the disk has not even room for that. */
  readonly giveBack: (bytes: number) => void;
  readonly state: () => Omit<StoreState, "writtenBytes">;
  /** Everything in it as lost, for when the file itself must go. */
  readonly allLost: () => readonly Lost[];
  readonly close: () => void;
}

/** Free room inside the file that is kept for what comes next; more goes back to the disk. */
const freeKeptBytes = 4 * 1_024 * 1_024;
/** Room is made a little ahead, so that not every append has to. */
const roomAhead = 0.02;
/** Bounds how long one request keeps the thread. */
const stepsPerRequest = 100;
const lossesShown = 100;

export const openStoreFile = (path: string, limits: StoreLimits): StoreFile => {
  const db = new SQLite(path, { timeout: 5_000 });
  try {
    return storeOver(db, limits);
  } catch (error) {
    db.close();
    throw error;
  }
};

const storeOver = (db: Database, { budgetBytes }: StoreLimits): StoreFile => {
  prepareFile(db);
  const id = openIdentity(db);
  const shelf = openShelf(db);
  const losses = openLosses(db);
  let addedBytes = 0;

  /** All or nothing, on disk with one fsync. */
  const transact = <Value>(work: () => Value): Value => {
    try {
      return db.transaction(work).immediate();
    } catch (error) {
      shelf.recount();
      throw error;
    }
  };
  const makeRoom = (targetBytes: number): void => {
    for (let step = 0; step < stepsPerRequest; step += 1) {
      const made = transact(() => {
        const lost = makeRoomOnce(shelf, targetBytes);
        losses.add(lost ?? []);
        return lost !== undefined;
      });
      if (!made) return;
    }
  };

  return {
    append: (blocks, lost) => {
      // Synced: a number that was given must stay given, because the center tells by it what it has.
      addedBytes += transact(() => {
        const before = shelf.usedBytes();
        for (const block of blocks) shelf.add(block);
        losses.add(lost);
        return Math.max(0, shelf.usedBytes() - before);
      });
      if (shelf.usedBytes() > budgetBytes) makeRoom(budgetBytes * (1 - roomAhead));
    },
    pending: (afterN, bytes, now) => ({
      store: id,
      blocks: shelf.pending(afterN, bytes, now),
      losses: losses.untold(),
    }),
    settle: (numbers, told) => {
      if (numbers.length + told.length === 0) return;
      transact(() => {
        shelf.drop(numbers);
        losses.told(told);
      });
      shelf.returnPages(freeKeptBytes);
    },
    giveBack: (bytes) => {
      const targetBytes = Math.max(0, shelf.usedBytes() - bytes);
      while (shelf.usedBytes() > targetBytes && shelf.counts().blocks > 0) makeRoom(targetBytes);
      shelf.returnPages(0);
      db.pragma("wal_checkpoint(TRUNCATE)");
    },
    state: () => ({
      id,
      usedBytes: shelf.usedBytes(),
      ...shelf.counts(),
      oldestMs: shelf.oldest(1)[0]?.startWallMs,
      addedBytes,
      losses: losses.newest(lossesShown),
      lost: losses.totals(),
    }),
    allLost: shelf.allLost,
    close: () => void db.close(),
  };
};

const prepareFile = (db: Database): void => {
  // Only before the first table: pages that are free can then go back to the disk.
  db.pragma("auto_vacuum = INCREMENTAL");
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma(`journal_size_limit = ${freeKeptBytes}`);
  const found = String(db.pragma("quick_check(1)", { simple: true }));
  if (found !== "ok") throw new SQLite.SqliteError(found, "SQLITE_CORRUPT");
  migrate(db);
};

const openIdentity = (db: Database): string => {
  const known = db.prepare<[], { id: string }>("SELECT id FROM store").get();
  if (known !== undefined) return known.id;
  const id = randomUUID();
  db.prepare("INSERT INTO store (id) VALUES (?)").run(id);
  return id;
};
