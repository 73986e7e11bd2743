/** The center's database as evidence: read, never written, its tables as they are. */
import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { Kysely, PostgresDialect, SqliteDialect } from "kysely";
import { Pool, types } from "pg";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { StoreOptions } from "../store/open-store.ts";
import { sqliteFile } from "../store/sqlite-database.ts";
import type { Tables } from "../store/tables.ts";

/** What cannot be opened is said, not thrown; close it with `destroy`. */
export const openForReading = (options: StoreOptions): Result<Kysely<Tables>, Bilingual> => {
  const { databaseUrl } = options;
  if (databaseUrl !== undefined) {
    types.setTypeParser(20, Number);
    const pool = new Pool({
      connectionString: databaseUrl,
      max: 1,
      connectionTimeoutMillis: 5_000,
      options: "-c default_transaction_read_only=on",
    });
    return ok(new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }));
  }
  const file = sqliteFile(options.dataFolder);
  if (!existsSync(file)) {
    return err({
      zh: `没有中心数据库 ${file}。请检查 CANARY_DATA,或先启动中心`,
      en: `there is no center database ${file}. Check CANARY_DATA, or start the center first`,
    });
  }
  const database = new Database(file, { readonly: true });
  return ok(new Kysely<Tables>({ dialect: new SqliteDialect({ database }) }));
};
