/** `canary prove --audit`: whether the audit log is whole; names the first row that is not. */
import { openForReading } from "#center/audit/open-for-reading.ts";
import { verifyAudit, type AuditHead, type AuditProof } from "#center/audit/verify.ts";
import type { StoreOptions } from "#center/store/open-store.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Proof, Refusal } from "./proof.ts";

export interface ProveAuditOptions {
  /** `<seq>:<hash>`, a head of the chain written down earlier. */
  readonly noted?: string;
  /** The center's, as `canary prove` found it. */
  readonly where: StoreOptions;
}

/** What cannot be looked at, or not compared with `noted`, is refused. */
export const proveAudit = async ({ noted, where }: ProveAuditOptions): Promise<Proof | Refusal> => {
  const head = noted === undefined ? ok(undefined) : parseHead(noted);
  if (!head.ok) return { refused: head.error };
  const opened = openForReading(where);
  if (!opened.ok) return { refused: opened.error };
  try {
    const proof = await verifyAudit(opened.value, head.value);
    return { holds: proof.ok, words: [sentenceOf(proof)], facts: proof };
  } catch (error) {
    return { refused: unreadable(error) };
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
