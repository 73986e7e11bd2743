/** `canary data-key`: where the key of personal data is, and a new one in front of it. */
import { existsSync } from "node:fs";
import { addKey, readKeyRing } from "#center/vault/key-ring.ts";
import { fingerprintOf } from "#center/vault/seal.ts";
import type { Bilingual } from "#domain/result.ts";
import { both } from "#platform/log.ts";
import { readSurroundings } from "./load-site.ts";

export interface DataKeyOptions {
  readonly rotate: boolean;
  readonly json: boolean;
}

/** Exit code 0: done; 1: there is no key file to read or to change. The key itself is never printed. */
export const dataKey = async (
  { rotate, json }: DataKeyOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> => {
  const { dataKey: source } = readSurroundings(env);
  if (source.text !== undefined && rotate) return complain(fromEnvironment);
  if (source.text === undefined && !existsSync(source.file)) return complain(noFile(source.file));
  const before = await readKeyRing(source);
  if (!before.ok) return complain(before.error);
  if (rotate) await addKey(source.file);
  const now = await readKeyRing(source);
  if (!now.ok) return complain(now.error);
  const keys = (now.value ?? []).map(fingerprintOf);
  const where = source.text === undefined ? source.file : "CANARY_DATA_KEY";
  console.log(
    json
      ? JSON.stringify({ where, keys })
      : both(rotate ? rotated(where, keys[0] ?? "") : listed(where, keys)),
  );
  return 0;
};

const complain = (text: Bilingual): number => {
  console.error(both(text));
  return 1;
};

const listed = (where: string, keys: readonly string[]): Bilingual => ({
  zh: `个人数据密钥在 ${where},共 ${keys.length} 把,当前 ${keys[0] ?? ""}。备份不含此文件,请另行保存`,
  en: `the personal-data key is in ${where}: ${keys.length}, in use ${keys[0] ?? ""}. No backup holds this file: keep a copy elsewhere`,
});

const rotated = (where: string, key: string): Bilingual => ({
  zh: `已在 ${where} 加入新密钥 ${key}。请另存此文件,再重启所有中心,启动时自动重新加密;旧行在旧备份作废前须保留`,
  en: `a new key ${key} is in ${where}. Keep a copy of the file, then restart every center: all is sealed anew at the start. Older lines stay until no older backup is needed`,
});

const noFile = (file: string): Bilingual => ({
  zh: `没有 ${file}。中心首次启动时生成;位置可由 CANARY_DATA_KEY_FILE 指定`,
  en: `there is no ${file}. The center makes it at its first start; CANARY_DATA_KEY_FILE names another place`,
});

const fromEnvironment: Bilingual = {
  zh: "密钥来自环境变量 CANARY_DATA_KEY,请在其最前面加入新密钥,保留旧的,然后重启",
  en: "the key comes from CANARY_DATA_KEY: put a new one before the old ones there, and restart",
};
