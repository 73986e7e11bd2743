/** Copies of data folders that programs are working in, and the one file they travel in. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";

/** All at once: chunk by chunk a database that is written to would begin again for ever. */
const pagesAtOnce = 2_000_000_000;

/**
 * Copies a folder as it is at one moment: SQLite databases by their online backup, without holding
 * up who writes to them; everything else as it is. Databases first, so that each file they name is
 * there as well.
 */
export const copyData = async (from: string, to: string): Promise<void> => {
  for (const path of await filesBelow(from)) {
    if (!path.endsWith(".sqlite")) continue;
    await mkdir(dirname(join(to, path)), { recursive: true });
    await copyDatabase(join(from, path), join(to, path));
  }
  // Looked for again: what came meanwhile may be named by a row that was still copied.
  for (const path of await filesBelow(from)) {
    if (path.endsWith(".sqlite")) continue;
    await mkdir(dirname(join(to, path)), { recursive: true });
    // One that has gone meanwhile was an upload nobody finished.
    await copyFile(join(from, path), join(to, path)).catch(ignoreMissing);
  }
};

/** Paths below a folder, without what SQLite keeps beside its databases. */
const filesBelow = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/-(wal|shm|journal)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
};

const copyDatabase = async (from: string, to: string): Promise<void> => {
  const database = new Database(from, { readonly: true });
  try {
    await database.backup(to, { progress: () => pagesAtOnce });
  } finally {
    database.close();
  }
};

const ignoreMissing = (error: unknown): void => {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
  throw error;
};

/** Whether a program has this database open. One too damaged to be asked is nobody's. */
export const isInUse = (file: string): boolean => {
  const database = new Database(file, { fileMustExist: true, timeout: 0 });
  try {
    // In WAL mode everybody who has it open holds a lock that this one does not share.
    database.pragma("locking_mode = EXCLUSIVE");
    database.exec("BEGIN IMMEDIATE; COMMIT");
    return false;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code.startsWith("SQLITE_BUSY")) return true;
    // The first lock is taken before the first page is read.
    if (code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT")) return false;
    throw error;
  } finally {
    database.close();
  }
};

/** Packs a folder into a new file that only its owner can read, from its first byte on. */
export const pack = async (folder: string, file: string): Promise<void> => {
  await (await open(file, "wx", 0o600)).close();
  await runProgram("tar", ["-cf", file, "-C", folder, "."]);
};

export const unpack = (file: string, folder: string): Promise<void> =>
  runProgram("tar", ["-xf", file, "-C", folder, "--no-same-owner"]);

/** Runs a program of the machine to its end; rejects with what it complained about. */
export const runProgram = async (
  program: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<void> => {
  const child = spawn(program, words, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...environment },
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2_000);
  });
  const [code]: unknown[] = await once(child, "close");
  if (code !== 0) throw new Error(`${program}: ${complaint.trim() || String(code)}`);
};
