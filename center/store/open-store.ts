import { Kysely, PostgresDialect, type Dialect, type Transaction } from "kysely";
import { Migrator } from "kysely/migration";
import { Pool, types } from "pg";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { migrations } from "./migrations/all.ts";
import { openSqliteDialect, sqliteFile } from "./sqlite-database.ts";
import type { Tables } from "./tables.ts";

export type Reading = Kysely<Tables>;
export type Writing = Transaction<Tables>;

/** The center's database, whichever it is. */
export interface Store {
  readonly kind: "sqlite" | "postgres";
  readonly db: Reading;
  /**
   * Runs `work` in one transaction, one writer at a time over all center processes, so that what
   * is read inside is still true when it is written, and stream positions become visible in their
   * order. Resolves once committed to disk; rejects when the database fails, with nothing kept.
   */
  readonly write: <Value>(work: (tx: Writing) => Promise<Value>) => Promise<Value>;
  /** Rejects when the database cannot be written to. */
  readonly check: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface StoreOptions {
  /** Where the SQLite file lives; ignored with PostgreSQL. */
  readonly dataFolder: string;
  /** `postgres://…` */
  readonly databaseUrl?: string;
}

/** Opens the database and brings its tables up to date. What cannot be opened is said, not thrown. */
export const openStore = async (options: StoreOptions): Promise<Result<Store, Bilingual>> => {
  const postgres = options.databaseUrl !== undefined;
  try {
    const db = new Kysely<Tables>({ dialect: openDialect(options) });
    await migrate(db);
    return ok(storeOver(db, postgres ? "postgres" : "sqlite"));
  } catch (error) {
    return err(explainOpening(options, error));
  }
};

/** The database without its tables being looked at: for {@link openStore}, and for tests of upgrades. */
export const openDialect = (options: StoreOptions): Dialect =>
  options.databaseUrl === undefined
    ? openSqliteDialect(options.dataFolder)
    : postgresDialect(options.databaseUrl);

const storeOver = (db: Reading, kind: Store["kind"]): Store => ({
  kind,
  db,
  write: (work) =>
    db.transaction().execute(async (tx) => {
      await lockWriters(tx);
      return work(tx);
    }),
  check: () => db.transaction().execute(lockWriters),
  close: () => db.destroy(),
});

/** A write to the counter row: waits for the writer before, and fails when the disk does. */
const lockWriters = async (tx: Writing): Promise<void> => {
  await tx
    .updateTable("counters")
    .set((eb) => ({ value: eb.ref("value") }))
    .where("name", "=", "stream")
    .execute();
};

const postgresDialect = (connectionString: string): PostgresDialect => {
  // bigint as number: epoch milliseconds and counters stay far below 2^53.
  types.setTypeParser(20, Number);
  const pool = new Pool({
    connectionString,
    max: 10,
    connectionTimeoutMillis: 5_000,
    // A center that freezes in the middle of a transaction holds the writers' lock of all others.
    idle_in_transaction_session_timeout: 5_000,
  });
  // An idle connection that breaks is replaced by the pool; the next query tells if that failed.
  pool.on("error", () => undefined);
  // So does one that breaks between two queries of a transaction: without a listener the process
  // would end.
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
  });
  return new PostgresDialect({ pool });
};

const migrate = async (db: Reading): Promise<void> => {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error("migration failed", { cause: error });
  await db
    .insertInto("counters")
    .values([
      { name: "stream", value: 0 },
      { name: "case", value: 0 },
    ])
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
};

const explainOpening = (options: StoreOptions, error: unknown): Bilingual => {
  const reason = reasonOf(error);
  return options.databaseUrl === undefined
    ? {
        zh: `打不开中心数据库 ${sqliteFile(options.dataFolder)}:${reason}。请检查数据目录(CANARY_DATA)的权限和磁盘空间`,
        en: `cannot open the center's database ${sqliteFile(options.dataFolder)}: ${reason}. Check rights and free space of the data folder (CANARY_DATA)`,
      }
    : {
        zh: `连不上 CANARY_DATABASE_URL 指定的 PostgreSQL:${reason}。请检查地址、账号和数据库是否已启动`,
        en: `cannot reach the PostgreSQL of CANARY_DATABASE_URL: ${reason}. Check address, account and whether it runs`,
      };
};

/** The innermost message: wrappers say only that something failed. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error instanceof Error) {
    return error.cause === undefined ? error.message : reasonOf(error.cause);
  }
  return String(error);
};
