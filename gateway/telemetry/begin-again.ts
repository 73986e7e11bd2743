import SQLite from "better-sqlite3";

/** More blocks than a gateway writes between two backups. Canary's own choice. */
const skipped = 10_000_000;

/**
 * To be called on a store that was put back from a backup, before it is used: numbers that were given
 * since are not given again. The center takes each once, and would confirm new readings as old ones.
 */
export const skipNumbers = (path: string): void => {
  const db = new SQLite(path, { fileMustExist: true });
  try {
    const made = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'block'").get();
    if (made === undefined) return;
    db.transaction(() => {
      const known = db
        .prepare("SELECT seq FROM sqlite_sequence WHERE name = 'block'")
        .pluck()
        .get();
      db.prepare("DELETE FROM sqlite_sequence WHERE name = 'block'").run();
      db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('block', ?)").run(
        Number(known ?? 0) + skipped,
      );
    }).immediate();
  } finally {
    db.close();
  }
};
