/** What `canary rules` works on: the gateway's book of rules, and the site file that says what applies. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readRuleBook, ruleBookFile, type KeptBook } from "#gateway/rule-book-file.ts";
import { draftsOf } from "#gateway/site-limits.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { both } from "#platform/log.ts";
import { formatMistakes, parseSite } from "#platform/site-file/read.ts";
import type { Site } from "#platform/site-file/schema.ts";
import type { Draft } from "#rules/rule-book.ts";
import { readSurroundings } from "./load-site.ts";

export interface RulesPlace {
  readonly bookFile: string;
  readonly kept: KeptBook;
  readonly siteFile: string;
  readonly text: string;
  /** What the file asks for; mistakes, ready to print, when it cannot be had. */
  readonly asked: Result<Asked, string>;
  /** As they stand in the file; `undefined`: the file as a whole has not the right shape. */
  readonly rules: Site["gateway"]["rules"] | undefined;
}

export interface Asked {
  readonly inForce: Draft;
  readonly trial: Draft | undefined;
}

/** Reads both; the error is ready to print. */
export const openRulesPlace = async (
  env: NodeJS.ProcessEnv,
): Promise<Result<RulesPlace, string>> => {
  const { file: siteFile, dataFolder } = readSurroundings(env);
  const folder = join(dataFolder, "gateway");
  if (!existsSync(folder)) return err(both(noGateway(folder)));
  const bookFile = ruleBookFile(folder);
  const kept = await readRuleBook(bookFile);
  if (!kept.ok) return err(both(kept.error));
  let text: string;
  try {
    text = await readFile(siteFile, "utf8");
  } catch (error) {
    return err(both(cannotOpen(siteFile, error)));
  }
  const site = parseSite(text, siteFile, []);
  const rules = site.ok ? site.value.gateway.rules : undefined;
  return ok({ bookFile, kept: kept.value, siteFile, text, asked: askedBy(site), rules });
};

const askedBy = (site: ReturnType<typeof parseSite>): Result<Asked, string> => {
  if (!site.ok) return err(formatMistakes(site.error));
  const drafts = draftsOf(site.value);
  return drafts.ok ? drafts : err(drafts.error.map(({ text }) => both(text)).join("\n"));
};

const noGateway = (folder: string): Bilingual => ({
  zh: `${folder} 不存在:网关还没有在这里运行过。请先启动网关,或用 CANARY_DATA 指定它的数据目录`,
  en: `there is no ${folder}: no gateway has run here yet. Start it first, or name its data folder with CANARY_DATA`,
});

const cannotOpen = (file: string, error: unknown): Bilingual => ({
  zh: `打不开站点文件 ${file}(${String(error)})。用 CANARY_CONFIG 指定网关用的那一份`,
  en: `cannot open the site file ${file} (${String(error)}); name the one the gateway uses with CANARY_CONFIG`,
});
