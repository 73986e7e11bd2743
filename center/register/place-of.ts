import { inLists } from "../store/chunks.ts";
import type { Reading } from "../store/open-store.ts";

/** Where a detector hangs, as the register knows it. */
export interface RegisteredPlace {
  /** Path of the smallest area that is known: grid, else the gateway's community, else `/`. */
  readonly area: string;
  readonly point?: string;
  readonly building?: string;
  readonly household?: string;
}

/** A detector under its gateway's name for it. */
export interface DetectorName {
  readonly gateway: string;
  readonly detector: string;
}

export const nameKey = ({ gateway, detector }: DetectorName): string =>
  JSON.stringify([gateway, detector]);

/**
 * Places of detectors, by `nameKey`. One that nobody has registered belongs to its gateway's area,
 * and to everything when that is not known either: it is never nobody's.
 */
export const placesOf = async (
  db: Reading,
  names: readonly DetectorName[],
): Promise<ReadonlyMap<string, RegisteredPlace>> => {
  const areas = await gatewayAreas(db, [...new Set(names.map((one) => one.gateway))]);
  const places = new Map<string, RegisteredPlace>(
    names.map((one) => [nameKey(one), { area: areas.get(one.gateway) ?? "/" }]),
  );
  for (const chunk of inLists([...new Set(names.map((one) => one.detector))])) {
    const rows = await db
      .selectFrom("installations")
      .innerJoin("points", "points.id", "installations.point")
      .innerJoin("buildings", "buildings.id", "points.building")
      .innerJoin("areas", "areas.id", "buildings.area")
      .select([
        "installations.gateway",
        "installations.detector",
        "points.id as point",
        "points.building",
        "points.household",
        "areas.path",
      ])
      .where("installations.detector", "in", chunk)
      .where("installations.removed_at_ms", "is", null)
      .execute();
    for (const { gateway, detector, point, building, household, path } of rows) {
      const key = nameKey({ gateway, detector });
      if (!places.has(key)) continue;
      places.set(key, { area: path, point, building, ...(household !== null && { household }) });
    }
  }
  return places;
};

const gatewayAreas = async (
  db: Reading,
  gateways: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for (const chunk of inLists(gateways)) {
    const rows = await db
      .selectFrom("gateway_areas")
      .innerJoin("areas", "areas.id", "gateway_areas.area")
      .select(["gateway_areas.gateway", "areas.path"])
      .where("gateway_areas.gateway", "in", chunk)
      .execute();
    for (const { gateway, path } of rows) found.set(gateway, path);
  }
  return found;
};
