/** The book of rules on disk: one JSON entry a line, only ever added to, by the gateway and by `canary rules`. */
import { open, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Check } from "typebox/schema";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { EntrySchema, readBook, type Entry, type RuleBook } from "#rules/rule-book.ts";
import { hashLimits } from "./site-limits.ts";

/** `folder`: the gateway's own data. */
export const ruleBookFile = (folder: string): string => join(folder, "rule-book.jsonl");

export interface KeptBook {
  readonly book: RuleBook;
  /** Numbers of lines that say nothing readable, from 1; they are left as they are. */
  readonly damagedLines: readonly number[];
}

/** Some two thousand editions; what is larger is no book, and must not fill the memory. */
const bytesMax = 16 * 1_024 ** 2;

/** What the file holds; one that is not there is an empty book. An error says what to do. */
export const readRuleBook = async (file: string): Promise<Result<KeptBook, Bilingual>> => {
  try {
    const { size } = await stat(file);
    if (size > bytesMax) return err(unreadable(file, `${size} B > ${bytesMax} B`));
    return ok(parseBook(await readFile(file, "utf8")));
  } catch (error) {
    return isMissing(error) ? ok(parseBook("")) : err(unreadable(file, String(error)));
  }
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

const parseBook = (text: string): KeptBook => {
  const entries: Entry[] = [];
  const damagedLines: number[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const entry = parseEntry(line);
    if (entry === undefined) damagedLines.push(index + 1);
    else entries.push(entry);
  }
  return { book: readBook(entries), damagedLines };
};

/** `undefined`: cut off, altered, or of a program to come. */
const parseEntry = (line: string): Entry | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Check(EntrySchema, value)) return undefined;
  return value.kind !== "edition" || hashLimits(value.limits) === value.hash ? value : undefined;
};

/**
 * Adds lines, on disk (fsync) when it resolves; throws what the disk says. A line that a power cut
 * has left unfinished is ended first, so that it costs only itself.
 */
export const addToRuleBook = async (file: string, entries: readonly Entry[]): Promise<void> => {
  if (entries.length === 0) return;
  const handle = await open(file, "a+", 0o600);
  try {
    const { size } = await handle.stat();
    if (size === 0) await giveToOwnerOf(dirname(file), handle);
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const start = size === 0 || last.toString() === "\n" ? "" : "\n";
    await handle.appendFile(start + entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Begun by root, it would be a book the gateway can never write in. */
const giveToOwnerOf = async (
  folder: string,
  handle: { readonly chown: (uid: number, gid: number) => Promise<void> },
): Promise<void> => {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await handle.chown(uid, gid);
};

const unreadable = (file: string, why: string): Bilingual => ({
  zh: `规则版本簿 ${file} 读不出(${why})。判定不受影响。请检查磁盘与权限,或把它移开,下次启动重新建立`,
  en: `the book of rules ${file} cannot be read (${why}). Judging is not touched. Check disk and permissions, or move it away: the next start begins a new one`,
});

/** What is said of lines that cannot be read. */
export const damaged = (file: string, lines: readonly number[]): Bilingual => ({
  zh: `规则版本簿 ${file} 第 ${lines.join("、")} 行损坏,已跳过。判定不受影响。请另存一份,再删去这些行并重启网关`,
  en: `line ${lines.join(", ")} of the book of rules ${file} is damaged and was left aside. Judging is not touched. Keep a copy, delete the line and restart the gateway`,
});
