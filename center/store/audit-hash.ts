import { createHash } from "node:crypto";
import type { AuditRow } from "./rights-tables.ts";

/** SHA-256 over everything a row says and the hash of the row before, hex. */
export const hashAuditRow = (row: Omit<AuditRow, "hash">): string =>
  createHash("sha256")
    .update(
      JSON.stringify([
        row.seq,
        row.id,
        row.at_ms,
        row.actor,
        row.action,
        row.subject,
        row.area,
        row.source,
        row.detail,
        row.prev,
      ]),
    )
    .digest("hex");
