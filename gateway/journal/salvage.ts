/**
 * A damaged journal is never wiped: what can be read goes into a new file with an id of its own,
 * the damaged one is moved aside and kept. Nothing in the new file counts as confirmed, because the
 * marks of a damaged file prove nothing and the center knows repeats by their event id.
 */
import SQLite, { type Database } from "better-sqlite3";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { noticeId, type Notice } from "#domain/notice.ts";
import type { Bilingual } from "#domain/result.ts";
import type { SavedState } from "#gateway/ports.ts";
import { canonicalJson } from "./chain.ts";
import { openJournalFile, type JournalFile, type NewRow } from "./journal-file.ts";

export interface OpenedFile {
  readonly file: JournalFile;
  readonly salvage?: Bilingual;
}

/** Opens the journal, salvaging a damaged file first. Throws when the disk does not let it. */
export const openOrSalvage = (path: string, wallMs: number): OpenedFile => {
  mkdirSync(dirname(path), { recursive: true });
  const finished = finishSalvage(path, wallMs);
  try {
    return { file: openJournalFile(path, wallMs), ...finished };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const found = buildSalvage(path, wallMs);
    const aside = asideName(path, wallMs);
    swapIn(path, aside);
    return { file: openJournalFile(path, wallMs), salvage: describe(found, aside) };
  }
};

/** Damage as SQLite sees it; a sector that cannot be read is damage too, one that cannot be written is not. */
const isDamage = (error: unknown): boolean =>
  error instanceof SQLite.SqliteError &&
  /^SQLITE_(CORRUPT|NOTADB|IOERR_READ|IOERR_SHORT_READ)/.test(error.code);

interface Found {
  readonly records: number;
  /** Numbers whose record could not be read, oldest first. */
  readonly lost: readonly number[];
  readonly states: number;
}

/** Ready to take the journal's place; before that it is called `….salvage-unfinished`. */
export const readyName = (path: string): string => `${path}.salvage`;
const asideName = (path: string, wallMs: number): string =>
  `${path}.damaged-${new Date(wallMs).toISOString().replaceAll(":", "")}`;

const buildSalvage = (path: string, wallMs: number): Found => {
  const unfinished = `${path}.salvage-unfinished`;
  for (const ending of fileEndings) rmSync(unfinished + ending, { force: true });
  const found = fillSalvage(path, unfinished, wallMs);
  // Closed, it has been written back from its log: one complete file.
  renameSync(unfinished, readyName(path));
  syncFolderOf(path);
  return found;
};

const fillSalvage = (path: string, targetPath: string, wallMs: number): Found => {
  const target = openJournalFile(targetPath, wallMs, asideName(path, wallMs));
  try {
    const source = new SQLite(path, { timeout: 5_000, readonly: true });
    try {
      return target.transact(() => copyReadable(source, target, wallMs));
    } finally {
      source.close();
    }
  } finally {
    target.close();
  }
};

const copyReadable = (source: Database, target: JournalFile, wallMs: number): Found => {
  let records = 0;
  const lost: number[] = [];
  const read = attempt(() =>
    source.prepare<[number], NewRow>(
      "SELECT lane, event_id AS eventId, notice FROM record WHERE seq = ?",
    ),
  );
  const last = read === undefined ? 0 : lastReadable(source);
  for (let seq = prunedTo(source) + 1; seq <= last; seq += 1) {
    const row = attempt(() => read?.get(seq));
    const kept = row !== undefined && isSound(row) && keep(target, row, wallMs);
    if (kept) records += 1;
    else lost.push(seq);
  }
  const states = readStates(source);
  target.append([], states, wallMs);
  return { records, lost, states: states.length };
};

/** The highest number anything still speaks of: the table from its end, or the index of event ids. */
const lastReadable = (source: Database): number => {
  const questions = [
    "SELECT seq FROM record ORDER BY seq DESC LIMIT 1",
    "SELECT max(seq) AS seq FROM record INDEXED BY sqlite_autoindex_record_1",
  ];
  const answers = questions.map(
    (sql) => attempt(() => source.prepare<[], { seq: number | null }>(sql).get()?.seq) ?? 0,
  );
  return Math.max(...answers, readableFromStart(source));
};

/** Removed on purpose, long after the center had confirmed them: not lost. */
const prunedTo = (source: Database): number =>
  attempt(() => source.prepare<[], { seq: number }>("SELECT seq FROM pruned").get()?.seq) ?? 0;

const readableFromStart = (source: Database): number => {
  let last = 0;
  attempt(() => {
    const rows = source.prepare<[], { seq: number }>("SELECT seq FROM record ORDER BY seq");
    for (const { seq } of rows.iterate()) last = seq;
  });
  return last;
};

const readStates = (source: Database): readonly SavedState[] => {
  const states: SavedState[] = [];
  attempt(() => {
    const rows = source.prepare<[], SavedState>("SELECT detector, json FROM state");
    for (const state of rows.iterate()) if (isJson(state.json)) states.push(state);
  });
  return states;
};

/**
 * Whether a record says what it is about. Not whether every field is right: the center checks that
 * and refuses aloud, and an alarm with a scratched field is better than none. (Its schema would
 * also cost the writer half a second at every start.)
 */
const isSound = (row: NewRow): boolean =>
  attempt(() => {
    const notice: Notice = JSON.parse(row.notice);
    return noticeId(notice);
  }) === row.eventId;

/** False for a row the schema will not have, a scratched lane for one; a failing disk is thrown. */
const keep = (target: JournalFile, row: NewRow, wallMs: number): boolean => {
  try {
    target.append([{ ...row, notice: canonicalJson(JSON.parse(row.notice)) }], [], wallMs);
    return true;
  } catch (error) {
    if (error instanceof SQLite.SqliteError && error.code.startsWith("SQLITE_CONSTRAINT")) {
      return false;
    }
    throw error;
  }
};

const isJson = (text: string): boolean => attempt(() => (JSON.parse(text), true)) === true;

/** A part of a damaged file that cannot be read is expected; what was lost is counted and reported. */
const attempt = <Value>(read: () => Value): Value | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

export const fileEndings = ["", "-wal", "-shm"];

/** Moves the damaged file aside with its log, then the new one in its place. */
export const swapIn = (path: string, aside: string): void => {
  for (const ending of fileEndings) {
    if (existsSync(path + ending)) renameSync(path + ending, aside + ending);
  }
  renameSync(readyName(path), path);
  syncFolderOf(path);
};

/** A salvage that was cut short after its copy was complete is finished; its report was not seen. */
const finishSalvage = (path: string, wallMs: number): { readonly salvage?: Bilingual } => {
  if (!existsSync(readyName(path))) return {};
  const aside = asideName(path, wallMs);
  swapIn(path, aside);
  return {
    salvage: {
      zh: `上次启动时日志文件损坏,可读记录已救回。损坏的文件保存在 ${aside},请核对中心的记录并更换存储卡`,
      en: `the journal was damaged at the last start; what could be read was salvaged. The damaged file is kept as ${aside}: compare with the center's record and replace the storage card`,
    },
  };
};

export const syncFolderOf = (path: string): void => {
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};

const describe = ({ records, lost, states }: Found, aside: string): Bilingual => {
  const numbers = lost.length === 0 ? "" : `: ${ranges(lost)}`;
  return {
    zh: `日志文件损坏,已救回 ${records} 条记录和 ${states} 个探测器状态,${lost.length} 条无法读取${numbers}。损坏的文件保存在 ${aside},请核对中心的记录并更换存储卡`,
    en: `the journal was damaged: ${records} records and ${states} detector states were salvaged, ${lost.length} could not be read${numbers}. The damaged file is kept as ${aside}: compare with the center's record and replace the storage card`,
  };
};

/** `[3,4,5,9]` → `3–5, 9`, at most ten parts. */
const ranges = (numbers: readonly number[]): string => {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else parts.push([number, number]);
  }
  const shown = parts.slice(0, 10).map(([a, b]) => (a === b ? `${a}` : `${a}–${b}`));
  return shown.join(", ") + (parts.length > 10 ? " …" : "");
};
