/** Bundles the duty page when its sources have changed; the center serves the result. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "..");
const source = join(root, "dashboards", "console");
const dist = join(source, "dist");
const stampName = ".built-from";

/**
 * Builds `dashboards/console/dist` unless it was built from these very sources; answers whether it
 * built. Prints one line when it does. Rejects when the sources do not build.
 */
export const buildConsoleIfStale = async (): Promise<"built" | "fresh"> => {
  const stamp = await hashSources();
  const stampFile = join(dist, stampName);
  if (existsSync(stampFile) && (await readFile(stampFile, "utf8")) === stamp) return "fresh";

  console.error("Canary: 正在生成值守页面,约一两秒 · building the duty page, a second or two");
  // Loaded only now: a start with a fresh page must not pay for a bundler.
  const { build } = await import("vite");
  const { consoleConfig } = await import("../dashboards/console/vite.config.ts");
  // Built aside and put in place whole: a page that is half written must never be served.
  const aside = join(source, ".canary", String(process.pid));
  await build({
    ...consoleConfig,
    configFile: false,
    build: { ...consoleConfig.build, outDir: aside },
  });
  await writeFile(join(aside, stampName), stamp);
  await rm(dist, { recursive: true, force: true });
  await rename(aside, dist);
  return "built";
};

/** The page's own files, the words it shares, and the versions it is built with. */
const hashSources = async (): Promise<string> => {
  const files = [
    ...(await listFiles(source)),
    ...(await listFiles(join(root, "domain"))),
    join(root, "package-lock.json"),
  ].sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${relative(root, file)}\n`).update(await readFile(file));
  return hash.digest("hex");
};

const listFiles = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.includes(".test."))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(dist) && !file.startsWith(join(source, ".canary")));
};

if (import.meta.main) await buildConsoleIfStale();
