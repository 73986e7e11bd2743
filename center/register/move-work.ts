/**
 * What stands goes where it belongs: when a building, a home or a gateway turns out to be another
 * area's, its standing alarms, open cases and residents become that area's, who is told at once. They
 * would otherwise ring where nobody knows the door, and be refused to those who do.
 */
import { isWithin } from "#domain/rights.ts";
import { caseRows } from "../cases/case-rows.ts";
import { partCase } from "../cases/part-case.ts";
import { ringAll } from "../cases/ring-again.ts";
import { addEvents } from "../cases/timeline.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import { nameKey, placesOf, type DetectorName } from "./place-of.ts";

export interface Moved {
  readonly kind: "buildings" | "households" | "gateways";
  readonly id: string;
  /** Paths of the areas. */
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly nowMs: number;
}

/** In the transaction that changes the register, after it. */
export const moveWork = async (tx: Writing, moved: Moved): Promise<void> => {
  await moveResidents(tx, moved);
  const alarms = await alarmsLeaving(tx, moved);
  await moveAlarms(tx, alarms, await reportsOf(tx, moved), moved);
};

/**
 * The same for detectors that the register has just placed. Until then their alarms belonged to
 * their gateway's area, or to none.
 */
export const moveToPlaces = async (
  tx: Writing,
  devices: readonly DetectorName[],
  { by, nowMs }: Pick<Moved, "by" | "nowMs">,
): Promise<void> => {
  const placed = new Set(devices.map(nameKey));
  const standing: StandingAlarm[] = [];
  for (const gateways of inLists([...new Set(devices.map(({ gateway }) => gateway))])) {
    standing.push(...(await standingAlarms(tx).where("gateway", "in", gateways).execute()));
  }
  const theirs = standing.filter((alarm) => placed.has(nameKey(alarm)));
  const places = await placesOf(tx, theirs);
  const areaOf = (alarm: StandingAlarm): string => places.get(nameKey(alarm))?.area ?? "/";
  const strayed = theirs.filter((alarm) => areaOf(alarm) !== alarm.area_path);
  const ways = Map.groupBy(strayed, (alarm) => JSON.stringify([alarm.area_path, areaOf(alarm)]));
  for (const [first, ...others] of ways.values()) {
    if (first === undefined) continue;
    const episodes = [first, ...others].map(({ episode }) => episode);
    await moveAlarms(tx, episodes, [], { from: first.area_path, to: areaOf(first), by, nowMs });
  }
};

const moveAlarms = async (
  tx: Writing,
  alarms: readonly string[],
  reports: readonly string[],
  moved: Omit<Moved, "kind" | "id">,
): Promise<void> => {
  const { from, to, nowMs } = moved;
  for (const chunk of inLists(alarms)) {
    await tx.updateTable("alarms").set({ area_path: to }).where("episode", "in", chunk).execute();
  }
  const ids = [...(await casesOf(tx, alarms)), ...reports];
  const cases: CaseRow[] = [];
  for (const row of (await caseRows(tx, ids)).filter(({ area_path }) => area_path === from)) {
    // Several homes may be one case: those that stay keep it.
    if (!(await partCase(tx, row, to, nowMs))) cases.push(row);
  }
  for (const chunk of inLists(cases.map(({ id }) => id))) {
    await tx
      .updateTable("cases")
      .set((eb) => ({ area_path: to, version: eb("version", "+", 1) }))
      .where("id", "in", chunk)
      .execute();
  }
  const after = await caseRows(
    tx,
    cases.map(({ id }) => id),
  );
  await tell(tx, after, moved);
  await noteChanges(tx, [
    ...alarms.map((ref) => ({ kind: "alarm", ref }) as const),
    ...cases.map(({ id }) => ({ kind: "case", ref: id }) as const),
    // Their pages show what is no longer theirs, and would hear no more of it.
    ...(await whoLoses(tx, moved)).map((ref) => ({ kind: "rights", ref }) as const),
  ]);
  await ringAll(tx, after, Math.floor(nowMs));
};

/** Whoever works on a case there must be able to call them. */
const moveResidents = async (tx: Writing, { kind, id, from, to }: Moved): Promise<void> => {
  if (kind === "gateways") return;
  await tx
    .updateTable("people")
    .set((eb) => ({
      area: eb.selectFrom("areas").select("areas.id").where("path", "=", to),
      version: eb("version", "+", 1),
    }))
    .where("area", "=", (eb) => eb.selectFrom("areas").select("areas.id").where("path", "=", from))
    .where("household", "in", (eb) =>
      eb
        .selectFrom("households")
        .select("households.id")
        .where(kind === "buildings" ? "building" : "households.id", "=", id),
    )
    .execute();
};

interface StandingAlarm extends DetectorName {
  readonly episode: string;
  readonly area_path: string;
}

const standingAlarms = (tx: Writing) =>
  tx
    .selectFrom("alarms")
    .select(["episode", "gateway", "detector", "area_path"])
    .where((eb) => eb.or([eb("condition", "=", "active"), eb("on_desk", "=", 1)]));

/** Alarms on the desk that the register now places in the new area. */
const alarmsLeaving = async (
  tx: Writing,
  { kind, id, from, to }: Moved,
): Promise<readonly string[]> => {
  const rows = await standingAlarms(tx)
    .where("area_path", "=", from)
    .$if(kind === "gateways", (query) => query.where("gateway", "=", id))
    .execute();
  const places = await placesOf(tx, rows);
  return rows
    .filter((row) => {
      const place = places.get(nameKey(row));
      if (place?.area !== to) return false;
      return (
        kind === "gateways" || (kind === "buildings" ? place.building : place.household) === id
      );
    })
    .map(({ episode }) => episode);
};

const casesOf = async (tx: Writing, alarms: readonly string[]): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (const chunk of inLists(alarms)) {
    const rows = await tx
      .selectFrom("case_alarms")
      .innerJoin("cases", "cases.id", "case_alarms.case_id")
      .select("cases.id")
      .where("case_alarms.episode", "in", chunk)
      .where("cases.is_open", "=", 1)
      .execute();
    ids.push(...rows.map((row) => row.id));
  }
  return ids;
};

/** Open cases that no alarm began: reports of its homes, or what is told of the gateway itself. */
const reportsOf = async (tx: Writing, { kind, id }: Moved): Promise<readonly string[]> => {
  const open = tx.selectFrom("cases").select("id").where("is_open", "=", 1);
  const rows = await {
    gateways: open.where("home", "=", `gateway:${id}`),
    households: open.where("household", "=", id),
    buildings: open.where((eb) =>
      eb(
        "household",
        "in",
        eb.selectFrom("households").select("households.id").where("building", "=", id),
      ),
    ),
  }[kind].execute();
  return rows.map((row) => row.id);
};

const tell = (
  tx: Writing,
  cases: readonly CaseRow[],
  { from, to, by, nowMs }: Omit<Moved, "kind" | "id">,
): Promise<void> =>
  addEvents(
    tx,
    cases.map(({ id }) => ({
      caseId: id,
      atMs: nowMs,
      actor: by,
      action: "note",
      channel: "console",
      text: {
        zh: `台账更正,由 ${from} 转到 ${to}`,
        en: `the register was corrected: moved here from ${from}`,
      },
    })),
  );

/** Whose areas have the one and not the other. */
export const whoLoses = async (
  tx: Writing,
  { from, to }: Pick<Moved, "from" | "to">,
): Promise<readonly string[]> => {
  const rows = await tx.selectFrom("grants").select(["user_name", "area"]).execute();
  return rows
    .filter(({ area }) => isWithin(from, area) && !isWithin(to, area))
    .map((row) => row.user_name);
};
