/** Writes what an import planned, with a note of each thing, for taking it back. */
import { randomUUID } from "node:crypto";
import { inChunks } from "../../store/chunks.ts";
import type { ImportItemRow } from "../../store/import-tables.ts";
import type { Writing } from "../../store/open-store.ts";
import { dateToMs } from "./columns.ts";
import { type ImportPlan, type PlannedDevice } from "./plan-import.ts";

interface Batch {
  readonly import: string;
  readonly nowMs: number;
}

export const writePlan = async (tx: Writing, batch: Batch, plan: ImportPlan): Promise<void> => {
  const items: ImportItemRow[] = [];
  const note = (kind: string, ref: string, before: string | null = null): void => {
    items.push({ import: batch.import, kind, ref, before });
  };
  for (const chunk of inChunks([...plan.buildings])) {
    const rows = chunk.map(([id, { area, name }]) => ({ id, area, name }));
    await tx.insertInto("buildings").values(rows).execute();
    for (const { id } of rows) note("building", id);
  }
  for (const chunk of inChunks([...plan.households])) {
    const rows = chunk.map(([id, { cells, building }]) => ({
      id,
      building,
      riser: cells.riser ?? null,
      floor: cells.floor ?? null,
      room: cells.room ?? null,
      address: cells.address ?? "",
    }));
    await tx.insertInto("households").values(rows).execute();
    for (const { id } of rows) note("household", id);
  }
  for (const chunk of inChunks([...plan.points])) {
    const rows = chunk.map(([id, { cells, building }]) => ({
      id,
      building,
      household: cells.household ?? null,
      place: cells.place ?? "",
    }));
    await tx.insertInto("points").values(rows).execute();
    for (const { id } of rows) note("point", id);
  }
  await writeDevices(tx, batch, plan.devices, note);
  await writePeople(tx, plan.people, note);
  for (const chunk of inChunks(items)) await tx.insertInto("import_items").values(chunk).execute();
};

type Note = (kind: string, ref: string, before?: string) => void;

const writeDevices = async (
  tx: Writing,
  batch: Batch,
  devices: readonly PlannedDevice[],
  note: Note,
): Promise<void> => {
  const fresh = devices.filter(({ completes }) => completes === undefined);
  for (const chunk of inChunks(fresh)) {
    const rows = chunk.map(({ point, cells }) => ({
      id: randomUUID(),
      gateway: cells.gateway ?? "",
      detector: cells.detector ?? "",
      point,
      profile: cells.profile ?? null,
      serial: cells.serial ?? null,
      made_at_ms: dateToMs(cells.madeOn ?? "") ?? null,
      expires_at_ms: dateToMs(cells.expiresOn ?? "") ?? null,
      installed_at_ms: dateToMs(cells.installedOn ?? "") ?? Math.floor(batch.nowMs),
      origin: "import",
    }));
    await tx.insertInto("installations").values(rows).execute();
    for (const { id } of rows) note("installation", id);
  }
  for (const { point, cells, completes } of devices) {
    if (completes === undefined) continue;
    const { id, profile, made_at_ms, expires_at_ms, installed_at_ms } = completes;
    await tx
      .updateTable("installations")
      .set({
        point,
        profile: cells.profile ?? profile,
        serial: cells.serial ?? null,
        made_at_ms: dateToMs(cells.madeOn ?? "") ?? null,
        expires_at_ms: dateToMs(cells.expiresOn ?? "") ?? null,
        installed_at_ms: dateToMs(cells.installedOn ?? "") ?? installed_at_ms,
        version: 2,
      })
      .where("id", "=", id)
      .execute();
    note(
      "completed",
      id,
      JSON.stringify({
        point: completes.point,
        profile,
        serial: null,
        made_at_ms,
        expires_at_ms,
        installed_at_ms,
      }),
    );
  }
};

const writePeople = async (
  tx: Writing,
  people: ImportPlan["people"],
  note: Note,
): Promise<void> => {
  for (const chunk of inChunks(people)) {
    const rows = chunk.map(({ household, area, name, phone }) => ({
      id: randomUUID(),
      kind: "resident",
      name,
      phone,
      area,
      household,
      user_name: null,
      flags: "[]",
      erased_at_ms: null,
    }));
    await tx.insertInto("people").values(rows).execute();
    for (const { id } of rows) note("person", id);
  }
};
