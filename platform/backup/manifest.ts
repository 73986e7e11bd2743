/** What a backup holds, so that a restore can tell whether it is whole. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Type, type Static } from "typebox";
import { Check } from "typebox/schema";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";

const ManifestSchema = Type.Object({
  format: Type.Literal("canary-backup-1"),
  madeAt: Type.String({ description: "RFC 3339" }),
  /** How far each database had come: the higher, the newer. */
  positions: Type.Record(Type.String(), Type.Integer()),
  files: Type.Array(
    Type.Object({ path: Type.String(), bytes: Type.Integer(), sha256: Type.String() }),
  ),
});
export type Manifest = Static<typeof ManifestSchema>;

const manifestName = "manifest.json";

/** Writes down every file below `folder` with its checksum. */
export const writeManifest = async (
  folder: string,
  about: Pick<Manifest, "madeAt" | "positions">,
): Promise<Manifest> => {
  const files = await listFiles(folder);
  const manifest: Manifest = { format: "canary-backup-1", ...about, files: [...files] };
  await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
};

/** The manifest of an unpacked backup, if every file is there as it was written and no other. */
export const checkManifest = async (folder: string): Promise<Result<Manifest, Bilingual>> => {
  const text = await readFile(join(folder, manifestName), "utf8").catch(() => undefined);
  const value = text === undefined ? undefined : parseJson(text);
  if (!Check(ManifestSchema, value)) return err(noManifest);
  const found = new Map((await listFiles(folder)).map((file) => [file.path, file]));
  for (const { path, bytes, sha256 } of value.files) {
    const file = found.get(path);
    if (file?.bytes !== bytes || file.sha256 !== sha256) return err(damaged(path));
    found.delete(path);
  }
  const [foreign] = found.keys();
  return foreign === undefined ? ok(value) : err(damaged(foreign));
};

const listFiles = async (folder: string): Promise<Manifest["files"]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => path !== manifestName)
    .sort();
  const files: Manifest["files"] = [];
  for (const path of paths) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(join(folder, path)), hash);
    const { size: bytes } = await stat(join(folder, path));
    files.push({ path, bytes, sha256: hash.digest("hex") });
  }
  return files;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no manifest
  }
};

const noManifest: Bilingual = {
  zh: "这不是金丝雀的备份文件,或其清单已损坏。未改动任何数据",
  en: "this is no backup of Canary, or its manifest is damaged. Nothing was changed",
};

const damaged = (path: string): Bilingual => ({
  zh: `备份已损坏:${path} 与清单的校验和不符。未改动任何数据,请换一份备份`,
  en: `the backup is damaged: ${path} does not match its checksum. Nothing was changed; take another backup`,
});
