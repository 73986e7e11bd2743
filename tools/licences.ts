/**
 * Writes THIRD-PARTY.md: what is installed to run Canary, with its licence, from the lock and the
 * packages themselves. Run with `node tools/with-node.mjs --dev tools/licences.ts`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./load-site.ts";

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly license?: string;
}

const lock: { readonly packages: Readonly<Record<string, LockEntry>> } = JSON.parse(
  readFileSync(join(projectRoot, "package-lock.json"), "utf8"),
);

const licenceOf = (path: string, entry: LockEntry): string => {
  if (entry.license !== undefined) return entry.license;
  const file = join(projectRoot, path, "package.json");
  if (!existsSync(file)) return "see package";
  const manifest: { license?: string | { type?: string } } = JSON.parse(readFileSync(file, "utf8"));
  return typeof manifest.license === "string"
    ? manifest.license
    : (manifest.license?.type ?? "see package");
};

const rows = Object.entries(lock.packages)
  .filter(([path, entry]) => path !== "" && entry.dev !== true)
  .map(([path, entry]) => ({
    name: path.replace(/^.*node_modules\//, ""),
    version: entry.version ?? "",
    licence: licenceOf(path, entry),
  }))
  .sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version))
  .filter(
    (row, index, all) =>
      row.name !== all[index - 1]?.name || row.version !== all[index - 1]?.version,
  );

const count = new Map<string, number>();
for (const { licence } of rows) count.set(licence, (count.get(licence) ?? 0) + 1);

writeFileSync(
  join(projectRoot, "THIRD-PARTY.md"),
  [
    "# Third-party packages",
    "",
    "Installed to run Canary (packages only tests need are not listed). Written by `tools/licences.ts` from the lock.",
    "",
    [...count]
      .sort((a, b) => b[1] - a[1])
      .map(([licence, n]) => `${licence}: ${n}`)
      .join(" · "),
    "",
    "| package | version | licence |",
    "|---|---|---|",
    ...rows.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
    "",
  ].join("\n"),
);
