/** `canary restore <file>`: puts a backup in the place of what is there, all of it or nothing. */
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { beginAgain } from "#center/backup/begin-again.ts";
import { dumpPostgres, readPostgresState, restorePostgres } from "#center/backup/postgres-dump.ts";
import { openStore, type StoreOptions } from "#center/store/open-store.ts";
import { skipNumbers } from "#gateway/telemetry/begin-again.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { isInUse, unpack } from "#platform/backup/copy-data.ts";
import { checkManifest, type Manifest } from "#platform/backup/manifest.ts";
import { both } from "#platform/log.ts";
import { databasesIn, parts, postgresDump } from "./backup-parts.ts";
import { readSurroundings } from "./load-site.ts";

export interface RestoreOptions {
  /** Also over a database that is newer; never over one that is in use. */
  readonly force?: boolean;
  /** `center` or `gateway`; both when absent. */
  readonly only?: string;
  readonly json?: boolean;
}

interface Place {
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
}

/** Exit code 0: restored; 1: refused or failed, and nothing was changed. */
export const restore = async (
  fileName: string,
  options: RestoreOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> => {
  const file = resolve(fileName);
  const place = readSurroundings(env);
  await mkdir(place.dataFolder, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(place.dataFolder, ".restoring-"));
  try {
    await unpack(file, folder);
    const wanted = parts.filter((part) => options.only === undefined || options.only === part);
    const restored = await putBack(folder, place, { wanted, force: options.force === true });
    if (!restored.ok) {
      console.error(both(restored.error));
      return 1;
    }
    console.log(
      options.json === true
        ? JSON.stringify({ file, ...restored.value })
        : both(done(file, restored.value)),
    );
    return 0;
  } catch (error) {
    console.error(both(failed(error)));
    return 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

interface Wish {
  readonly wanted: readonly string[];
  readonly force: boolean;
}

interface Restored {
  readonly madeAt: string;
  /** Where what was there before is now. */
  readonly aside: readonly string[];
}

const putBack = async (
  folder: string,
  place: Place,
  { wanted, force }: Wish,
): Promise<Result<Restored, Bilingual>> => {
  const manifest = await checkManifest(folder);
  if (!manifest.ok) return manifest;
  const present = wanted.filter((part) => existsSync(join(folder, part)));
  if (present.length === 0) return err(notInside(wanted));
  const positions = Object.fromEntries(
    Object.entries(manifest.value.positions).filter(([path]) =>
      present.some((part) => path.startsWith(`${part}/`)),
    ),
  );
  const obstacle = await findObstacle({ ...manifest.value, positions }, place, force);
  if (obstacle !== undefined) return err(obstacle);
  const { databaseUrl, dataFolder } = place;
  if (positions["center/center.sqlite"] !== undefined) {
    const ready = await makeReady({ dataFolder: join(folder, "center") }, manifest.value);
    if (!ready.ok) return ready;
  }
  const readings = join(folder, "gateway/telemetry.sqlite");
  if (present.includes("gateway") && existsSync(readings)) skipNumbers(readings);
  const aside: string[] = [];
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, "-");
  if (databaseUrl !== undefined && positions[postgresDump] !== undefined) {
    const before = join(dataFolder, `center.before-restore-${stamp}.pgdump`);
    const kept = await dumpPostgres(databaseUrl, before);
    if (!kept.ok) return kept;
    aside.push(before);
    const restored = await restorePostgres(databaseUrl, join(folder, postgresDump));
    if (!restored.ok) return restored;
    const ready = await makeReady({ dataFolder: "", databaseUrl }, manifest.value);
    if (!ready.ok) {
      const back = await restorePostgres(databaseUrl, before);
      return back.ok ? ready : back;
    }
    await rm(join(folder, postgresDump));
  }
  for (const part of present) {
    const there = join(dataFolder, part);
    if (existsSync(there)) {
      const before = `${there}.before-restore-${stamp}`;
      await rename(there, before);
      aside.push(before);
    }
    // Whatever the copy says: homes and keys are for the programs only.
    await chmod(join(folder, part), 0o700);
    await rename(join(folder, part), there);
  }
  return ok({ madeAt: manifest.value.madeAt, aside });
};

/** The center's database, before anybody works with it. */
const makeReady = async (
  options: StoreOptions,
  { madeAt }: Manifest,
): Promise<Result<undefined, Bilingual>> => {
  const store = await openStore(options);
  if (!store.ok) return store;
  try {
    const by = `machine:${userInfo().username}`;
    await beginAgain(store.value, { madeAt, by, nowMs: Date.now() });
    return ok(undefined);
  } finally {
    await store.value.close();
  }
};

/** Why this backup may not be put here. */
const findObstacle = async (
  { positions, madeAt }: Manifest,
  { dataFolder, databaseUrl }: Place,
  force: boolean,
): Promise<Bilingual | undefined> => {
  const dumped = positions[postgresDump];
  if (dumped === undefined && positions["center/center.sqlite"] !== undefined && databaseUrl) {
    return otherKind("SQLite", "PostgreSQL");
  }
  if (dumped !== undefined && databaseUrl === undefined) return otherKind("PostgreSQL", "SQLite");
  if (dumped !== undefined && databaseUrl !== undefined) {
    const { inUse, position } = await readPostgresState(databaseUrl);
    if (inUse) return running("CANARY_DATABASE_URL");
    if (!force && position > dumped) return newer("CANARY_DATABASE_URL", madeAt);
  }
  for (const { path, file, position } of databasesIn(dataFolder)) {
    const then = positions[path];
    if (then === undefined) continue;
    if (isInUse(file)) return running(file);
    if (!force && position() > then) return newer(file, madeAt);
  }
  return undefined;
};

const notInside = (wanted: readonly string[]): Bilingual => ({
  zh: `备份里没有 ${wanted.join("、")} 的数据。--only 可为 center 或 gateway`,
  en: `the backup holds nothing of ${wanted.join(", ")}. --only takes center or gateway`,
});

const running = (what: string): Bilingual => ({
  zh: `${what} 正在使用,未改动。请先停止中心、网关和其他连接,再恢复`,
  en: `${what} is in use, nothing was changed. Stop center, gateway and whatever else has it open, then restore`,
});

const newer = (what: string, madeAt: string): Bilingual => ({
  zh: `${what} 比备份(${madeAt})新,未改动。确要退回到备份请加 --force,现有数据会另存`,
  en: `${what} is newer than the backup of ${madeAt}, nothing was changed. --force goes back to the backup; what is there is put aside`,
});

const otherKind = (then: string, now: string): Bilingual => ({
  zh: `备份取自 ${then},本机中心用的是 ${now}。请按备份设置或清除 CANARY_DATABASE_URL`,
  en: `the backup is of ${then}, the center here uses ${now}. Set or clear CANARY_DATABASE_URL as it was`,
});

const done = (file: string, { madeAt, aside }: Restored): Bilingual => ({
  zh: `已恢复 ${file}(${madeAt})。${aside.length === 0 ? "" : `原数据在 ${aside.join("、")}。`}现在启动即可,网关会补发缺少的记录。账号、密码、授权、居民链接和居民资料都回到备份时:其后停用、撤销、清除的请重新办理;所有人须重新登录,此后的事件编号跳过一万`,
  en: `restored ${file} of ${madeAt}. ${aside.length === 0 ? "" : `What was there is in ${aside.join(", ")}. `}Start now: gateways send what is missing. Accounts, passwords, rights, residents' links and residents' data are as they were then: withdraw and erase again what was since. Everybody has to log in again, and case numbers go on ten thousand higher`,
});

const failed = (error: unknown): Bilingual => {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    zh: `恢复失败:${reason}。请检查文件、权限和磁盘空间`,
    en: `not restored: ${reason}. Check the file, rights and disk space`,
  };
};
