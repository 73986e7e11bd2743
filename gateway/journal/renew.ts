import type { Database } from "better-sqlite3";
import type { JournalId } from "#domain/ids.ts";
import { chainHashOfText, chainStart } from "./chain.ts";
import type { Row } from "./journal-file.ts";
import { neverChanged } from "./schema.ts";

const rowsPerStep = 1_000;

/**
 * Chains all records anew under `id` and makes them pending again; numbers and content stay.
 * Runs inside the caller's transaction.
 */
export const renewRecords = (db: Database, id: JournalId, start = chainStart): void => {
  const read = db.prepare<[number], Pick<Row, "seq" | "lane" | "notice">>(
    `SELECT seq, lane, notice FROM record WHERE seq > ? ORDER BY seq LIMIT ${rowsPerStep}`,
  );
  db.exec("DROP TRIGGER record_is_never_changed");
  const rewrite = db.prepare("UPDATE record SET prev = ?, hash = ?, settled = 0 WHERE seq = ?");
  let end = start;
  for (let rows = read.all(start.seq); rows.length > 0; rows = read.all(end.seq)) {
    for (const { seq, lane, notice } of rows) {
      const hash = chainHashOfText({ journalId: id, seq, lane }, notice, end.hash);
      rewrite.run(end.hash, hash, seq);
      end = { seq, hash };
    }
  }
  db.exec(neverChanged);
};
