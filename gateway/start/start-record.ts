/** What starts have come to, kept beside the data: crashes in a row, and the last good site. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSite } from "#platform/site-file/read.ts";
import type { Site } from "#platform/site-file/schema.ts";

export interface StartRecord {
  /** Starts in a row, before this one, that neither lasted nor ended in good order. */
  readonly crashes: number;
  /** What ran last until it had proven itself; `undefined`: none, or it cannot be read. */
  readonly lastGood: () => Site | undefined;
  /** This start has proven itself: it has lasted, or ends in good order. */
  readonly proven: (site: Site) => void;
  /** It could not begin, for a reason that people have been told: no crash. */
  readonly takeBack: () => void;
}

/** Notes that a start begins. A disk that cannot be written costs the count, not the start. */
export const openStartRecord = (folder: string): StartRecord => {
  const countFile = join(folder, "starts-unproven");
  const siteFile = join(folder, "last-good-site.json");
  const crashes = readCount(countFile);
  write(folder, countFile, String(crashes + 1));
  return {
    crashes,
    lastGood: () => readSite(siteFile),
    proven: (site) => {
      write(folder, siteFile, JSON.stringify(site));
      write(folder, countFile, "0");
    },
    takeBack: () => write(folder, countFile, String(crashes)),
  };
};

const readCount = (file: string): number => {
  try {
    const count = Number(readFileSync(file, "utf8"));
    return Number.isInteger(count) && count > 0 ? count : 0;
  } catch {
    return 0;
  }
};

/** Only its shape is checked: files it names may be what has gone wrong since. */
const readSite = (file: string): Site | undefined => {
  try {
    const site = parseSite(readFileSync(file, "utf8"), file, []);
    return site.ok ? site.value : undefined;
  } catch {
    return undefined;
  }
};

const write = (folder: string, file: string, text: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // The journal says what is wrong with the disk.
  }
};
