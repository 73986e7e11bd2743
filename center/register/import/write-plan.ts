/**
 * Writes what an import planned, with a note of each thing, for taking it back. While it is written
 * alarms wait for the writers' lock: everything that can be is made ready before, and what is left
 * is one statement for thousands of rows.
 */
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { breathe } from "../../store/in-time.ts";
import type { ImportItemRow } from "../../store/import-tables.ts";
import type { Store, Writing } from "../../store/open-store.ts";
import { placeOf } from "../../vault/places.ts";
import type { Vault } from "../../vault/seal.ts";
import type { DetectorName } from "../place-of.ts";
import { dateToMs } from "./columns.ts";
import type { KnownInstallation } from "./read-known.ts";
import type { ImportPlan, PlannedDevice } from "./plan-import.ts";

interface Batch {
  /** Phones are written sealed. */
  readonly vault: Vault;
  readonly import: string;
  readonly nowMs: number;
}

/** Rows of one table as JSON texts, some thousands in each. */
interface ReadyRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly texts: readonly string[];
}

/** What only waits to be written. */
export interface ReadyPlan {
  /** Path of the smallest area that holds all of it. */
  readonly area: string;
  readonly inserts: readonly ReadyRows[];
  readonly completed: readonly Completion[];
  /** Detectors that have a place from now on. */
  readonly devices: readonly DetectorName[];
}

interface Completion {
  readonly id: string;
  readonly version: number;
  readonly set: Readonly<
    Pick<
      KnownInstallation,
      "point" | "profile" | "serial" | "made_at_ms" | "expires_at_ms" | "installed_at_ms"
    >
  >;
}

/** Outside the lock: names for everything, rows and notes as the database takes them. */
export const readyPlan = async (batch: Batch, plan: ImportPlan): Promise<ReadyPlan> => {
  const items: ImportItemRow[] = [];
  const note = (kind: string, ref: string, before: string | null = null): void => {
    items.push({ import: batch.import, kind, ref, before });
  };
  const buildings = [...plan.buildings].map(([id, { area, name }]) => ({ id, area, name }));
  const households = [...plan.households].map(([id, { cells, building }]) => ({
    id,
    building,
    riser: cells.riser ?? null,
    floor: cells.floor ?? null,
    room: cells.room ?? null,
    address: cells.address ?? "",
  }));
  const points = [...plan.points].map(([id, { cells, building }]) => ({
    id,
    building,
    household: cells.household ?? null,
    place: cells.place ?? "",
  }));
  const installations = plan.devices.flatMap((device) =>
    device.completes === undefined ? [installationOf(device, batch)] : [],
  );
  const people: ReturnType<typeof personOf>[] = [];
  for (const [index, person] of plan.people.entries()) {
    // Sealing ten thousand names takes a second: alarms come in on this thread meanwhile.
    if (index % sealedAtOnce === 0) await breathe();
    people.push(personOf(person, batch.vault));
  }
  for (const { id } of buildings) note("building", id);
  for (const { id } of households) note("household", id);
  for (const { id } of points) note("point", id);
  for (const { id } of installations) note("installation", id);
  const completed = plan.devices.flatMap((device) => completionOf(device, note));
  for (const { id } of people) note("person", id);
  return {
    area: plan.area,
    inserts: [
      readyRows("buildings", buildings),
      readyRows("households", households),
      readyRows("points", points),
      readyRows("installations", installations),
      readyRows("people", people),
      readyRows("import_items", items),
    ],
    completed,
    devices: plan.devices.map(({ cells }) => ({
      gateway: cells.gateway ?? "",
      detector: cells.detector ?? "",
    })),
  };
};

export const writePlan = async (
  tx: Writing,
  kind: Store["kind"],
  { inserts, completed }: ReadyPlan,
): Promise<void> => {
  for (const { table, columns, texts } of inserts) {
    const names = sql.join(columns.map((name) => sql.ref(name)));
    for (const text of texts) {
      await (
        kind === "sqlite"
          ? sql`insert into ${sql.table(table)} (${names})
            select ${sql.join(columns.map((name) => sql`value ->> ${sql.lit(`$.${name}`)}`))}
            from json_each(${text})`
          : sql`insert into ${sql.table(table)} (${names})
            select ${names} from json_populate_recordset(null::${sql.table(table)}, ${text}::json)`
      ).execute(tx);
    }
  }
  for (const { id, version, set } of completed) {
    await tx
      .updateTable("installations")
      .set({ ...set, version })
      .where("id", "=", id)
      .execute();
  }
};

const sealedAtOnce = 200;

/** So many rows in one statement: long enough to be few, short enough to let others breathe. */
const rowsAtOnce = 2_000;

const readyRows = (table: string, rows: readonly object[]): ReadyRows => ({
  table,
  columns: Object.keys(rows[0] ?? {}),
  texts: Array.from({ length: Math.ceil(rows.length / rowsAtOnce) }, (_, index) =>
    JSON.stringify(rows.slice(index * rowsAtOnce, (index + 1) * rowsAtOnce)),
  ),
});

type Note = (kind: string, ref: string, before?: string) => void;

const installationOf = ({ point, cells }: PlannedDevice, { nowMs }: Batch) => ({
  id: randomUUID(),
  gateway: cells.gateway ?? "",
  detector: cells.detector ?? "",
  point,
  profile: cells.profile ?? null,
  serial: cells.serial ?? null,
  made_at_ms: dateToMs(cells.madeOn ?? "") ?? null,
  expires_at_ms: dateToMs(cells.expiresOn ?? "") ?? null,
  installed_at_ms: dateToMs(cells.installedOn ?? "") ?? Math.floor(nowMs),
  origin: "import",
});

const completionOf = (
  { point, cells, completes }: PlannedDevice,
  note: Note,
): readonly Completion[] => {
  if (completes === undefined) return [];
  const { id, profile, made_at_ms, expires_at_ms, installed_at_ms } = completes;
  const before = {
    point: completes.point,
    profile,
    serial: null,
    made_at_ms,
    expires_at_ms,
    installed_at_ms,
  };
  note("completed", id, JSON.stringify(before));
  return [
    {
      id,
      version: 2,
      set: {
        point,
        profile: cells.profile ?? profile,
        serial: cells.serial ?? null,
        made_at_ms: dateToMs(cells.madeOn ?? "") ?? null,
        expires_at_ms: dateToMs(cells.expiresOn ?? "") ?? null,
        installed_at_ms: dateToMs(cells.installedOn ?? "") ?? installed_at_ms,
      },
    },
  ];
};

const personOf = ({ household, area, name, phone }: ImportPlan["people"][number], vault: Vault) => {
  const id = randomUUID();
  return {
    id,
    kind: "resident",
    name,
    phone: phone === null ? null : vault.seal(phone, placeOf.phone(id)),
    area,
    household,
    user_name: null,
    flags: "[]",
    erased_at_ms: null,
  };
};
