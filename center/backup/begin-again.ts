/** What a center that goes on from a backup must not do a second time, or take for granted. */
import { audit } from "../store/audit.ts";
import type { Store } from "../store/open-store.ts";

/**
 * More cases, and more steps of one case, than a street has between two backups: numbers that were
 * given since are in people's heads, on paper, in other systems and on open pages. Canary's own choice.
 */
const skipped = { cases: 10_000, pages: 10_000, steps: 1_000 };

export interface GoneBack {
  /** When the backup was made, as its manifest says. */
  readonly madeAt: string;
  /** Who restores it, an account of the machine. */
  readonly by: string;
  readonly nowMs: number;
}

/**
 * To be called on restored data before anybody works with it: numbers of cases and pages, and versions
 * of what people sign for, are not given twice for different things; every session ends, because one
 * may have been ended since; the audit chain says that it was cut off here, and when.
 */
export const beginAgain = (store: Store, { madeAt, by, nowMs }: GoneBack): Promise<void> =>
  store.write(async (tx) => {
    for (const [name, count] of [
      ["case", skipped.cases],
      ["page", skipped.pages],
    ] as const) {
      await tx
        .updateTable("counters")
        .set((eb) => ({ value: eb("value", "+", count) }))
        .where("name", "=", name)
        .execute();
    }
    for (const table of ["cases", "case_alarms"] as const) {
      await tx
        .updateTable(table)
        .set((eb) => ({ version: eb("version", "+", skipped.steps) }))
        .execute();
    }
    await tx.updateTable("sessions").set({ revoked: 1 }).where("revoked", "=", 0).execute();
    await audit(tx, {
      atMs: nowMs,
      actor: by,
      action: "restore",
      source: "local",
      detail: { madeAt },
    });
  });
