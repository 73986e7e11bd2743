import type { Database } from "better-sqlite3";
import type { JournalId } from "#domain/ids.ts";
import { err, ok } from "#domain/result.ts";
import type { Lane } from "#domain/lane.ts";
import type { JournalCounts, SavedState } from "#gateway/ports.ts";
import { chainHashOfText, chainStart, checkLink } from "./chain.ts";
import type { JournalFile, Row } from "./journal-file.ts";
import { readPruned } from "./prune.ts";

export const columns = "seq, lane, event_id AS eventId, notice, prev, hash";

/** What can be asked of the records without changing any. */
export const createReader = (
  db: Database,
  id: () => JournalId,
  countPending: () => number,
  renewedFrom: () => JournalCounts["renewedFrom"] = () => undefined,
): Pick<JournalFile, "states" | "pending" | "counts" | "verify"> => {
  const states = db.prepare<[], SavedState>("SELECT detector, json FROM state ORDER BY detector");
  const pending = db.prepare<[Lane, number, number], Row>(
    `SELECT ${columns} FROM record WHERE settled = 0 AND lane = ? AND seq > ? ORDER BY seq LIMIT ?`,
  );
  const lastSeq = db.prepare<[], number>("SELECT coalesce(max(seq), 0) FROM record").pluck();
  const pruned = readPruned(db);
  const some = db.prepare<[number, number], Row>(
    `SELECT ${columns} FROM record WHERE seq > ? ORDER BY seq LIMIT ?`,
  );

  return {
    states: () => states.all(),
    pending: (lane, afterSeq, limit) => pending.all(lane, afterSeq, limit),
    counts: () => {
      const renewed = renewedFrom();
      const last = Math.max(lastSeq.get() ?? 0, pruned()?.seq ?? 0);
      const now = { lastSeq: last, pending: countPending() };
      return renewed === undefined ? now : { ...now, renewedFrom: renewed };
    },
    verify: (from = chainStart, limit = -1) => {
      const start = pruned() ?? chainStart;
      let end = from.seq < start.seq ? start : from;
      for (const row of some.iterate(end.seq, limit)) {
        const hash = chainHashOfText({ ...row, journalId: id() }, row.notice, row.prev);
        const broken = checkLink(row, end, hash);
        if (broken !== undefined) return err(broken);
        end = { seq: row.seq, hash: row.hash };
      }
      return ok(end);
    },
  };
};
