import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database, { type Statement } from "better-sqlite3";
import { SqliteDialect, type Dialect, type SqliteDatabase } from "kysely";

/** Statements kept prepared; the center has about a hundred different ones. */
const statementsMax = 500;

/**
 * Kysely's dialect for the center's SQLite file, told that SQLite takes back table changes with
 * their transaction: a power cut in the middle of a migration then leaves the tables as they were.
 */
export const openSqliteDialect = (dataFolder: string): Dialect => {
  const dialect = new SqliteDialect({ database: openSqliteDatabase(dataFolder) });
  return {
    createAdapter: () =>
      Object.defineProperty(dialect.createAdapter(), "supportsTransactionalDdl", { value: true }),
    createDriver: () => dialect.createDriver(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
  };
};

/** Opens the file with one fsync per commit. */
const openSqliteDatabase = (dataFolder: string): SqliteDatabase => {
  if (dataFolder !== inMemory) mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const database = new Database(sqliteFile(dataFolder));
  database.pragma("journal_mode = WAL");
  // A receipt is a promise, and a promise survives a power cut.
  database.pragma("synchronous = FULL");
  database.pragma("busy_timeout = 5000");
  database.pragma("foreign_keys = ON");
  // KiB: the indexes of a storm's alarms stay in memory.
  database.pragma("cache_size = -65536");

  // Kysely prepares every statement anew, which costs more than running a small one.
  const prepared = new Map<string, Statement>();
  return {
    prepare: (text) => {
      const known = prepared.get(text);
      if (known !== undefined) return known;
      const statement = database.prepare(text);
      prepared.set(text, statement);
      const [oldest] = prepared.keys();
      if (prepared.size > statementsMax && oldest !== undefined) prepared.delete(oldest);
      return statement;
    },
    close: () => {
      database.close();
    },
  };
};

/** As data folder: a database that ends with the process, for simulations. */
export const inMemory = ":memory:";

export const sqliteFile = (dataFolder: string): string =>
  dataFolder === inMemory ? inMemory : join(dataFolder, "center.sqlite");
