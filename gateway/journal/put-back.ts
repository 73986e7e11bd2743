/**
 * For a journal that was deleted or replaced while it was open: SQLite goes on writing into a file
 * that no name leads to any more, and all of it would be gone with the process. Everything can still
 * be read through the open file, so it is copied, complete and under the same id, and put back.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Bilingual } from "#domain/result.ts";
import type { JournalFile } from "./journal-file.ts";
import { fileEndings, readyName, swapIn, syncFolderOf } from "./salvage.ts";

/** The copy could not be made: the open file is all there is and must stay open. */
export class PutBackError extends Error {
  readonly code = "JOURNAL_GONE";
}

/** Copies the open file to where the next opening finds it. Throws a {@link PutBackError}. */
export const copyOpenFile = (path: string, file: JournalFile): void => {
  const unfinished = `${path}.salvage-unfinished`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    for (const ending of fileEndings) rmSync(unfinished + ending, { force: true });
    file.copyTo(unfinished);
    syncFile(unfinished); // SQLite leaves that to us
    renameSync(unfinished, readyName(path));
    syncFolderOf(path);
  } catch (error) {
    throw new PutBackError(`the journal was deleted or replaced: ${String(error)}`, {
      cause: error,
    });
  }
};

/** Moves aside what stands in its place, and the copy there; the old file must be closed by now. */
export const putBack = (path: string, wallMs: number): Bilingual => {
  const aside = `${path}.replaced-${new Date(wallMs).toISOString().replaceAll(":", "")}`;
  swapIn(path, aside);
  return {
    zh: `日志文件在运行中被删除或替换,已从打开的文件完整恢复,没有丢失记录。原处如有其他文件,已移到 ${aside}。请查明是谁动了数据目录`,
    en: `the journal file was deleted or replaced while the gateway ran; it was put back complete from the open file, nothing is lost. What stood in its place, if anything, is now ${aside}. Find out who touched the data folder`,
  };
};

const syncFile = (path: string): void => {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};
