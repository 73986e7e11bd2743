/** Plants what a request of the matrix is about, all in the community Xian. */
import type { Reading } from "../store/open-store.ts";
import { places } from "./plant-register.testing.ts";

/** Counts up with each thing: of two the later one is the newer one. */
export const numberOf = (name: string): number => Number(name.replaceAll(/\D/g, ""));

/** Of an import batch, whose names are of their own kind. */
export const uuidOf = (name: string): string =>
  `00000000-0000-4000-8000-${String(numberOf(name)).padStart(12, "0")}`;

/** Beyond what the center's own pages come to. */
export const pageOf = (name: string): number => 5_000_000 + numberOf(name);

type Plant = (db: Reading, name: string, caseId: string) => Promise<unknown>;

const area: Plant = (db, id) =>
  db
    .insertInto("areas")
    .values({
      id,
      kind: "grid",
      parent: "xian",
      path: `${places.xian}${id}/`,
      name_zh: id,
      name_en: id,
    })
    .execute();

const building: Plant = (db, id) =>
  db
    .insertInto("buildings")
    .values({ id, area: "xian", name: id, latitude: null, longitude: null })
    .execute();

const household: Plant = (db, id) => {
  const rooms = { riser: null, floor: null, room: null };
  return db
    .insertInto("households")
    .values({ id, building: "b-xian", address: id, ...rooms })
    .execute();
};

const point: Plant = (db, id) =>
  db
    .insertInto("points")
    .values({ id, building: "b-xian", household: null, place: "楼道" })
    .execute();

const gateway: Plant = async (db, id) => {
  const state = { heard_at_ms: 0, link: "up", drill: 0, pending: 0, faults: "[]" };
  await db
    .insertInto("gateways")
    .values({ id, ...state, boot: "", boot_mono_ms: 0, rules: null })
    .execute();
  await db.insertInto("gateway_areas").values({ gateway: id, area: "xian" }).execute();
};

/** A point with a device of the same name. */
const installation: Plant = async (db, id) => {
  await point(db, id, "");
  const device = { profile: null, serial: null, made_at_ms: null, origin: "hand" };
  const times = { warm_until_ms: null, calibrated_at_ms: null, expires_at_ms: 5_000 };
  const end = { removed_at_ms: null, removed_why: null, replaced_by: null };
  await db
    .insertInto("installations")
    .values({
      id,
      detector: id,
      gateway: "gw-xian",
      point: id,
      installed_at_ms: 0,
      ...device,
      ...times,
      ...end,
    })
    .execute();
};

const page: Plant = (db, name, caseId) =>
  db
    .insertInto("pages")
    .values({
      id: pageOf(name),
      case_id: caseId,
      clock: "sign",
      at_ms: numberOf(name),
      channel: "in-app",
      roles: " grid duty community_lead street_duty street_lead district tech ",
      area_path: places.xian,
      person: null,
      priority: 1,
      staged: 0,
      text_zh: name,
      text_en: name,
      state: "sent",
      tries: 1,
      error: null,
    })
    .execute();

const importBatch: Plant = (db, name) =>
  db
    .insertInto("imports")
    .values({
      id: uuidOf(name),
      file_name: name,
      file_sha256: name,
      area_path: places.xian,
      rows: 0,
      created_by: "test",
      created_at_ms: numberOf(name),
      undone_by: null,
      undone_at_ms: null,
    })
    .execute();

const source: Plant = (db, id) =>
  db
    .insertInto("intake_sources")
    .values({
      id,
      kind: "12345",
      name_zh: id,
      name_en: id,
      area_path: places.xian,
      key_number: 1,
      key_overlap_until_ms: 0,
      disabled_at_ms: null,
      created_by: "test",
      created_at_ms: 0,
    })
    .execute();

const residentLink: Plant = (db, id) =>
  db
    .insertInto("resident_links")
    .values({
      id,
      household: "h-xian",
      expires_at_ms: 9_000_000_000_000,
      created_by: "test",
      created_at_ms: numberOf(id),
      withdrawn_by: null,
      withdrawn_at_ms: null,
      replaced_by: null,
    })
    .execute();

/** The oldest stands first in the list: each is older than the one before. */
const waitingReport: Plant = (db, id) =>
  db
    .insertInto("intake_events")
    .values({
      source: "staff",
      id,
      body: JSON.stringify({ kind: "request", place: { address: "某处" } }),
      body_sha256: id,
      received_at_ms: 1_000_000 - numberOf(id),
      area_path: places.xian,
      state: "unplaced",
      reason_zh: "",
      reason_en: "",
      case_id: null,
      merged_into: null,
      settled_by: null,
    })
    .execute();

/** The first whose words stand in the route. */
const plants: readonly (readonly [string, Plant])[] = [
  ["/points/:id/install", point],
  ["/points/:id/retire", point],
  ["/points/:id/", installation],
  ["/installations", installation],
  ["/register/due", installation],
  ["/register/areas", area],
  ["/register/buildings", building],
  ["/register/households", household],
  ["/register/points", point],
  ["/register/gateways", gateway],
  ["/pages", page],
  ["/imports", importBatch],
  ["/intake/sources", source],
  ["/intake/resident-links", residentLink],
  ["/intake/quarantine", waitingReport],
];

export const plantThing = async (
  db: Reading,
  route: string,
  { name, caseId }: { readonly name: string; readonly caseId: string },
): Promise<void> => {
  const plant = plants.find(([words]) => route.includes(words))?.[1];
  await plant?.(db, name, caseId);
};
