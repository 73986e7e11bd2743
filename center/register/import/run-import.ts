/** An import: all of its rows or none, and taken back as a whole until its first alarm. */
import { createHash, randomUUID } from "node:crypto";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { ImportRow as ImportTableRow } from "../../store/import-tables.ts";
import type { Reading, Store, Writing } from "../../store/open-store.ts";
import type { Vault } from "../../vault/seal.ts";
import { conflict, note, type Change, type Refusal } from "../change-register.ts";
import { moveToPlaces } from "../move-work.ts";
import { checkRows, type Mistake } from "./check-rows.ts";
import { planImport, type ImportPlan } from "./plan-import.ts";
import { readFile } from "./read-file.ts";
import { readyPlan, writePlan, type ReadyPlan } from "./write-plan.ts";

/** Mistakes listed in a report; the count is of all. */
const mistakesListed = 1_000;

export interface ImportReport {
  /** Present: written, under this id. */
  readonly import?: string;
  readonly rows: number;
  readonly mistakeCount: number;
  readonly mistakes: readonly Mistake[];
  readonly notes: readonly Bilingual[];
  /** What was written, or would be. */
  readonly counts: Readonly<
    Record<"buildings" | "households" | "points" | "devices" | "completed" | "people", number>
  >;
}

const cellOf = ({ row, column }: Mistake): string => `${row} ${column ?? ""}`;

/**
 * Reads and checks a file, and writes it when it has no mistake and `dryRun` is not set. All but the
 * writing itself is outside the transaction, and on PostgreSQL alarms are written beside it; only
 * when somebody has written to the register in between, or at the same time, is it looked at again
 * with everybody else waiting.
 */
export const runImport = async (
  store: Store,
  change: Change,
  wish: {
    readonly file: Uint8Array;
    readonly name: string;
    readonly dryRun: boolean;
    readonly vault: Vault;
  },
): Promise<Result<ImportReport, Refusal>> => {
  const sheet = await readFile(wish.file);
  if (!sheet.ok) return err({ kind: "invalid", why: sheet.error });
  const checked = checkRows(sheet.value);
  const facts = { rows: checked.rows.length, notes: checked.notes };
  // Compared with the register as well, so that whoever mends the file hears everything at once.
  const unsound = new Set(checked.mistakes.map(({ row }) => row));
  const seen = await auditLength(store.db);
  const first = await planImport(store.db, wish.vault, change.actor, checked.rows, unsound);
  const told = new Set(checked.mistakes.map(cellOf));
  const mistakes = inOrder([
    ...checked.mistakes,
    // A cell that is wrong in itself says nothing to the register.
    ...first.mistakes.filter((one) => !told.has(cellOf(one))),
  ]);
  if (mistakes.length > 0 || wish.dryRun) return ok(reportOf(facts, first.plan, mistakes));

  const sha256 = createHash("sha256").update(wish.file).digest("hex");
  const batch: Batch = {
    import: randomUUID(),
    nowMs: change.nowMs,
    vault: wish.vault,
    row: {
      file_name: wish.name.slice(0, 200),
      file_sha256: sha256,
      rows: facts.rows,
      created_by: change.actor.name,
    },
  };
  const ready = await readyPlan(batch, first.plan);
  const done = ok({ import: batch.import, ...reportOf(facts, first.plan, []) });
  if (store.kind === "postgres" && (await writeAlone(store, change, { batch, ready, seen }))) {
    return done;
  }
  return store.write(async (tx) => {
    const before = await standingImport(tx, sha256);
    if (before !== undefined) {
      return err(
        conflict(
          `这个文件已由 ${before.created_by} 导入过(批次 ${before.id})`,
          `${before.created_by} has imported this file already (${before.id})`,
        ),
      );
    }
    // Somebody may have written in between: what counts is what is true inside the transaction.
    const again = await isRegisterChanged(tx, seen);
    const { plan, mistakes } = again
      ? await planImport(tx, wish.vault, change.actor, checked.rows)
      : first;
    if (mistakes.length > 0) return ok(reportOf(facts, plan, mistakes));
    await insertImport(tx, batch, plan.area);
    const writing = again ? await readyPlan(batch, plan) : ready;
    await writePlan(tx, store.kind, writing);
    await moveStanding(tx, change, writing);
    await noteImport(tx, change, batch);
    return ok({ import: batch.import, ...reportOf(facts, plan, []) });
  });
};

interface Batch {
  readonly import: string;
  readonly nowMs: number;
  readonly vault: Vault;
  readonly row: Pick<ImportTableRow, "file_name" | "file_sha256" | "rows" | "created_by">;
}

/** What stands at its detectors goes where they hang; with the writers' lock, as all that pages show. */
const moveStanding = (tx: Writing, change: Change, { devices }: ReadyPlan): Promise<void> =>
  moveToPlaces(tx, devices, { by: change.actor.name, nowMs: change.nowMs });

/**
 * Writes beside everybody else, and looks at the end whether the register is still as it was when
 * the import was planned. Answers whether that went well: if not nothing is kept, and whoever was
 * faster (the same file from another desk, an edit of the same home) is found on the sure way.
 */
const writeAlone = async (
  store: Store,
  change: Change,
  {
    batch,
    ready,
    seen,
  }: { readonly batch: Batch; readonly ready: ReadyPlan; readonly seen: number },
): Promise<boolean> => {
  try {
    await store.writeBeside(
      async (tx) => {
        if ((await standingImport(tx, batch.row.file_sha256)) !== undefined) throw overtaken;
        await insertImport(tx, batch, ready.area);
        await writePlan(tx, store.kind, ready);
      },
      async (tx) => {
        // Also another import of this file has left its note.
        if (await isRegisterChanged(tx, seen)) throw overtaken;
        await moveStanding(tx, change, ready);
        await noteImport(tx, change, batch);
      },
    );
    return true;
  } catch {
    return false; // a database that fails will say so on the sure way
  }
};

const overtaken = new Error("the register is not as the import was planned for");

/** The import of this very file that has not been taken back. */
const standingImport = (tx: Writing, sha256: string) =>
  tx
    .selectFrom("imports")
    .select(["id", "created_by"])
    .where("file_sha256", "=", sha256)
    .where("undone_at_ms", "is", null)
    .executeTakeFirst();

const insertImport = async (tx: Writing, batch: Batch, area: string): Promise<void> => {
  await tx
    .insertInto("imports")
    .values({
      id: batch.import,
      ...batch.row,
      area_path: area,
      created_at_ms: Math.floor(batch.nowMs),
      undone_by: null,
      undone_at_ms: null,
    })
    .execute();
};

/** In the audit chain, by which others see that the register has changed. */
const noteImport = (tx: Writing, change: Change, batch: Batch): Promise<void> => {
  const { file_name: file, file_sha256: sha256, rows } = batch.row;
  return note(tx, change, "import", batch.import, { file, sha256, rows });
};

const auditLength = async (db: Reading): Promise<number> => {
  const row = await db
    .selectFrom("counters")
    .select("value")
    .where("name", "=", "audit")
    .executeTakeFirst();
  return row?.value ?? 0;
};

/** What people do at desks all day long; anything else may have changed what an import stands on. */
const deskActions = ["login", "login-refused", "logout", "sign", "case", "page-read"];

/** Whoever changes the register leaves an audit row in the same transaction. */
const isRegisterChanged = async (tx: Writing, seen: number): Promise<boolean> => {
  const row = await tx
    .selectFrom("audit")
    .select("seq")
    .where("seq", ">", seen)
    .where("action", "not in", deskActions)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
};

const inOrder = (mistakes: readonly Mistake[]): readonly Mistake[] =>
  mistakes.toSorted((a, b) => a.row - b.row);

const reportOf = (
  facts: Pick<ImportReport, "rows" | "notes">,
  plan: ImportPlan,
  mistakes: readonly Mistake[],
): ImportReport => ({
  ...facts,
  mistakeCount: mistakes.length,
  mistakes: mistakes.slice(0, mistakesListed),
  counts: {
    buildings: plan.buildings.size,
    households: plan.households.size,
    points: plan.points.size,
    devices: plan.devices.filter(({ completes }) => completes === undefined).length,
    completed: plan.devices.filter(({ completes }) => completes !== undefined).length,
    people: plan.people.length,
  },
});
