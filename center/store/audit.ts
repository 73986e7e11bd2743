import { randomUUID } from "node:crypto";
import type { Reading } from "./open-store.ts";

/** Something a person did or tried to do. */
export interface AuditEntry {
  readonly atMs: number;
  /** Account name, as given even when there is no such account. */
  readonly actor: string;
  /** In kebab case: `login`, `sign`, `register-add` … */
  readonly action: string;
  /** What it was done to: an episode, or empty. */
  readonly subject?: string;
  /** Address it came from. */
  readonly source: string;
  readonly detail?: Readonly<Record<string, string | number>>;
}

export const audit = async (db: Reading, entry: AuditEntry): Promise<void> => {
  await db
    .insertInto("audit")
    .values({
      id: randomUUID(),
      at_ms: Math.floor(entry.atMs),
      actor: entry.actor,
      action: entry.action,
      subject: entry.subject ?? "",
      source: entry.source,
      detail: JSON.stringify(entry.detail ?? {}),
    })
    .execute();
};
