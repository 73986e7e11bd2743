/** The hash chain that makes a changed, removed or foreign record visible. */
import { hash as digest } from "node:crypto";
import type { JournalId } from "#domain/ids.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { JournalRecord, NewRecord } from "#gateway/ports.ts";

/** What stands in `prev` of record 1. */
export const genesis = "0".repeat(64);

/** What a record's hash covers beside the hash before it. */
export interface ChainContent extends NewRecord {
  readonly journalId: JournalId;
  readonly seq: number;
}

/** Where a chain ends, to continue or to check from. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** Before record 1. */
export const chainStart: ChainEnd = { seq: 0, hash: genesis };

export interface ChainBreak {
  /**
   * `altered`: the record does not match its own hash. `unlinked`: it does, but it does not follow
   * the record before it. `missing`: this number is not there.
   */
  readonly kind: "altered" | "unlinked" | "missing";
  readonly seq: number;
  readonly text: Bilingual;
}

/** SHA-256 (hex) over the canonical JSON of journal, number, lane and notice, and the hash before. */
export const chainHash = (content: ChainContent, prev: string): string =>
  chainHashOfText(content, canonicalJson(content.notice), prev);

/** {@link chainHash} when the notice is at hand as canonical JSON already. */
export const chainHashOfText = (
  { journalId, seq, lane }: Pick<ChainContent, "journalId" | "seq" | "lane">,
  notice: string,
  prev: string,
): string =>
  digest(
    "sha256",
    `{"journalId":${JSON.stringify(journalId)},"lane":${JSON.stringify(lane)},` +
      `"notice":${notice},"seq":${seq}}${prev}`,
  );

/** Checks records from `start` (exclusive) on and names the first one that is not what it was. */
export const verifyChain = (
  records: Iterable<JournalRecord>,
  start = chainStart,
): Result<ChainEnd, ChainBreak> => {
  let end = start;
  for (const record of records) {
    const broken = checkLink(record, end, chainHash(record, record.prev));
    if (broken !== undefined) return err(broken);
    end = { seq: record.seq, hash: record.hash };
  }
  return ok(end);
};

/** What is wrong with one record that should follow `end`; `hash` is its hash computed anew. */
export const checkLink = (
  record: Pick<JournalRecord, "seq" | "prev" | "hash">,
  end: ChainEnd,
  hash: string,
): ChainBreak | undefined => {
  if (record.seq !== end.seq + 1) return chainBreak("missing", end.seq + 1);
  if (record.hash !== hash) return chainBreak("altered", record.seq);
  return record.prev === end.hash ? undefined : chainBreak("unlinked", record.seq);
};

const chainBreak = (kind: ChainBreak["kind"], seq: number): ChainBreak => ({
  kind,
  seq,
  text: breakText[kind](seq),
});

const breakText = {
  altered: (seq) => ({
    zh: `日志第 ${seq} 条与其校验值不符,内容被改动。请保留文件并对照中心的记录`,
    en: `journal record ${seq} does not match its hash: it was altered. Keep the file and compare it with the center's record`,
  }),
  unlinked: (seq) => ({
    zh: `日志第 ${seq} 条与前一条不相接,两条之一被替换。请保留文件并对照中心的记录`,
    en: `journal record ${seq} does not follow the one before it: one of the two was replaced. Keep the file and compare it with the center's record`,
  }),
  missing: (seq) => ({
    zh: `日志缺少第 ${seq} 条。请保留文件并对照中心的记录`,
    en: `journal record ${seq} is missing. Keep the file and compare it with the center's record`,
  }),
} as const satisfies Record<ChainBreak["kind"], (seq: number) => Bilingual>;

/**
 * JSON with sorted keys and no blanks, the same before and after a journey through JSON: what
 * `JSON.stringify` leaves out is left out (after RFC 8785).
 */
export const canonicalJson = (value: unknown): string => {
  if (!isObject(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalItem).join(",")}]`;
  let members = "";
  // Sorted by UTF-16 code units, as RFC 8785 says and `sort` does.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    members += `${members === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
};

const canonicalItem = (item: unknown): string =>
  item === undefined ? "null" : canonicalJson(item);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
