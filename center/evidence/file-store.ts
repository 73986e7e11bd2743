/** Files under the hash of their content, in two levels of folders; a file is whole or not there. */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, type ReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, utimes, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { headBytes } from "./media-types.ts";

export interface StoredFile {
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
  /** The first bytes, by which its type is told. */
  readonly head: Uint8Array;
}

export interface FileStore {
  /**
   * Writes a stream to disk chunk by chunk; nothing is kept of one that fails or that `accept`
   * refuses. Resolves once the file and its name are synced.
   */
  readonly put: (
    chunks: AsyncIterable<Uint8Array>,
    accept: (file: StoredFile) => boolean,
  ) => Promise<StoredFile | undefined>;
  readonly read: (sha256: string) => ReadStream;
  readonly has: (sha256: string) => Promise<boolean>;
  readonly remove: (sha256: string) => Promise<void>;
  /** Hashes of everything last written before `beforeMs`; unfinished uploads that old are removed. */
  readonly olderThan: (beforeMs: number) => Promise<readonly string[]>;
}

export const openFileStore = (folder: string): FileStore => {
  const pathOf = (sha256: string): string =>
    join(folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  const uploads = join(folder, "uploads");

  return {
    put: async (chunks, accept) => {
      await mkdir(uploads, { recursive: true });
      const unfinished = join(uploads, randomUUID());
      try {
        const file = await writeAll(unfinished, chunks);
        if (!accept(file)) return;
        await finish(unfinished, pathOf(file.sha256));
        return file;
      } finally {
        await rm(unfinished, { force: true });
      }
    },
    read: (sha256) => createReadStream(pathOf(sha256)),
    has: (sha256) =>
      stat(pathOf(sha256)).then(
        () => true,
        () => false,
      ),
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
    olderThan: async (beforeMs) => {
      const found: string[] = [];
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(
        () => [],
      )) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        const written = await stat(path).catch(() => undefined);
        if (written === undefined || written.mtimeMs >= beforeMs) continue;
        if (/^[0-9a-f]{64}$/.test(entry.name)) found.push(entry.name);
        else await rm(path, { force: true });
      }
      return found;
    },
  };
};

const writeAll = async (path: string, chunks: AsyncIterable<Uint8Array>): Promise<StoredFile> => {
  const hash = createHash("sha256");
  let bytes = 0;
  let head = Buffer.alloc(0);
  const file = await open(path, "wx", 0o600);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      if (head.length < headBytes) head = Buffer.concat([head, chunk]).subarray(0, headBytes);
      await writeChunk(file, chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest("hex"), bytes, head };
};

/** One write may take less than it was given. */
const writeChunk = async (file: FileHandle, chunk: Uint8Array): Promise<void> => {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, done);
    done += bytesWritten;
  }
};

/** Renames into place and syncs the folders, so that the name survives a power cut as well. */
const finish = async (unfinished: string, path: string): Promise<void> => {
  const inner = join(path, "..");
  await mkdir(inner, { recursive: true });
  await rename(unfinished, path);
  // The same content again is as young as its newest upload: the sweep must not take it.
  const now = new Date();
  await utimes(path, now, now);
  for (const folder of [inner, join(inner, ".."), join(inner, "../..")]) {
    const handle = await open(folder, "r");
    await handle.sync();
    await handle.close();
  }
};
