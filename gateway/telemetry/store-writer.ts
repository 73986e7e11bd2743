/** Answers for the store's file; runs in its thread. Whatever fails is answered, nothing is thrown. */
import { renameSync, rmSync } from "node:fs";
import { diskBytesWritten } from "./disk-writes.ts";
import type { Answer, Question, Reply, Request } from "./messages.ts";
import { openStoreFile, type StoreFile } from "./store-file.ts";
import type { Lost, StoreLimits } from "./store.ts";

/** On a disk without room the oldest make place for the newest, so many steps per request at most. */
const triesWhenFull = 5;
const giveWayBytes = 256 * 1_024;

export const createStoreWriter = (path: string, limits: StoreLimits) => {
  let file: StoreFile | undefined;
  let putAside: string | undefined;

  const open = (): StoreFile => {
    if (file !== undefined) return file;
    try {
      file = openStoreFile(path, limits);
    } catch (error) {
      if (!isDamage(error)) throw error;
      putAside = `${path}.damaged`;
      moveAside(path, putAside);
      file = openStoreFile(path, limits);
    }
    return file;
  };
  const close = (): void => {
    const open = file;
    file = undefined;
    open?.close();
  };

  /** The last resort of a full disk: the file goes, and what was in it is counted as lost. */
  const startOver = (): void => {
    const lost: readonly Lost[] = open().allLost();
    close();
    for (const end of ["", "-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
    open().append([], lost);
  };

  const act = (question: Exclude<Question, { kind: "pending" }>): void => {
    switch (question.kind) {
      case "append":
        appendWithRoom(open(), question);
        return;
      case "settle":
        open().settle(question.numbers, question.losses);
        return;
      case "give-back":
        try {
          open().giveBack(question.bytes);
        } catch (error) {
          if (!isFull(error)) throw error;
          startOver();
        }
        return;
      case "state":
        open();
        return;
      case "close":
        close();
        return;
    }
  };

  const ask = (question: Question): Answer => {
    if (question.kind === "pending") {
      const { afterN, bytes, now } = question;
      return { kind: "pending", pending: open().pending(afterN, bytes, now) };
    }
    if (question.kind === "close") {
      act(question);
      return { kind: "failed", code: "CLOSED", message: "the telemetry store is closed" };
    }
    act(question);
    const writtenBytes = diskBytesWritten("thread") ?? 0;
    return { kind: "state", state: { ...open().state(), writtenBytes } };
  };

  return ({ number, question }: Request): Reply => {
    const answer = attempt(ask, question, close);
    const aside = putAside;
    putAside = undefined;
    return { number, answer, ...(aside !== undefined && { putAside: aside }) };
  };
};

const attempt = (
  ask: (question: Question) => Answer,
  question: Question,
  close: () => void,
): Answer => {
  try {
    return ask(question);
  } catch (error) {
    // A full disk leaves the file as it was; after anything else it is opened anew, or put aside.
    if (!isFull(error)) closeQuietly(close);
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", code: codeOf(error), message };
  }
};

const appendWithRoom = (
  file: StoreFile,
  { blocks, lost }: Extract<Question, { kind: "append" }>,
): void => {
  for (let tries = 1; ; tries += 1) {
    try {
      file.append(blocks, lost);
      return;
    } catch (error) {
      if (!isFull(error) || tries >= triesWhenFull) throw error;
      file.giveBack(giveWayBytes);
    }
  }
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "UNKNOWN";

const isFull = (error: unknown): boolean => /^(SQLITE_FULL|ENOSPC)/.test(codeOf(error));

const isDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));

const closeQuietly = (close: () => void): void => {
  try {
    close();
  } catch {
    // The failure that led here is the one that is told.
  }
};

/** One damaged file is kept for whoever wants to look; the one before it goes. */
const moveAside = (path: string, aside: string): void => {
  rmSync(aside, { force: true });
  renameSync(path, aside);
  for (const end of ["-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
};
