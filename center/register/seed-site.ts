/**
 * What the site file knows, as the register's beginning: the street and its communities as areas,
 * gateways in them, detectors as installations to be completed. It only adds what has never been
 * there; what people have since written stays. See docs/decisions/0011-site-file-and-register.md.
 */
import type { Address } from "#domain/place.ts";
import { isName } from "#domain/ids.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Writing } from "../store/open-store.ts";
import { moveWork } from "./move-work.ts";

export interface SiteFacts {
  readonly street: { readonly id: string; readonly name: Bilingual };
  readonly gateways: readonly {
    readonly id: string;
    /** Absent: somewhere in the street. */
    readonly community?: Bilingual | undefined;
  }[];
  readonly detectors: readonly {
    readonly gateway: string;
    readonly id: string;
    readonly profile: string;
    readonly address?: Address | undefined;
  }[];
}

/** At every start. What a gateway told before it stood in the site file goes to its area from now on. */
export const seedSite = async (tx: Writing, site: SiteFacts, nowMs: number): Promise<void> => {
  const { street } = site;
  const streetArea = await ensureArea(tx, {
    id: street.id,
    kind: "street",
    parent: null,
    name: street.name,
  });
  const areaOfGateway = new Map<string, string>();
  const added: string[] = [];
  for (const { id, community } of site.gateways) {
    const area =
      community === undefined
        ? streetArea
        : await ensureArea(tx, {
            id: nameToId(community.zh, street.id),
            kind: "community",
            parent: streetArea,
            name: community,
          });
    const fresh = await tx
      .insertInto("gateway_areas")
      .values({ gateway: id, area, place: null })
      .onConflict((conflict) => conflict.column("gateway").doNothing())
      .returning("gateway")
      .executeTakeFirst();
    if (fresh !== undefined) added.push(id);
    areaOfGateway.set(id, area);
  }
  const known = await knownDetectors(tx);
  for (const detector of site.detectors) {
    if (known.has(JSON.stringify([detector.gateway, detector.id]))) continue;
    await seedDetector(tx, detector, areaOfGateway.get(detector.gateway) ?? streetArea);
  }
  for (const id of added) {
    const { path } = await tx
      .selectFrom("areas")
      .select("path")
      .where("id", "=", areaOfGateway.get(id) ?? streetArea)
      .executeTakeFirstOrThrow();
    await moveWork(tx, { kind: "gateways", id, from: "/", to: path, by: "center", nowMs });
  }
};

/** Also those taken down since: the site file does not hang them up again. */
const knownDetectors = async (tx: Writing): Promise<ReadonlySet<string>> => {
  const rows = await tx.selectFrom("installations").select(["gateway", "detector"]).execute();
  return new Set(rows.map(({ gateway, detector }) => JSON.stringify([gateway, detector])));
};

const seedDetector = async (
  tx: Writing,
  detector: SiteFacts["detectors"][number],
  area: string,
): Promise<void> => {
  const { id, address } = detector;
  const building = nameToId(`${area}.${address?.building ?? "楼栋待补"}`, `${area}.other`);
  await tx
    .insertInto("buildings")
    .values({ id: building, area, name: address?.building ?? "楼栋待补 building not yet known" })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  // The gateway's name for the detector is the best name the place has so far.
  const point = nameToId(`${detector.gateway}.${id}`, id);
  await tx
    .insertInto("points")
    .values({ id: point, building, household: null, place: address?.text ?? id })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  await tx
    .insertInto("installations")
    .values({
      id: `site:${detector.gateway}:${id}`,
      gateway: detector.gateway,
      detector: id,
      point,
      profile: detector.profile,
      installed_at_ms: 0,
      origin: "site-file",
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

/** The id of the area: an existing one is left as it is. */
const ensureArea = async (
  tx: Writing,
  area: {
    readonly id: string;
    readonly kind: "street" | "community";
    readonly parent: string | null;
    readonly name: Bilingual;
  },
): Promise<string> => {
  const above =
    area.parent === null
      ? undefined
      : await tx
          .selectFrom("areas")
          .select("path")
          .where("id", "=", area.parent)
          .executeTakeFirst();
  await tx
    .insertInto("areas")
    .values({
      id: area.id,
      kind: area.kind,
      parent: area.parent,
      path: `${above?.path ?? "/"}${area.id}/`,
      name_zh: area.name.zh,
      name_en: area.name.en,
    })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  return area.id;
};

/** People's words as a name: what a name cannot contain is left out. */
const nameToId = (text: string, otherwise: string): string => {
  const id = text.replaceAll(/[^\p{L}\p{N}._-]/gu, "").slice(0, 64);
  return isName(id) ? id : otherwise;
};
