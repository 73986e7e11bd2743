import type { Database } from "better-sqlite3";
import { closeSync, existsSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";

const pieceBytes = 1_048_576;

/**
 * Puts on disk what the log of a database just opened holds; throws when the disk does not take it.
 *
 * The commit of an alarm whose `fsync` failed was refused, but what it wrote stands in the log, and
 * whoever opens the file anew reads it as committed: the same alarm, sent again, is then known
 * already, and would be confirmed without having reached the disk. One more `fsync` is no proof
 * either: Linux tells of a failure once and then takes those pages for written. Only what is written
 * again is written again.
 */
export const rewriteLog = (db: Database): void => {
  const path = `${db.name}-wal`;
  if (!existsSync(path)) return;
  // Nobody else writes to the log meanwhile.
  db.exec("BEGIN IMMEDIATE");
  const log = openSync(path, "r+");
  try {
    const piece = Buffer.alloc(pieceBytes);
    for (let at = 0; ;) {
      const read = readSync(log, piece, 0, pieceBytes, at);
      if (read === 0) break;
      for (let done = 0; done < read;) done += writeSync(log, piece, done, read - done, at + done);
      at += read;
    }
    fsyncSync(log);
  } finally {
    closeSync(log);
    db.exec("ROLLBACK");
  }
};
