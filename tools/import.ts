/** `canary import`: the register from a CSV or XLSX file, on the center's own machine. */
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { basename, join } from "node:path";
import { runImport, type ImportReport } from "#center/register/import/run-import.ts";
import { openStore } from "#center/store/open-store.ts";
import { openVault } from "#center/vault/open-vault.ts";
import type { Bilingual } from "#domain/result.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { loadSite } from "./load-site.ts";

export interface ImportOptions {
  readonly dryRun?: true;
  readonly json?: true;
}

/**
 * Works on the center's database directly: who may read that file may import, and the audit log
 * names the account of the machine. The center may be running meanwhile. Exit code 0: written, or
 * without a mistake; 1: mistakes, nothing written; 78: the site or its database cannot be opened.
 */
export const importFile = async (path: string, options: ImportOptions): Promise<number> => {
  const say = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  const loaded = loadSite(process.env);
  if (!loaded.ok) {
    process.stderr.write(`${loaded.error}\n`);
    return 78;
  }
  const file = await readFile(path).catch(() => undefined);
  if (file === undefined) {
    process.stderr.write(
      `读不到文件 ${path},请检查路径和权限 · cannot read ${path}; check path and rights\n`,
    );
    return 1;
  }
  const { dataFolder, databaseUrl, dataKey } = loaded.value;
  const store = await openStore({
    dataFolder: join(dataFolder, "center"),
    ...(databaseUrl !== undefined && { databaseUrl }),
  });
  if (!store.ok) {
    process.stderr.write(`${both(store.error)}\n`);
    return 78;
  }
  try {
    const vault = await openVault(store.value, dataKey);
    if (!vault.ok) {
      process.stderr.write(`${both(vault.error)}\n`);
      return 78;
    }
    const actor = {
      name: `console:${userInfo().username}`,
      grants: [{ role: "admin", area: "/" }],
    } as const;
    const change = { actor, source: "local", nowMs: openSystemClock().now().wallMs };
    const wish = {
      file,
      name: basename(path),
      dryRun: options.dryRun === true,
      vault: vault.value,
    };
    const report = await runImport(store.value, change, wish);
    if (!report.ok) {
      const why = "why" in report.error ? both(report.error.why) : report.error.kind;
      say(options.json === true ? JSON.stringify({ refused: report.error }) : why);
      return 1;
    }
    if (options.json === true) say(JSON.stringify(report.value));
    else tell(say, report.value, wish.dryRun);
    return report.value.mistakeCount === 0 ? 0 : 1;
  } finally {
    await store.value.close();
  }
};

const tell = (say: (text: string) => void, report: ImportReport, dryRun: boolean): void => {
  for (const note of report.notes) say(both(note));
  for (const { row, column = "", zh, en } of report.mistakes) {
    say(`第 ${row} 行 ${column}:${zh} · row ${row}: ${en}`);
  }
  const { buildings, households, devices, completed, people } = report.counts;
  if (report.mistakeCount > 0) {
    say(
      `共 ${report.mistakeCount} 处错误,一行也没有写入 · ${report.mistakeCount} mistakes, nothing was written`,
    );
    return;
  }
  const done = dryRun
    ? "试运行通过,未写入 · dry run, nothing written"
    : `已写入 · written, ${report.import ?? ""}`;
  say(
    `${report.rows} 行 rows:${buildings} 栋 buildings,${households} 户 homes,` +
      `${devices} 台新装 new detectors,${completed} 台补全 completed,${people} 人 people。${done}`,
  );
};

const both = ({ zh, en }: Bilingual): string => `${zh} · ${en}`;
