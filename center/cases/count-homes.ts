import type { Reading } from "../store/open-store.ts";

/** Homes behind a gateway, or only those with a silent detector: households, else points, else detectors. */
export const countHomes = async (
  db: Reading,
  gateway: string,
  which: "all" | "silent",
): Promise<number> => {
  const heard = await db
    .selectFrom("detectors")
    .select("detector")
    .where("gateway", "=", gateway)
    .where("state", which === "silent" ? "=" : "!=", which === "silent" ? "unknown" : "removed")
    .execute();
  const registered = await db
    .selectFrom("installations")
    .innerJoin("points", "points.id", "installations.point")
    .select(["installations.detector", "points.id", "points.household"])
    .where("installations.gateway", "=", gateway)
    .where("installations.removed_at_ms", "is", null)
    .execute();
  const homes = new Map(
    registered.map(({ detector, id, household }) => [
      detector,
      household === null ? `point ${id}` : `household ${household}`,
    ]),
  );
  const names =
    which === "all"
      ? [...homes.keys(), ...heard.map(({ detector }) => detector)]
      : heard.map(({ detector }) => detector);
  return new Set(names.map((name) => homes.get(name) ?? `detector ${name}`)).size;
};
