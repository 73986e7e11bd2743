/**
 * Room that is kept on the disk for the hour when there is none: a file of its own beside the
 * journal. When the journal finds the disk full, the file goes and its room is the journal's.
 */
import { open, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Bilingual } from "#domain/result.ts";
import type { RenewableJournal } from "#gateway/journal/renewable-journal.ts";
import { JournalError } from "#gateway/journal/journal-error.ts";
import type { ReportFault } from "#gateway/ports.ts";
import type { Timers } from "#platform/timers.ts";

export interface Reserve {
  /** Gives the room away now; false when there was none any more. */
  readonly release: () => Promise<boolean>;
  readonly isThere: () => boolean;
  /** Resolves once nothing is being written or removed. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ReserveDeps {
  readonly path: string;
  readonly bytes: number;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  /** The disk is full: whatever can give room back shall. */
  readonly onFull: (bytes: number) => void;
}

/** A reserve that was given away is made again once there is twice its room. */
const againMs = 60_000;
const chunkBytes = 256 * 1_024;

/** Makes the reserve, in the background, and later when there is no room now; reports while it is missing. */
export const openReserve = (deps: ReserveDeps): Reserve => {
  let isThere = false;
  let working: Promise<void> = Promise.resolve();

  const make = async (): Promise<void> => {
    if (isThere || deps.bytes === 0) return;
    isThere = await fill(deps.path, deps.bytes).catch(async () => {
      await rm(deps.path, { force: true }).catch(() => undefined);
      return false;
    });
    deps.reportFault({ key: "disk-reserve", present: !isThere, text: textOf(isThere) });
  };
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const done = working.then(work);
    working = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  };
  void inTurn(make);
  const stop = deps.timers.every(againMs, () => void inTurn(make));

  return {
    release: () =>
      inTurn(async () => {
        if (!isThere) {
          deps.onFull(deps.bytes);
          return false;
        }
        await rm(deps.path, { force: true });
        isThere = false;
        deps.reportFault({ key: "disk-reserve", present: true, text: textOf(false) });
        deps.onFull(deps.bytes);
        return true;
      }),
    isThere: () => isThere,
    settled: () => inTurn(() => Promise.resolve()),
    close: async () => {
      stop();
      await working;
    },
  };
};

/** Written, not only promised: a hole in a file is no room. False when the disk should not give it. */
const fill = async (path: string, bytes: number): Promise<boolean> => {
  const known = await stat(path).catch(() => undefined);
  if (known?.size === bytes && known.blocks * 512 >= bytes) return true;
  await rm(path, { force: true });
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize < 2 * bytes) return false;
  const file = await open(path, "w");
  try {
    const zeros = Buffer.alloc(Math.min(bytes, chunkBytes));
    for (let at = 0; at < bytes; at += zeros.length) {
      await file.write(zeros, 0, Math.min(zeros.length, bytes - at), at);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return true;
};

const textOf = (isThere: boolean): Bilingual =>
  isThere
    ? { zh: "磁盘应急空间已恢复", en: "the disk's reserve for alarms is there again" }
    : {
        zh: "网关磁盘将满:应急空间已让给报警记录,历史读数正在稀疏。报警照常接收并写入;请清理磁盘或更换更大的存储卡",
        en: "the gateway's disk is nearly full: its reserve serves the alarms and stored readings are being thinned. Alarms are taken and written as ever; free disk space or fit a larger card",
      };

/** The same journal, which finds room on a full disk: the reserve goes, and it writes again. */
export const withReserve = (
  journal: RenewableJournal,
  reserve: Pick<Reserve, "release">,
): RenewableJournal => ({
  ...journal,
  get id() {
    return journal.id;
  },
  append: async (records, states) => {
    try {
      return await journal.append(records, states);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      await reserve.release();
      return journal.append(records, states);
    }
  },
});

/** The last: no room for SQLite's index of its log, which a reopened file needs anew. */
const isDiskFull = (error: unknown): boolean =>
  error instanceof JournalError && /^(SQLITE_FULL|ENOSPC|SQLITE_IOERR_SHM)/.test(error.code);
