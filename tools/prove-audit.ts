/** `canary prove --audit`: whether the audit log is whole; names the first row that is not. */
import { join } from "node:path";
import { openForReading } from "#center/audit/open-for-reading.ts";
import { verifyAudit, type AuditHead, type AuditProof } from "#center/audit/verify.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { both } from "#platform/log.ts";
import { loadSite } from "./load-site.ts";
import { exitCannotStart } from "./street.ts";

export interface ProveAuditOptions {
  /** `<seq>:<hash>`, a head of the chain written down earlier. */
  readonly noted?: string;
  readonly json: boolean;
}

/** Exit code 0: whole; 1: not whole; 2: `noted` cannot be read; 78: no database to look at. */
export const proveAudit = async (
  options: ProveAuditOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> => {
  const noted = options.noted === undefined ? ok(undefined) : parseHead(options.noted);
  if (!noted.ok) {
    console.error(both(noted.error));
    return 2;
  }
  const loaded = loadSite(env);
  if (!loaded.ok) {
    console.error(loaded.error);
    return exitCannotStart;
  }
  const { dataFolder, databaseUrl } = loaded.value;
  const opened = openForReading({
    dataFolder: join(dataFolder, "center"),
    ...(databaseUrl !== undefined && { databaseUrl }),
  });
  if (!opened.ok) {
    console.error(both(opened.error));
    return exitCannotStart;
  }
  try {
    const proof = await verifyAudit(opened.value, noted.value);
    console.log(options.json ? JSON.stringify(proof) : both(sentenceOf(proof)));
    return proof.ok ? 0 : 1;
  } catch (error) {
    console.error(both(unreadable(error)));
    return exitCannotStart;
  } finally {
    await opened.value.destroy();
  }
};

const sentenceOf = (proof: AuditProof): Bilingual => {
  if (!proof.ok) return proof.text;
  const { rows, head } = proof;
  return {
    zh: `审计日志完整:${rows} 条,无缺失、无改动。链头 ${head.seq}:${head.hash},请另行抄存`,
    en: `the audit log is whole: ${rows} rows, none missing or altered. Head ${head.seq}:${head.hash}, to be noted elsewhere`,
  };
};

const parseHead = (text: string): Result<AuditHead, Bilingual> => {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || hash === undefined
    ? err({
        zh: "--noted 应为 <序号>:<64 位散列>,取自此前一次校验的输出",
        en: "--noted must be <number>:<hash of 64 digits>, from the output of an earlier check",
      })
    : ok({ seq: Number(seq), hash });
};

const unreadable = (error: unknown): Bilingual => {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    zh: `审计日志读不了:${reason}。请检查数据库,旧版本的数据请先启动一次中心`,
    en: `the audit log cannot be read: ${reason}. Check the database; start the center once on data of an older version`,
  };
};
