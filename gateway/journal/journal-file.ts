/** The journal as one SQLite file, synchronous: runs in the writer's thread. */
import SQLite, { type Database } from "better-sqlite3";
import { randomUUID } from "node:crypto";
import { journalId, type JournalId } from "#domain/ids.ts";
import type { Result } from "#domain/result.ts";
import { lanes, type Lane } from "#domain/lane.ts";
import type { JournalCounts, SavedState, Settlement, Settling } from "#gateway/ports.ts";
import { chainHashOfText, chainStart, type ChainBreak, type ChainEnd } from "./chain.ts";
import { countPending, createPendingCount, type PendingCount } from "./pending-count.ts";
import { createPruning, readPruned } from "./prune.ts";
import { columns, createReader } from "./read-records.ts";
import { renewRecords } from "./renew.ts";
import { rewriteLog } from "./rewrite-log.ts";
import { migrate } from "./schema.ts";
import { confirmedRanges, firstContradicted } from "./settlement.ts";
import { createTransactions, type Transactions } from "./transactions.ts";
import { watchPlace } from "./watch-place.ts";

/** A record on its way to the disk; the notice travels as canonical JSON, which its hash covers. */
export interface NewRow {
  readonly lane: Lane;
  readonly eventId: string;
  readonly notice: string;
}

export interface Row extends NewRow {
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
}

export interface JournalFile {
  readonly id: JournalId;
  readonly transact: Transactions["transact"];
  readonly append: (
    records: readonly NewRow[],
    states: readonly SavedState[],
    wallMs: number,
  ) => readonly Row[];
  /** See `Journal.settle`. */
  readonly settle: (settlement: Settlement) => Settling;
  /** See `RenewableJournal.prune`. */
  readonly prune: (beforeWallMs: number, wallMs: number) => number;
  /** Goes on under a new id with everything pending; see `RenewableJournal`. */
  readonly renew: (wallMs: number) => void;
  readonly states: () => readonly SavedState[];
  readonly pending: (lane: Lane, afterSeq: number, limit: number) => readonly Row[];
  readonly counts: () => JournalCounts;
  /**
   * Checks records behind `from` against their hashes and neighbours, all of them or `limit`, and
   * says how far the chain holds; nothing is written.
   */
  readonly verify: (from?: ChainEnd, limit?: number) => Result<ChainEnd, ChainBreak>;
  /** False once the name leads to another file or to none, or the log's name does. */
  readonly isInPlace: () => boolean;
  /** Takes what the log holds into the file, so that no commit has to do it. */
  readonly writeBack: () => void;
  /** Everything as one new file at `path`, which must not exist; not yet synced to disk. */
  readonly copyTo: (path: string) => void;
  readonly close: () => void;
}

/** Opens or creates the file; throws what SQLite throws, and `SQLITE_CORRUPT` for a damaged one. */
export const openJournalFile = (path: string, wallMs: number, salvagedFrom?: string): JournalFile =>
  journalOver(new SQLite(path, { timeout: 5_000 }), wallMs, salvagedFrom);

/** The same over a database already open, which it closes; one in memory for simulations. */
export const journalOver = (db: Database, wallMs: number, salvagedFrom?: string): JournalFile => {
  try {
    prepareFile(db);
    const { id, renew, renewedFrom } = openIdentity(db, wallMs, salvagedFrom);
    const pending = createPendingCount(db);
    return {
      get id() {
        return id();
      },
      renew: (atWallMs) => {
        pending.forget();
        renew(atWallMs);
      },
      ...writer(db, id, pending),
      ...createReader(db, id, pending.read, renewedFrom),
      prune: createPruning(db),
      isInPlace: watchPlace(db.name),
      writeBack: () => void db.pragma("wal_checkpoint(PASSIVE)"),
      copyTo: (target) => void db.prepare("VACUUM INTO ?").run(target),
      close: () => void db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
};

export type JournalReader = Pick<
  JournalFile,
  "id" | "states" | "pending" | "counts" | "verify" | "close"
>;

/** Opens the file for reading only, also while a gateway writes it: for proofs and inspection. */
export const openJournalReader = (path: string): JournalReader => {
  const db = new SQLite(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    const id = readId(db);
    if (id === undefined) throw new SQLite.SqliteError("the journal has no id", "SQLITE_CORRUPT");
    return { id, ...createReader(db, () => id, countPending(db)), close: () => void db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
};

const readId = (db: Database): JournalId | undefined => {
  const last = db.prepare<[], { id: string }>("SELECT id FROM journal ORDER BY rowid DESC LIMIT 1");
  const stored = last.get();
  return stored === undefined ? undefined : journalId(stored.id);
};

/** 16 MB: every fourth of SQLite's own interruptions, each of which costs one commit three fsyncs. */
const pagesInLogMax = 4_000;

const prepareFile = (db: Database): void => {
  db.pragma("journal_mode = WAL");
  // One fsync per commit, because a lost alarm costs more than a slow one.
  db.pragma("synchronous = FULL");
  // The writer writes the log back while it rests; a commit does so only in a flood without a rest.
  db.pragma(`wal_autocheckpoint = ${pagesInLogMax}`);
  db.pragma("foreign_keys = ON");
  // What a renewal has written is not kept as a log, and written again at every start.
  db.pragma(`journal_size_limit = ${pagesInLogMax * 4_096}`);
  rewriteLog(db);
  const found = String(db.pragma("integrity_check(1)", { simple: true }));
  if (found !== "ok") throw new SQLite.SqliteError(found, "SQLITE_CORRUPT");
  migrate(db);
};

/** Which life of the file this is; kept in memory, because every record asks for it. */
const openIdentity = (db: Database, wallMs: number, salvagedFrom?: string): Identity => {
  const add = db.prepare("INSERT INTO journal (id, created_wall_ms, origin) VALUES (?, ?, ?)");
  const start = (origin: string | undefined, atWallMs: number): JournalId => {
    const id = journalId(randomUUID());
    add.run(id, atWallMs, origin ?? null);
    return id;
  };

  let id = readId(db) ?? start(salvagedFrom, wallMs);
  let renewedFrom = readRenewal(db);
  const carry = db.prepare("UPDATE journal SET carried_from = ?, carried_to = ? WHERE id = ?");
  const last = db.prepare<[], { seq: number | null }>("SELECT max(seq) AS seq FROM record");
  return {
    id: () => id,
    renewedFrom: () => renewedFrom,
    renew: (atWallMs) => {
      const pruned = readPruned(db)() ?? chainStart;
      const fresh = start(id, atWallMs);
      carry.run(pruned.seq + 1, last.get()?.seq ?? pruned.seq, fresh);
      renewRecords(db, fresh, pruned);
      id = fresh;
      renewedFrom = readRenewal(db);
    },
  };
};

const readRenewal = (db: Database): JournalCounts["renewedFrom"] => {
  const row = db
    .prepare<[], { journal: string | null; from: number | null; to: number | null }>(
      `SELECT origin AS journal, carried_from AS "from", carried_to AS "to" FROM journal
       ORDER BY rowid DESC LIMIT 1`,
    )
    .get();
  if (row === undefined || row.journal === null || row.from === null || row.to === null) return;
  return { journal: journalId(row.journal), from: row.from, to: row.to };
};

interface Identity {
  readonly id: () => JournalId;
  readonly renewedFrom: () => JournalCounts["renewedFrom"];
  readonly renew: (wallMs: number) => void;
}

const writer = (
  db: Database,
  id: () => JournalId,
  pending: PendingCount,
): Pick<JournalFile, "transact" | "append" | "settle"> => {
  const { transact, attempt } = createTransactions(db, pending.forget);
  const end = db.prepare<[], ChainEnd>("SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1");
  const pruned = readPruned(db);
  const known = db.prepare<[string], Row>(`SELECT ${columns} FROM record WHERE event_id = ?`);
  const insert = db.prepare(
    `INSERT INTO record (seq, lane, event_id, notice, prev, hash, appended_wall_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const saveState = db.prepare(
    "INSERT INTO state (detector, json) VALUES (?, ?) ON CONFLICT (detector) DO UPDATE SET json = excluded.json",
  );
  // The number comes from the table inside the transaction: a failed commit consumes none.
  const appendOne = ({ lane, eventId, notice }: NewRow, wallMs: number): Row => {
    const first = known.get(eventId);
    if (first !== undefined) return first;
    const before = end.get() ?? pruned() ?? chainStart;
    const seq = before.seq + 1;
    const hash = chainHashOfText({ journalId: id(), seq, lane }, notice, before.hash);
    insert.run(seq, lane, eventId, notice, before.hash, hash, wallMs);
    pending.add(1);
    return { seq, lane, eventId, notice, prev: before.hash, hash };
  };

  return {
    transact,
    append: (records, states, wallMs) =>
      // One bad record does not take its neighbours along.
      attempt(() => {
        const rows = records.map((record) => appendOne(record, wallMs));
        for (const { detector, json } of states) saveState.run(detector, json);
        return rows;
      }),
    settle: createSettling(db, pending),
  };
};

/** See `Journal.settle`. */
const createSettling = (db: Database, pending: PendingCount): JournalFile["settle"] => {
  const pruned = readPruned(db);
  const hashOf = db.prepare<[number], { hash: string }>("SELECT hash FROM record WHERE seq = ?");
  // The lanes are named so that the index of what is pending is used, not the whole history read.
  const confirm = db.prepare(
    `UPDATE record SET settled = 1 WHERE settled = 0 AND seq BETWEEN ? AND ?
     AND lane IN (${lanes.map((lane) => `'${lane}'`).join()})`,
  );
  const reopen = db.prepare(
    "UPDATE record SET settled = 0 WHERE settled = 1 AND seq BETWEEN ? AND ?",
  );
  let told: Settlement | undefined;
  // A hole usually is what is still on its way, and may be long: only what was confirmed is looked at.
  const isLost = ([from, to]: readonly [number, number]): boolean =>
    told === undefined || confirmedRanges(told).some(([a, b]) => a <= to && from <= b);

  return (settlement) => {
    const { upTo, holes, ends = [] } = settlement;
    const contradicted = firstContradicted(
      ends.filter(([seq]) => seq > (pruned()?.seq ?? 0)),
      (seq) => hashOf.get(seq)?.hash,
    );
    if (contradicted !== undefined) return { reopened: 0, contradicted };
    const lost = holes.filter(isLost);
    let reopened = 0;
    for (const [from, to] of lost) reopened += reopen.run(from, Math.min(to, upTo)).changes;
    pending.add(reopened);
    for (const [from, to] of confirmedRanges(settlement)) {
      pending.add(-confirm.run(from, to).changes);
    }
    told = settlement;
    return { reopened };
  };
};
