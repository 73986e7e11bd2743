/** The proof that nothing in the audit log was changed, removed or slipped in. */
import type { Bilingual } from "#domain/result.ts";
import { hashAuditRow } from "../store/audit-hash.ts";
import type { Reading } from "../store/open-store.ts";

/** Where the chain ended when somebody noted it: written down elsewhere, it holds the tail. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

export type AuditProof =
  | { readonly ok: true; readonly rows: number; readonly head: AuditHead }
  | {
      readonly ok: false;
      readonly kind: "missing" | "altered" | "unchained" | "unnumbered" | "rewritten";
      /** The first number that is not as it was; 0 for a row without one. */
      readonly seq: number;
      readonly text: Bilingual;
    };

const rowsAtOnce = 1_000;

/**
 * Walks the chain from its first row and answers the first that is missing or altered. A tail cut
 * off together with its counter leaves a chain that is whole but short: `noted`, a head written
 * down earlier, shows that.
 */
export const verifyAudit = async (db: Reading, noted?: AuditHead): Promise<AuditProof> => {
  let head: AuditHead = { seq: 0, hash: "" };
  for (;;) {
    const rows = await db
      .selectFrom("audit")
      .selectAll()
      .where("seq", ">", head.seq)
      .orderBy("seq")
      .limit(rowsAtOnce)
      .execute();
    for (const row of rows) {
      const due = head.seq + 1;
      if (row.seq !== due) return broken("missing", due);
      if (row.prev !== head.hash) return broken("unchained", due);
      if (hashAuditRow(row) !== row.hash) return broken("altered", due);
      if (noted?.seq === due && noted.hash !== row.hash) return broken("rewritten", due);
      head = { seq: due, hash: row.hash };
    }
    if (rows.length < rowsAtOnce) break;
  }
  if (head.seq < Math.max(await lastNumber(db), noted?.seq ?? 0)) {
    return broken("missing", head.seq + 1);
  }
  if (await hasUnnumbered(db)) return broken("unnumbered", 0);
  return { ok: true, rows: head.seq, head };
};

/** Where the chain ends now, to be written down elsewhere. */
export const auditHead = async (db: Reading): Promise<AuditHead> => {
  const last = await db
    .selectFrom("audit")
    .select(["seq", "hash"])
    .where("seq", "is not", null)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  return last ?? { seq: 0, hash: "" };
};

/** How many numbers were ever handed out. */
const lastNumber = async (db: Reading): Promise<number> => {
  const row = await db
    .selectFrom("counters")
    .select("value")
    .where("name", "=", "audit")
    .executeTakeFirst();
  return row?.value ?? 0;
};

const hasUnnumbered = async (db: Reading): Promise<boolean> =>
  (await db
    .selectFrom("audit")
    .select("id")
    .where((eb) => eb.or([eb("seq", "is", null), eb("seq", "<", 1)]))
    .executeTakeFirst()) !== undefined;

type Fault = Exclude<AuditProof, { ok: true }>["kind"];

const broken = (kind: Fault, seq: number): AuditProof => ({
  ok: false,
  kind,
  seq,
  text: explain[kind](seq),
});

const explain: Readonly<Record<Fault, (seq: number) => Bilingual>> = {
  missing: (seq) => ({
    zh: `审计日志缺第 ${seq} 条:有记录被删除。请保全数据库并与备份比对`,
    en: `row ${seq} of the audit log is missing: something was removed. Keep the database as it is and compare it with a backup`,
  }),
  altered: (seq) => ({
    zh: `审计日志第 ${seq} 条被改动。请保全数据库并与备份比对`,
    en: `row ${seq} of the audit log was altered. Keep the database as it is and compare it with a backup`,
  }),
  unchained: (seq) => ({
    zh: `审计日志第 ${seq} 条与前一条不相接:前一条或本条被替换。请保全数据库并与备份比对`,
    en: `row ${seq} of the audit log does not follow the one before: one of the two was replaced. Keep the database as it is and compare it with a backup`,
  }),
  unnumbered: () => ({
    zh: "审计日志中有不属于链条的记录:绕过程序写入。请保全数据库并查明来源",
    en: "the audit log holds a row outside the chain, not written by the program. Keep the database as it is and find out whence",
  }),
  rewritten: (seq) => ({
    zh: `审计日志第 ${seq} 条与此前记下的不同:整条链被重写。请保全数据库并与备份比对`,
    en: `row ${seq} of the audit log is not the one noted earlier: the chain was rewritten. Keep the database as it is and compare it with a backup`,
  }),
};
