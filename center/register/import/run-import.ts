/** An import: all of its rows or none, and taken back as a whole until its first alarm. */
import { createHash, randomUUID } from "node:crypto";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Reading, Store, Writing } from "../../store/open-store.ts";
import type { Vault } from "../../vault/seal.ts";
import { conflict, note, type Change, type Refusal } from "../change-register.ts";
import { checkRows, type Mistake } from "./check-rows.ts";
import { planImport, type ImportPlan } from "./plan-import.ts";
import { readFile } from "./read-file.ts";
import { readyPlan, writePlan } from "./write-plan.ts";

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

/**
 * Reads and checks a file, and writes it when it has no mistake and `dryRun` is not set. All but the
 * writing itself is outside the transaction, so that alarms do not wait for it; only when somebody
 * has written to the register in between is it looked at again inside.
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
  // A row that is wrong in itself is not compared with the register as well.
  const wrong = new Set(checked.mistakes.map(({ row }) => row));
  const sound = checked.rows.filter(({ row }) => !wrong.has(row));
  const seen = await auditLength(store.db);
  const first = await planImport(store.db, wish.vault, change.actor, sound);
  const mistakes = inOrder([...checked.mistakes, ...first.mistakes]);
  if (mistakes.length > 0 || wish.dryRun) return ok(reportOf(facts, first.plan, mistakes));

  const sha256 = createHash("sha256").update(wish.file).digest("hex");
  const id = randomUUID();
  const batch = { import: id, nowMs: change.nowMs, vault: wish.vault };
  const ready = readyPlan(batch, first.plan);
  return store.write(async (tx) => {
    const before = await tx
      .selectFrom("imports")
      .select(["id", "created_by"])
      .where("file_sha256", "=", sha256)
      .where("undone_at_ms", "is", null)
      .executeTakeFirst();
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
    await tx
      .insertInto("imports")
      .values({
        id,
        file_name: wish.name.slice(0, 200),
        file_sha256: sha256,
        area_path: plan.area,
        rows: facts.rows,
        created_by: change.actor.name,
        created_at_ms: Math.floor(change.nowMs),
        undone_by: null,
        undone_at_ms: null,
      })
      .execute();
    await writePlan(tx, store.kind, again ? readyPlan(batch, plan) : ready);
    await note(tx, change, "import", id, {
      file: wish.name.slice(0, 200),
      sha256,
      rows: facts.rows,
    });
    return ok({ import: id, ...reportOf(facts, plan, []) });
  });
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
