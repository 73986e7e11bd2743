import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test, vi } from "vitest";
import { openStore } from "./open-store.ts";

// Many commits and password checks: a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

test("tables that cannot all be made are not made at all, and the next start finds a clean file", async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), "canary-store-"));
  const file = join(dataFolder, "center.sqlite");
  // One of the later tables is in the way, as after a migration that was cut off in the middle.
  const before = new Database(file);
  before.exec("create table audit (other text)");
  before.close();
  const failed = await openStore({ dataFolder });
  expect(failed.ok ? "" : failed.error.zh).toContain("打不开中心数据库");

  const between = new Database(file);
  const tables = between.prepare("select name from sqlite_master where name = 'alarms'").all();
  expect(tables).toEqual([]);
  between.exec("drop table audit");
  between.close();
  const opened = await openStore({ dataFolder });
  if (!opened.ok) throw new Error(opened.error.en);
  await opened.value.close();
  await rm(dataFolder, { recursive: true });
});

test("a database that cannot be opened is an error that names the setting, not a crash", async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), "canary-store-"));
  await writeFile(join(dataFolder, "file"), "");
  const sqlite = await openStore({ dataFolder: join(dataFolder, "file") });
  expect(sqlite.ok ? "" : sqlite.error.en).toContain("CANARY_DATA");
  const postgres = await openStore({
    dataFolder,
    databaseUrl: "postgres://nobody@127.0.0.1:1/nothing",
  });
  expect(postgres.ok ? "" : postgres.error.en).toContain("CANARY_DATABASE_URL");
  await rm(dataFolder, { recursive: true });
});

test("a database that a newer version has changed is refused in words that say so", async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), "canary-store-"));
  const opened = await openStore({ dataFolder });
  if (!opened.ok) throw new Error(opened.error.en);
  await opened.value.close();
  const database = new Database(join(dataFolder, "center.sqlite"));
  database.exec("insert into kysely_migration values ('9999-newer', '2099-01-01T00:00:00.000Z')");
  database.close();
  const refused = await openStore({ dataFolder });
  expect(refused.ok ? "" : refused.error.en).toContain("a newer version");
  expect(refused.ok ? "" : refused.error.en).toContain("9999-newer");
  await rm(dataFolder, { recursive: true });
});

test("asking whether the database can be written to writes, also when nothing else has", async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), "canary-store-"));
  const opened = await openStore({ dataFolder });
  if (!opened.ok) throw new Error(opened.error.en);
  const logBytes = async (): Promise<number> =>
    (await stat(join(dataFolder, "center.sqlite-wal"))).size;
  await opened.value.check();
  const before = await logBytes();
  await opened.value.check();
  // A disk that fails could not have taken this.
  expect(await logBytes()).toBeGreaterThan(before);
  await opened.value.close();
  await rm(dataFolder, { recursive: true });
});
