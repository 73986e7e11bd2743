import { setTimeout as wait } from "node:timers/promises";
import { Kysely, type Dialect, type Transaction } from "kysely";
import { Migrator } from "kysely/migration";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { migrations } from "./migrations/all.ts";
import { openPostgresDialect } from "./postgres-dialect.ts";
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
  /**
   * The same in one transaction for work that takes seconds: on PostgreSQL alarms and everybody else
   * write on meanwhile, and only `finish` has the writers to itself. It must look whether what `work`
   * stood on is still true, and throw when it is not: then nothing is kept. SQLite has one writer,
   * who waits for both.
   */
  readonly writeBeside: <Done, Value>(
    work: (tx: Writing) => Promise<Done>,
    finish: (tx: Writing, done: Done) => Promise<Value>,
  ) => Promise<Value>;
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
  const { databaseUrl } = options;
  try {
    const db = new Kysely<Tables>({ dialect: openDialect(options) });
    await migrate(db);
    if (databaseUrl === undefined) return ok(storeOver(db, "sqlite"));
    await db.destroy();
    const dialect = openPostgresDialect(databaseUrl, { patient: false });
    return ok(storeOver(new Kysely<Tables>({ dialect }), "postgres"));
  } catch (error) {
    return err(explainOpening(options, error));
  }
};

/** The database without its tables being looked at, patient: for changes of tables. */
export const openDialect = (options: StoreOptions): Dialect =>
  options.databaseUrl === undefined
    ? openSqliteDialect(options.dataFolder)
    : openPostgresDialect(options.databaseUrl, { patient: true });

const storeOver = (db: Reading, kind: Store["kind"]): Store => ({
  kind,
  db,
  write: (work) =>
    db.transaction().execute(async (tx) => {
      await lockWriters(tx);
      return work(tx);
    }),
  writeBeside: (work, finish) =>
    db.transaction().execute(async (tx) => {
      if (kind === "sqlite") await lockWriters(tx);
      const done = await work(tx);
      if (kind === "postgres") await lockWriters(tx);
      return finish(tx, done);
    }),
  check: () => within(checkMaxMs, db.transaction().execute(writeSomething)),
  close: () => db.destroy(),
});

/** A database that keeps a write waiting for so long takes in no alarms. Canary's own choice. */
const checkMaxMs = 4_000;

const within = async (limitMs: number, work: Promise<void>): Promise<void> => {
  const done = new AbortController();
  const late = wait(limitMs, undefined, { ref: false, signal: done.signal }).then(() => {
    throw new Error(`the database has not answered within ${limitMs / 1_000} s`);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    done.abort();
  }
};

/** SQLite takes a value that stays the same for no write at all, and asks nothing of the disk. */
const writeSomething = async (tx: Writing): Promise<void> => {
  await tx
    .updateTable("counters")
    .set((eb) => ({ value: eb("value", "+", 1) }))
    .where("name", "=", "check")
    .execute();
};

/** A write to the counter row: waits for the writer before. */
const lockWriters = async (tx: Writing): Promise<void> => {
  await tx
    .updateTable("counters")
    .set((eb) => ({ value: eb.ref("value") }))
    .where("name", "=", "stream")
    .execute();
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
      { name: "check", value: 0 },
    ])
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
};

const explainOpening = (options: StoreOptions, error: unknown): Bilingual => {
  const reason = reasonOf(error);
  const newer = /previously executed migration (\S+) is missing/.exec(reason)?.[1];
  if (newer !== undefined) {
    return {
      zh: `中心数据库已由更新的版本升级过(${newer}),本版本不能使用,未作改动。请安装并启动更新的版本`,
      en: `a newer version has changed the tables of the center's database (${newer}), which this one cannot use; nothing was done. Install and start the newer version`,
    };
  }
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
