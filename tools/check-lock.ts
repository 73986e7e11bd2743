/**
 * The lock must install on every platform it names: npm drops a platform package it could not see
 * from the lock without a word, and `npm ci` then refuses on the machine that needs it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./load-site.ts";

interface LockEntry {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { readonly packages: Readonly<Record<string, LockEntry>> } = JSON.parse(
  readFileSync(join(projectRoot, "package-lock.json"), "utf8"),
);
const locked = new Set(
  Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, "")),
);
const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies }]) =>
  Object.keys(optionalDependencies ?? {})
    .filter((name) => !locked.has(name))
    .map((name) => `${name} (for ${path || "Canary"})`),
);
if (missing.length > 0) {
  console.error(`锁文件缺少平台包 · the lock lacks platform packages:\n  ${missing.join("\n  ")}`);
  process.exitCode = 1;
}
