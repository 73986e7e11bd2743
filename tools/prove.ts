/**
 * `canary prove`: that nothing was lost between gateways and center, or that a gateway's journal or
 * the center's audit log is what it was. Each kind of proof is a function from options to a {@link Proof}.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openForReading } from "#center/audit/open-for-reading.ts";
import { proveCompleteness, type JournalCompleteness } from "#center/intake/prove.ts";
import { sqliteFile } from "#center/store/sqlite-database.ts";
import type { Bilingual } from "#domain/result.ts";
import { openJournalReader } from "#gateway/journal/journal-file.ts";
import type { Proof, Refusal } from "./proof.ts";
import { proveAudit } from "./prove-audit.ts";

export interface ProveOptions {
  readonly journal?: string;
  readonly from?: string;
  readonly to?: string;
  /** `postgres://…`, or the folder with `center.sqlite`. */
  readonly database?: string;
  /** The audit log instead of the gateways' records. */
  readonly audit?: true;
  /** With `audit`: a head of its chain noted earlier, `<seq>:<hash>`. */
  readonly noted?: string;
  readonly json?: true;
}

export interface ProveOutput {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
}

export const prove = async (
  options: ProveOptions,
  environment: Readonly<Record<string, string | undefined>>,
  out: ProveOutput,
): Promise<number> => {
  const proof = await proofOf(options, environment);
  if ("refused" in proof) {
    out.complain(line(proof.refused));
    return 2;
  }
  if (options.json === true) out.write(JSON.stringify({ holds: proof.holds, ...proof.facts }));
  else for (const words of proof.words) out.write(line(words));
  return proof.holds ? 0 : 1;
};

const proofOf = (
  options: ProveOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Proof | Refusal> => {
  const { journal, audit, noted } = options;
  if (noted !== undefined && audit !== true) return Promise.resolve({ refused: notedAlone });
  if (audit === true) {
    const where = databaseOf(options, environment);
    return proveAudit({ where, ...(noted !== undefined && { noted }) });
  }
  return journal === undefined
    ? proveReceived(options, environment)
    : Promise.resolve(proveJournal(journal));
};

const line = ({ zh, en }: Bilingual): string => `${zh} · ${en}`;

/** The hash chain of one journal file, also while a gateway writes it. */
const proveJournal = (path: string): Proof | Refusal => {
  if (!existsSync(path)) return { refused: noFile(path) };
  try {
    const journal = openJournalReader(path);
    try {
      const { lastSeq, pending } = journal.counts();
      const verified = journal.verify();
      const facts = { journal: journal.id, recorded: lastSeq, pending };
      if (!verified.ok) {
        const { kind, seq, text } = verified.error;
        return { holds: false, words: [text], facts: { ...facts, break: { kind, seq } } };
      }
      return {
        holds: true,
        words: [intact(journal.id, lastSeq, pending)],
        facts: { ...facts, hash: verified.value.hash },
      };
    } finally {
      journal.close();
    }
  } catch (error) {
    return { refused: unreadable(path, error) };
  }
};

/** Every number a gateway has given against what the center has. */
const proveReceived = async (
  options: ProveOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Proof | Refusal> => {
  const fromMs = momentOf(options.from, "start");
  const toMs = momentOf(options.to, "end");
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) return { refused: noTime };
  const where = databaseOf(options, environment);
  if (where.databaseUrl === undefined && !existsSync(sqliteFile(where.dataFolder))) {
    return { refused: noDatabase(where.dataFolder) };
  }
  const opened = openForReading(where);
  if (!opened.ok) return { refused: opened.error };
  try {
    const proof = await proveCompleteness(opened.value, { fromMs, toMs });
    const holes = proof.journals.flatMap(wordsOf);
    const holds = proof.missing === 0;
    return { holds, words: [sumOf(proof), ...holes], facts: proof };
  } catch (error) {
    return { refused: noProof(error) };
  } finally {
    await opened.value.destroy();
  }
};

const databaseOf = (
  { database }: ProveOptions,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly dataFolder: string; readonly databaseUrl?: string } => {
  const url = database ?? environment["CANARY_DATABASE_URL"] ?? "";
  if (/^postgres(ql)?:/.test(url)) return { dataFolder: "", databaseUrl: url };
  return { dataFolder: database ?? join(environment["CANARY_DATA"] ?? "data", "center") };
};

/** A day without a time is meant whole, as the street's own clock counts it. */
const momentOf = (text: string | undefined, end: "start" | "end"): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return Date.parse(text);
  return Date.parse(`${text}T${end === "start" ? "00:00:00.000" : "23:59:59.999"}+08:00`);
};

const sumOf = (proof: {
  readonly recorded: number;
  readonly received: number;
  readonly journals: readonly JournalCompleteness[];
}): Bilingual => {
  const { recorded, received, journals } = proof;
  const holes = journals.reduce((sum, one) => sum + one.holes.length, 0);
  return {
    zh: `网关记录 ${recorded} 条,中心收到 ${received} 条,${holes} 处缺失`,
    en: `${recorded} recorded, ${received} received, ${holes} holes`,
  };
};

const wordsOf = (one: JournalCompleteness): readonly Bilingual[] => [
  ...one.holes.map(([from, to]) => {
    const numbers = from === to ? `${from}` : `${from}–${to}`;
    const ended = one.goesOnAs !== undefined;
    return {
      zh: `缺失:网关 ${one.gateway} 日志 ${one.journal} 第 ${numbers} 条。${ended ? `该日志已由 ${one.goesOnAs} 接续,这些记录在网关存储卡上已丢失,请更换存储卡` : "网关在线时会自动补发;如长期缺失,请检查该网关及其存储卡"}`,
      en: `hole: gateway ${one.gateway}, journal ${one.journal}, ${numbers}. ${ended ? `That journal goes on as ${one.goesOnAs}; the gateway's card has lost these. Replace the card` : "The gateway sends them again while it is connected; if they stay missing, check it and its card"}`,
    };
  }),
  ...one.forks.map((seq) => ({
    zh: `提示:网关 ${one.gateway} 日志 ${one.journal} 第 ${seq} 条之后编号曾被重复使用(断电丢失末尾),两份记录均已保存`,
    en: `note: gateway ${one.gateway}, journal ${one.journal}: numbers after ${seq} were given twice (a power cut lost the end); both records are kept`,
  })),
];

const intact = (journal: string, records: number, pending: number): Bilingual => ({
  zh: `日志 ${journal} 完好:至第 ${records} 条校验链无改动,其中 ${pending} 条待中心确认`,
  en: `journal ${journal} is intact: the chain holds up to record ${records}; ${pending} wait for the center`,
});

const noFile = (path: string): Bilingual => ({
  zh: `没有文件 ${path}。请给出网关数据目录下的 journal.sqlite`,
  en: `there is no file ${path}. Give the journal.sqlite in the gateway's data folder`,
});

const unreadable = (path: string, error: unknown): Bilingual => ({
  zh: `${path} 不是可读的日志(${String(error)})。请检查路径和权限;损坏的文件由网关启动时救回`,
  en: `${path} is no readable journal (${String(error)}). Check path and rights; a damaged file is salvaged when the gateway starts`,
});

const noProof = (error: unknown): Bilingual => {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    zh: `中心数据库读不了:${reason}。请检查数据库,旧版本的数据请先启动一次中心`,
    en: `the center's database cannot be read: ${reason}. Check the database; start the center once on data of an older version`,
  };
};

const noDatabase = (folder: string): Bilingual => ({
  zh: `${folder} 中没有中心数据库。请设置 CANARY_DATA 或 CANARY_DATABASE_URL,或用 --database 指定`,
  en: `there is no center database in ${folder}. Set CANARY_DATA or CANARY_DATABASE_URL, or name it with --database`,
});

const notedAlone: Bilingual = {
  zh: "--noted 是审计链头,请与 --audit 一起使用",
  en: "--noted is a head of the audit log's chain: give --audit as well",
};

const noTime: Bilingual = {
  zh: "时间请写作 2026-11-22 或 2026-11-22T03:14:00+08:00",
  en: "write a time as 2026-11-22 or 2026-11-22T03:14:00+08:00",
};
