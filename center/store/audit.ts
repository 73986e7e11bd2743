import { randomUUID } from "node:crypto";
import { hashAuditRow } from "./audit-hash.ts";
import { takeNumbers } from "./counters.ts";
import type { Writing } from "./open-store.ts";

/** Something a person did or tried to do, or looked at. No names and phones: ids only. */
export interface AuditEntry {
  readonly atMs: number;
  /** Account name, as given even when there is no such account. */
  readonly actor: string;
  /** In kebab case: `login`, `sign`, `person-reveal` … */
  readonly action: string;
  /** What it was done to: an episode, a case, a person's id; or empty. */
  readonly subject?: string;
  /** Path of the area of what it was done to; everything, when that is not known. */
  readonly area?: string;
  /** Address it came from. */
  readonly source: string;
  readonly detail?: Readonly<Record<string, string | number>>;
}

/**
 * Adds a link to the audit chain, in the transaction of what it tells of: both or neither. The
 * number comes from a counter inside that transaction, so that a missing one is a removed row; the
 * hash covers the row before, so that a changed one shows. `audit/verify.ts` reads it back.
 */
export const audit = async (tx: Writing, entry: AuditEntry): Promise<void> => {
  const seq = await takeNumbers(tx, "audit", 1);
  const before = await tx
    .selectFrom("audit")
    .select("hash")
    .where("seq", "=", seq - 1)
    .executeTakeFirst();
  const row = {
    seq,
    id: randomUUID(),
    at_ms: Math.floor(entry.atMs),
    actor: entry.actor,
    action: entry.action,
    subject: entry.subject ?? "",
    area: entry.area ?? "/",
    source: entry.source,
    detail: JSON.stringify(entry.detail ?? {}),
    // A row that somebody removed is for the verifier to tell; the work goes on.
    prev: before?.hash ?? "",
  };
  await tx
    .insertInto("audit")
    .values({ ...row, hash: hashAuditRow(row) })
    .execute();
};
