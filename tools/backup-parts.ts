/** What a machine keeps: which databases there are below the data folder, and how far each has come. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";

/** Folders of the two programs. */
export const parts = ["center", "gateway"] as const;

export const postgresDump = "center/center.pgdump";

/** A number that only grows while a program works with the file. */
const progressOf: Readonly<Record<string, string>> = {
  "center/center.sqlite": "SELECT value FROM counters WHERE name = 'stream'",
  "gateway/journal.sqlite": "SELECT coalesce(max(seq), 0) FROM record",
  "gateway/telemetry.sqlite": "SELECT 0",
};

export interface Part {
  /** Below the data folder. */
  readonly path: string;
  readonly file: string;
  /** Reads how far it has come; throws when the database is damaged. */
  readonly position: () => number;
}

export const databasesIn = (dataFolder: string): readonly Part[] =>
  Object.entries(progressOf).flatMap(([path, question]) => {
    const file = join(dataFolder, path);
    return existsSync(file) ? [{ path, file, position: () => ask(file, question) }] : [];
  });

const ask = (file: string, question: string): number => {
  const database = new Database(file, { readonly: true });
  try {
    return Number(database.prepare(question).pluck().get() ?? 0);
  } finally {
    database.close();
  }
};
