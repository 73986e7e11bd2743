/** `canary backup <file>`: everything this machine keeps, in one file, while the programs work on. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { dumpPostgres, readPostgresState } from "#center/backup/postgres-dump.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { copyData, pack } from "#platform/backup/copy-data.ts";
import { writeManifest, type Manifest } from "#platform/backup/manifest.ts";
import { both } from "#platform/log.ts";
import { databasesIn, parts, postgresDump } from "./backup-parts.ts";
import { readSurroundings } from "./load-site.ts";

/** Exit code 0: made; 1: not made, nothing is left of it. */
export const backup = async (
  fileName: string,
  options: { readonly json?: boolean },
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> => {
  const file = resolve(fileName);
  if (existsSync(file)) return complain(exists(file));
  const { dataFolder, databaseUrl } = readSurroundings(env);
  // Beside the file: a copy must not fill the disk the programs write to.
  const folder = await mkdtemp(join(dirname(file), ".canary-backup-"));
  try {
    const made = await collect(folder, dataFolder, databaseUrl);
    if (!made.ok) return complain(made.error);
    const unfinished = `${folder}.tar`;
    await pack(folder, unfinished);
    await sync(unfinished);
    await rename(unfinished, file);
    const { size: bytes } = await stat(file);
    const { files, madeAt } = made.value;
    console.log(
      options.json === true
        ? JSON.stringify({ file, bytes, files: files.length, madeAt })
        : both(done(file, files.length, bytes)),
    );
    return 0;
  } catch (error) {
    return complain(failed(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(`${folder}.tar`, { force: true });
  }
};

const collect = async (
  folder: string,
  dataFolder: string,
  databaseUrl: string | undefined,
): Promise<Result<Manifest, Bilingual>> => {
  const madeAt = new Date().toISOString();
  const positions: Record<string, number> = {};
  const present = parts.filter((part) => existsSync(join(dataFolder, part)));
  if (present.length === 0 && databaseUrl === undefined) return err(nothing(dataFolder));
  // Before the files that its rows name.
  if (databaseUrl !== undefined) {
    await mkdir(join(folder, "center"), { recursive: true });
    positions[postgresDump] = (await readPostgresState(databaseUrl)).position;
    const dumped = await dumpPostgres(databaseUrl, join(folder, postgresDump));
    if (!dumped.ok) return dumped;
  }
  for (const part of present) await copyData(join(dataFolder, part), join(folder, part));
  for (const { path, position } of databasesIn(folder)) positions[path] = position();
  return ok(await writeManifest(folder, { madeAt, positions }));
};

const sync = async (file: string): Promise<void> => {
  const handle = await open(file, "r");
  await handle.sync();
  await handle.close();
};

const complain = (text: Bilingual): number => {
  console.error(both(text));
  return 1;
};

const done = (file: string, files: number, bytes: number): Bilingual => ({
  zh: `备份完成:${file},${files} 个文件,${Math.ceil(bytes / 1024)} KiB。含个人信息和密钥,请加密另存他处;个人数据密钥(keys/personal-data.key)不在其中,须另行保存`,
  en: `backup made: ${file}, ${files} files, ${Math.ceil(bytes / 1024)} KiB. It holds personal data and keys: keep it encrypted, and elsewhere. The key of personal data (keys/personal-data.key) is not in it: keep that apart`,
});

const exists = (file: string): Bilingual => ({
  zh: `${file} 已存在,不会覆盖。请换一个文件名`,
  en: `${file} exists and is not overwritten. Choose another name`,
});

const nothing = (dataFolder: string): Bilingual => ({
  zh: `${dataFolder} 下没有可备份的数据。请检查 CANARY_DATA`,
  en: `there is nothing to back up below ${dataFolder}. Check CANARY_DATA`,
});

const failed = (error: unknown): Bilingual => {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    zh: `备份失败,未留下文件:${reason}。请检查权限、磁盘空间和数据库`,
    en: `no backup was made: ${reason}. Check rights, disk space and the database`,
  };
};
