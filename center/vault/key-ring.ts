/** The keys of personal data as text: one a line, base64url of 32 bytes, the newest first. */
import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";

export interface KeySource {
  /** The file; made at the first start, for its owner only. */
  readonly file: string;
  /** The same text from the environment (CANARY_DATA_KEY) instead of the file. */
  readonly text?: string | undefined;
}

/** Below the data folder, beside what `canary backup` takes: the key travels by a way of its own. */
export const defaultKeyFile = (dataFolder: string): string =>
  join(dataFolder, "keys", "personal-data.key");

export type KeyRing = readonly [Uint8Array, ...Uint8Array[]];

/** `undefined`: there is no file yet. */
export const readKeyRing = async (
  source: KeySource,
): Promise<Result<KeyRing | undefined, Bilingual>> => {
  if (source.text !== undefined) return parse(source.text, "CANARY_DATA_KEY");
  const text = await readFile(source.file, "utf8").catch(ignoreMissing);
  if (text === undefined) return ok(undefined);
  const { mode } = await stat(source.file);
  return (mode & 0o077) === 0 ? parse(text, source.file) : err(tooOpen(source.file));
};

/** Writes the first key, unless another center has done so meanwhile; on disk when it resolves. */
export const makeKeyFile = async (file: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // Whole before it has its name: another center that starts now must not read half a key.
  const whole = `${file}.${randomUUID()}`;
  await writeSynced(whole, `${newKeyLine()}\n`);
  try {
    await link(whole, file);
    await syncFolder(dirname(file));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await rm(whole);
  }
};

/** Puts a new key before the others, by a file beside it: a power cut leaves the old one whole. */
export const addKey = async (file: string): Promise<void> => {
  const before = await readFile(file, "utf8");
  await writeSynced(`${file}.new`, `${newKeyLine()}\n${before}`);
  await rename(`${file}.new`, file);
  await syncFolder(dirname(file));
};

const writeSynced = async (file: string, text: string): Promise<void> => {
  const handle = await open(file, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(file));
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const newKeyLine = (): string => randomBytes(32).toString("base64url");

const parse = (text: string, where: string): Result<KeyRing, Bilingual> => {
  const lines = text.split(/[\s,]+/).filter((line) => line !== "");
  const keys = lines.map((line) => Buffer.from(line, "base64url"));
  const [first, ...others] = keys;
  const whole = lines.every((line) => /^[\w-]{43}$/.test(line));
  return first === undefined || !whole ? err(unreadable(where)) : ok([first, ...others]);
};

const ignoreMissing = (error: unknown): undefined => {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
};

const unreadable = (where: string): Bilingual => ({
  zh: `个人数据密钥 ${where} 已损坏:每行应为 43 个字符。请从密钥备份恢复,不要新建`,
  en: `the personal-data key in ${where} is damaged: each line is 43 characters. Restore it from the key's own copy, make no new one`,
});

const tooOpen = (file: string): Bilingual => ({
  zh: `个人数据密钥 ${file} 可被他人读取。请执行 chmod 600 后再启动;如可能已泄露,请再执行 canary data-key --rotate`,
  en: `others can read the personal-data key ${file}. Run chmod 600 on it and start again; if it may have leaked, run canary data-key --rotate as well`,
});
