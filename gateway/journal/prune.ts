import type { Database } from "better-sqlite3";
import type { ChainEnd } from "./chain.ts";

/** So many at once: an alarm waits for one piece at most. */
const recordsPerPiece = 500;

/** The last record that has left; undefined while all are there, as in every file of version 1. */
export const readPruned = (db: Database): (() => ChainEnd | undefined) => {
  const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'pruned'").get();
  if (known === undefined) return () => undefined;
  const end = db.prepare<[], ChainEnd>("SELECT seq, hash FROM pruned");
  return () => end.get();
};

/** See `RenewableJournal.prune`. */
export const createPruning = (db: Database): ((beforeWallMs: number, wallMs: number) => number) => {
  const oldest = db.prepare<[], { seq: number; settled: number; hash: string; wallMs: number }>(
    `SELECT seq, settled, hash, appended_wall_ms AS wallMs FROM record ORDER BY seq
     LIMIT ${recordsPerPiece}`,
  );
  const remember = db.prepare(
    `INSERT INTO pruned (only_row, seq, hash, pruned_wall_ms) VALUES (1, ?, ?, ?)
     ON CONFLICT (only_row) DO UPDATE SET
       seq = excluded.seq, hash = excluded.hash, pruned_wall_ms = excluded.pruned_wall_ms`,
  );
  const remove = db.prepare("DELETE FROM record WHERE seq <= ?");

  return (beforeWallMs, wallMs) => {
    const rows = oldest.all();
    const kept = rows.findIndex((row) => row.settled === 0 || row.wallMs >= beforeWallMs);
    const leaving = kept < 0 ? rows : rows.slice(0, kept);
    const last = leaving.at(-1);
    if (last === undefined) return 0;
    remember.run(last.seq, last.hash, wallMs);
    remove.run(last.seq);
    return leaving.length;
  };
};
