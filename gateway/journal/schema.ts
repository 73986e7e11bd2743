import type { Database } from "better-sqlite3";

/** Also for the one who renews a journal, and has to lift it for that. */
export const neverChanged = `
  CREATE TRIGGER record_is_never_changed
    BEFORE UPDATE OF seq, lane, event_id, notice, prev, hash, appended_wall_ms ON record
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
`;

/**
 * Steps from one version of the file to the next; `user_version` counts those done. A step may add,
 * never touch what is queued.
 */
const steps: readonly string[] = [
  `
  -- One row for each life of this file; the last one is the present.
  CREATE TABLE journal (
    id TEXT NOT NULL,
    created_wall_ms INTEGER NOT NULL,
    -- What it goes on from: the damaged file it was salvaged from, or the id before.
    origin TEXT
  ) STRICT;
  CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    lane TEXT NOT NULL CHECK (lane IN ('alarm', 'action', 'state', 'telemetry')),
    event_id TEXT NOT NULL UNIQUE,
    notice TEXT NOT NULL CHECK (json_valid(notice)),
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    appended_wall_ms INTEGER NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1))
  ) STRICT;
  CREATE INDEX record_pending ON record (lane, seq) WHERE settled = 0;
  CREATE TABLE state (
    detector TEXT PRIMARY KEY,
    json TEXT NOT NULL CHECK (json_valid(json))
  ) STRICT, WITHOUT ROWID;

  ${neverChanged}
  CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
  `,
  `
  -- Which numbers a renewed journal took over from the one named in origin.
  ALTER TABLE journal ADD COLUMN carried_from INTEGER;
  ALTER TABLE journal ADD COLUMN carried_to INTEGER;
  -- Where the chain goes on from: the last record that was confirmed, old and removed.
  CREATE TABLE pruned (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    pruned_wall_ms INTEGER NOT NULL
  ) STRICT;
  DROP TRIGGER record_is_never_deleted;
  CREATE TRIGGER record_is_deleted_only_when_pruned BEFORE DELETE ON record
    WHEN OLD.settled = 0 OR OLD.seq > coalesce((SELECT seq FROM pruned), 0)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only: only what is confirmed and old leaves it'); END;
  `,
];

/** Brings a file to the version of this program; a file of a newer one is refused, not touched. */
export const migrate = (db: Database): void => {
  const done = Number(db.pragma("user_version", { simple: true }));
  if (done > steps.length) throw new NewerFileError(done);
  if (done === steps.length) return;
  db.transaction(() => {
    for (const step of steps.slice(done)) db.exec(step);
    db.pragma(`user_version = ${steps.length}`);
  }).immediate();
};

export class NewerFileError extends Error {
  readonly code = "JOURNAL_NEWER";
  constructor(version: number) {
    super(`the journal file has version ${version}, this program knows ${steps.length}`);
  }
}
