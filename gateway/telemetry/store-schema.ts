import type { Database } from "better-sqlite3";

/** Steps from one version of the file to the next; `user_version` counts those done. */
const steps: readonly string[] = [
  `
  -- One row: which life of the store this is.
  CREATE TABLE store (id TEXT NOT NULL) STRICT;
  CREATE TABLE series (id INTEGER PRIMARY KEY, json TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE boot (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  -- AUTOINCREMENT: the number of a block that is gone must never name another one.
  CREATE TABLE block (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    series INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    start_mono_ms INTEGER NOT NULL,
    start_wall_ms INTEGER NOT NULL,
    readings INTEGER NOT NULL,
    -- How often it has been thinned.
    level INTEGER NOT NULL DEFAULT 0,
    stretches BLOB NOT NULL
  ) STRICT;
  CREATE TABLE loss (
    reason TEXT NOT NULL,
    day_ms INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    readings INTEGER NOT NULL,
    -- Readings the center knows of.
    told INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (reason, day_ms)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** Brings a file to the version of this program; a newer one is refused, not touched. */
export const migrate = (db: Database): void => {
  const done = Number(db.pragma("user_version", { simple: true }));
  if (done > steps.length) {
    throw new Error(`the telemetry file has version ${done}, this program knows ${steps.length}`);
  }
  if (done === steps.length) return;
  db.transaction(() => {
    for (const step of steps.slice(done)) db.exec(step);
    db.pragma(`user_version = ${steps.length}`);
  }).immediate();
};
