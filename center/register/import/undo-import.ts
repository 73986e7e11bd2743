/** Takes back a whole import, as long as nothing has come of it. */
import { sql } from "kysely";
import { err, ok, type Result } from "#domain/result.ts";
import { areasWith } from "../../rights/permissions.ts";
import { inScope } from "../../rights/scoped.ts";
import { inChunks } from "../../store/chunks.ts";
import type { Writing } from "../../store/open-store.ts";
import { conflict, note, type Change, type Refusal } from "../change-register.ts";
import { moveToPlaces } from "../move-work.ts";
import type { DetectorName } from "../place-of.ts";

/**
 * Refused from the first alarm of one of its detectors or the first case at one of its homes on, and
 * when somebody has changed or built on what it wrote: that would be lost with it.
 */
export const undoImport = async (
  tx: Writing,
  change: Change,
  id: string,
): Promise<Result<void, Refusal>> => {
  const batch = await tx
    .selectFrom("imports")
    .selectAll()
    .where("id", "=", id)
    .where(inScope("area_path", areasWith(change.actor, "register.write")))
    .executeTakeFirst();
  if (batch === undefined) return err({ kind: "unknown" });
  if (batch.undone_at_ms !== null) {
    return err(conflict("该批次已撤销", "this import has been taken back already"));
  }
  const alarm = await firstAlarm(tx, id, batch.created_at_ms);
  if (alarm !== undefined) {
    return err(
      conflict(
        `探测器 ${alarm} 在导入后已有报警,不能整批撤销;请逐条停用或换装`,
        `${alarm} has had an alarm since; the import can no longer be taken back, retire entries one by one`,
      ),
    );
  }
  const touched = await firstTouched(tx, id);
  if (touched !== undefined) {
    return err(
      conflict(
        `${touched} 在导入后已被修改或使用,不能整批撤销`,
        `${touched} has been changed or used since; the import can no longer be taken back`,
      ),
    );
  }
  const devices = await devicesOf(tx, id);
  await takeBack(tx, id);
  // What stood before the import went along with it, and goes back.
  await moveToPlaces(tx, devices, { by: change.actor.name, nowMs: change.nowMs });
  await tx
    .updateTable("imports")
    .set({ undone_by: change.actor.name, undone_at_ms: Math.floor(change.nowMs) })
    .where("id", "=", id)
    .execute();
  await note(tx, change, "import-undo", id, { file: batch.file_name, rows: batch.rows });
  return ok(undefined);
};

/** Detectors that the import has put somewhere. */
const devicesOf = (tx: Writing, id: string): Promise<readonly DetectorName[]> =>
  tx
    .selectFrom("import_items as item")
    .innerJoin("installations as i", "i.id", "item.ref")
    .select(["i.gateway", "i.detector"])
    .where("item.import", "=", id)
    .where("item.kind", "in", ["installation", "completed"])
    .execute();

const firstAlarm = async (
  tx: Writing,
  id: string,
  sinceMs: number,
): Promise<string | undefined> => {
  const row = await tx
    .selectFrom("import_items as item")
    .innerJoin("installations as i", "i.id", "item.ref")
    .innerJoin("alarms", (join) =>
      join.onRef("alarms.detector", "=", "i.detector").onRef("alarms.gateway", "=", "i.gateway"),
    )
    .select("i.detector")
    .where("item.import", "=", id)
    .where("alarms.received_at_ms", ">=", sinceMs)
    .executeTakeFirst();
  return row?.detector;
};

/** Rows of another table that hang on the item and are not of the same import. */
const other = (table: string, column: string, kinds: readonly string[]): string => {
  const list = kinds.map((kind) => `'${kind}'`).join(", ");
  return `exists (select 1 from ${table} t where t.${column} = i.ref and not exists (
    select 1 from import_items own
    where own.import = i.import and own.kind in (${list}) and own.ref = t.id))`;
};

/** An entry that was changed or retired since. */
const changed = (table: string): string =>
  `exists (select 1 from ${table} t
    where t.id = i.ref and (t.version > 1 or t.retired_at_ms is not null))`;

/** A device that was changed or taken down since. */
const changedDevice = (version: number): string =>
  `exists (select 1 from installations t
    where t.id = i.ref and (t.version > ${version} or t.removed_at_ms is not null))`;

const changedPerson = `exists (select 1 from people t
  where t.id = i.ref and (t.erased_at_ms is not null or t.version > 1))`;

/** Somebody has reported something from there: who lives there is asked for as long as it is kept. */
const reportedFrom = "exists (select 1 from cases t where t.household = i.ref)";

/** A link hangs at the door: what is reported by it has to find its home. */
const linked = `exists (select 1 from resident_links t
  where t.household = i.ref and t.withdrawn_at_ms is null)`;

/** What is no longer as the import wrote it, or carries something the import did not bring. */
const questions: readonly (readonly [kind: string, what: string])[] = [
  ["installation", changedDevice(1)],
  ["completed", changedDevice(2)],
  ["point", changed("points")],
  ["household", changed("households")],
  ["household", reportedFrom],
  ["household", linked],
  ["building", changed("buildings")],
  ["person", changedPerson],
  ["point", other("installations", "point", ["installation", "completed"])],
  ["household", other("points", "household", ["point"])],
  ["household", other("people", "household", ["person"])],
  ["building", other("households", "building", ["household"])],
  ["building", other("points", "building", ["point"])],
];

const firstTouched = async (tx: Writing, id: string): Promise<string | undefined> => {
  for (const [kind, what] of questions) {
    const { rows } = await sql<{ readonly ref: string }>`
      select i.ref from import_items i
      where i.import = ${id} and i.kind = ${kind} and ${sql.raw(what)} limit 1`.execute(tx);
    const [found] = rows;
    if (found !== undefined) return `${kind} ${found.ref}`;
  }
  return undefined;
};

const takeBack = async (tx: Writing, id: string): Promise<void> => {
  const items = await tx
    .selectFrom("import_items")
    .select(["kind", "ref", "before"])
    .where("import", "=", id)
    .execute();
  const refs = (kind: string) =>
    inChunks(items.flatMap((item) => (item.kind === kind ? [item.ref] : [])));
  for (const { kind, ref, before } of items) {
    if (kind !== "completed" || before === null) continue;
    await tx
      .updateTable("installations")
      .set({ ...parseBefore(before), version: 1 })
      .where("id", "=", ref)
      .execute();
  }
  for (const some of refs("person"))
    await tx.deleteFrom("people").where("id", "in", some).execute();
  for (const some of refs("installation")) {
    await tx.deleteFrom("installations").where("id", "in", some).execute();
  }
  for (const some of refs("point")) await tx.deleteFrom("points").where("id", "in", some).execute();
  for (const some of refs("household")) {
    await tx.deleteFrom("households").where("id", "in", some).execute();
  }
  for (const some of refs("building")) {
    await tx.deleteFrom("buildings").where("id", "in", some).execute();
  }
};

interface Before {
  readonly point: string;
  readonly profile: string | null;
  readonly serial: string | null;
  readonly made_at_ms: number | null;
  readonly expires_at_ms: number | null;
  readonly installed_at_ms: number;
}

// Written by write-plan.ts and nowhere else, from a value of this type.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const parseBefore = (json: string): Before => JSON.parse(json) as Before;
