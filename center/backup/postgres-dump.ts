/** The center's PostgreSQL, by its own tools: pg_dump reads one moment, pg_restore writes all or nothing. */
import { writeFile } from "node:fs/promises";
import { sql } from "kysely";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { runProgram } from "#platform/backup/copy-data.ts";
import { openForReading } from "../audit/open-for-reading.ts";

/** Into a new file that only its owner can read, from its first byte on. */
export const dumpPostgres = async (
  url: string,
  file: string,
): Promise<Result<undefined, Bilingual>> => {
  await writeFile(file, "", { mode: 0o600, flag: "wx" });
  return run("pg_dump", url, (address) => ["-Fc", "--no-owner", "-f", file, "-d", address]);
};

/** Puts the dump in the place of what is there. */
export const restorePostgres = (url: string, file: string): Promise<Result<undefined, Bilingual>> =>
  run("pg_restore", url, (address) => [
    "--clean",
    "--if-exists",
    "--no-owner",
    "--single-transaction",
    `--dbname=${address}`,
    file,
  ]);

export interface PostgresState {
  /** Somebody else is connected; the server's own housekeeping is nobody. */
  readonly inUse: boolean;
  /** How far its stream has come; 0 for an empty database. */
  readonly position: number;
}

/** Rejects when the database does not answer. */
export const readPostgresState = async (databaseUrl: string): Promise<PostgresState> => {
  const opened = openForReading({ dataFolder: "", databaseUrl });
  if (!opened.ok) throw new Error(opened.error.en);
  const db = opened.value;
  try {
    const others = await sql<{ count: number }>`
      select count(*) as count from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()
        and backend_type = 'client backend'`.execute(db);
    const made = await sql<{ there: boolean }>`
      select to_regclass('counters') is not null as there`.execute(db);
    const row =
      made.rows[0]?.there === true
        ? await db
            .selectFrom("counters")
            .select("value")
            .where("name", "=", "stream")
            .executeTakeFirst()
        : undefined;
    return { inUse: (others.rows[0]?.count ?? 0) > 0, position: row?.value ?? 0 };
  } finally {
    await db.destroy();
  }
};

/** The password goes by the environment: a command line is for everybody's eyes. */
const run = async (
  program: string,
  url: string,
  words: (address: string) => readonly string[],
): Promise<Result<undefined, Bilingual>> => {
  const address = new URL(url);
  const password = decodeURIComponent(address.password);
  address.password = "";
  try {
    await runProgram(program, words(address.toString()), {
      ...(password !== "" && { PGPASSWORD: password }),
    });
    return ok(undefined);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return err(missing ? noTool(program) : failed(program, reason));
  }
};

const noTool = (program: string): Bilingual => ({
  zh: `本机没有 ${program}。请安装与服务器同版本或更新的 postgresql-client 后重试`,
  en: `${program} is not on this machine. Install postgresql-client of the server's version or newer, and try again`,
});

const failed = (program: string, reason: string): Bilingual => ({
  zh: `${program} 失败:${reason}。请检查 CANARY_DATABASE_URL、权限和磁盘空间`,
  en: `${program} failed: ${reason}. Check CANARY_DATABASE_URL, rights and disk space`,
});
