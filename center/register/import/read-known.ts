/** What the register already knows about the things an import names, read in a few large questions. */
import type { Selectable } from "kysely";
import { inChunks } from "../../store/chunks.ts";
import type { Reading } from "../../store/open-store.ts";
import type { AreaRow, InstallationRow } from "../../store/register-tables.ts";
import { placeOf } from "../../vault/places.ts";
import type { Vault } from "../../vault/seal.ts";
import type { ImportRow } from "./check-rows.ts";
import type { ColumnKey } from "./columns.ts";

export type KnownArea = Pick<Selectable<AreaRow>, "id" | "kind" | "path" | "name_zh">;
export type KnownInstallation = Selectable<InstallationRow>;

export interface Known {
  readonly areas: readonly KnownArea[];
  /** Path of the area by gateway. */
  readonly gatewayAreas: ReadonlyMap<string, string>;
  /** Live ones' ids by JSON of (area, name). */
  readonly buildings: ReadonlyMap<string, string>;
  readonly buildingIds: ReadonlySet<string>;
  readonly households: ReadonlyMap<string, { readonly building: string; readonly address: string }>;
  readonly points: ReadonlyMap<
    string,
    {
      readonly building: string;
      readonly household: string | null;
      readonly retired: boolean;
      readonly detector?: string;
    }
  >;
  /** Live installations by JSON of (gateway, detector). */
  readonly detectors: ReadonlyMap<string, KnownInstallation>;
  /** Serials that may not hang anew: hanging now, or taken down for good. */
  readonly serials: ReadonlyMap<string, { readonly point: string; readonly live: boolean }>;
  /** JSON of (household, name, phone). */
  readonly people: ReadonlySet<string>;
}

export const readKnown = async (
  db: Reading,
  vault: Vault,
  rows: readonly ImportRow[],
): Promise<Known> => {
  const households = distinct(rows, "household");
  const buildings = await db
    .selectFrom("buildings")
    .select(["id", "area", "name", "retired_at_ms"])
    .execute();
  const installations = await everyOf(distinct(rows, "detector"), (chunk) =>
    db
      .selectFrom("installations")
      .selectAll()
      .where("detector", "in", chunk)
      .where("removed_at_ms", "is", null)
      .execute(),
  );
  const people = await everyOf(households, (chunk) =>
    db
      .selectFrom("people")
      .select(["id", "household", "name", "phone"])
      .where("household", "in", chunk)
      .execute(),
  );
  return {
    areas: await db
      .selectFrom("areas")
      .select(["id", "kind", "path", "name_zh"])
      .where("retired_at_ms", "is", null)
      .execute(),
    gatewayAreas: await readGatewayAreas(db),
    buildings: new Map(
      buildings
        .filter((one) => one.retired_at_ms === null)
        .map(({ id, area, name }) => [JSON.stringify([area, name]), id]),
    ),
    buildingIds: new Set(buildings.map(({ id }) => id)),
    households: await readHouseholds(db, households),
    points: await readPoints(db),
    detectors: new Map(
      installations.map((one) => [JSON.stringify([one.gateway, one.detector]), one]),
    ),
    serials: await readSerials(db, distinct(rows, "serial")),
    people: new Set(
      people.map(({ id, household, name, phone: kept }) => {
        const phone = kept === null ? undefined : vault.open(kept, placeOf.phone(id));
        return JSON.stringify([household, name, phone]);
      }),
    ),
  };
};

const readHouseholds = async (
  db: Reading,
  ids: readonly string[],
): Promise<Known["households"]> => {
  const rows = await everyOf(ids, (chunk) =>
    db
      .selectFrom("households")
      .select(["id", "building", "address"])
      .where("id", "in", chunk)
      .execute(),
  );
  return new Map(rows.map((row) => [row.id, row]));
};

const readGatewayAreas = async (db: Reading): Promise<ReadonlyMap<string, string>> => {
  const rows = await db
    .selectFrom("gateway_areas")
    .innerJoin("areas", "areas.id", "gateway_areas.area")
    .select(["gateway_areas.gateway", "areas.path"])
    .where("gateway_areas.retired_at_ms", "is", null)
    .execute();
  return new Map(rows.map(({ gateway, path }) => [gateway, path]));
};

/** All of them: most points of a file have no number yet, and one is made of what the row says. */
const readPoints = async (db: Reading): Promise<Known["points"]> => {
  const rows = await db
    .selectFrom("points")
    .leftJoin("installations", (join) =>
      join
        .onRef("installations.point", "=", "points.id")
        .on("installations.removed_at_ms", "is", null),
    )
    .select(["points.id", "points.building", "points.household", "points.retired_at_ms"])
    .select("installations.detector")
    .execute();
  return new Map(
    rows.map(({ id, building, household, retired_at_ms: retired, detector }) => [
      id,
      { building, household, retired: retired !== null, ...(detector !== null && { detector }) },
    ]),
  );
};

const readSerials = async (db: Reading, serials: readonly string[]): Promise<Known["serials"]> => {
  const rows = await everyOf(serials, (chunk) =>
    db
      .selectFrom("installations")
      .select(["serial", "point", "removed_at_ms", "removed_why"])
      .where("serial", "in", chunk)
      .execute(),
  );
  const taken = new Map<string, { readonly point: string; readonly live: boolean }>();
  for (const { serial, point, removed_at_ms: removed, removed_why: why } of rows) {
    if (serial === null || taken.get(serial)?.live === true) continue;
    if (removed === null || why !== "moved") taken.set(serial, { point, live: removed === null });
  }
  return taken;
};

const everyOf = async <Row>(
  names: readonly string[],
  read: (chunk: readonly string[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> => {
  const found: Row[] = [];
  for (const chunk of inChunks(names)) found.push(...(await read(chunk)));
  return found;
};

const distinct = (rows: readonly ImportRow[], key: ColumnKey): readonly string[] => [
  ...new Set(rows.flatMap(({ cells }) => cells[key] ?? [])),
];
