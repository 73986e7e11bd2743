/** What an import would write, and every mistake that only the register can tell. */
import { createHash } from "node:crypto";
import { isName } from "#domain/ids.ts";
import { isWithin, type Actor } from "#domain/rights.ts";
import type { Bilingual } from "#domain/result.ts";
import { areasWith } from "../../rights/permissions.ts";
import type { Reading } from "../../store/open-store.ts";
import { at, type ImportRow, type Mistake } from "./check-rows.ts";
import type { ColumnKey } from "./columns.ts";
import type { Vault } from "../../vault/seal.ts";
import { readKnown, type Known, type KnownArea, type KnownInstallation } from "./read-known.ts";

export interface ImportPlan {
  /** Path of the smallest area that everything in it lies in. */
  readonly area: string;
  readonly buildings: ReadonlyMap<string, { readonly area: string; readonly name: string }>;
  readonly households: ReadonlyMap<string, ImportRow & { readonly building: string }>;
  readonly points: ReadonlyMap<string, ImportRow & { readonly building: string }>;
  readonly devices: readonly PlannedDevice[];
  readonly people: readonly PlannedPerson[];
}

export interface PlannedDevice {
  readonly point: string;
  readonly cells: ImportRow["cells"];
  /** The installation the site file made, when that is what the row completes. */
  readonly completes?: KnownInstallation;
}

export interface PlannedPerson {
  readonly household: string;
  readonly area: string;
  readonly name: string;
  readonly phone: string | null;
}

/** `unsound`: rows that are wrong in themselves; they are compared, and never planned. */
export const planImport = async (
  db: Reading,
  vault: Vault,
  actor: Actor,
  rows: readonly ImportRow[],
  unsound: ReadonlySet<number> = new Set(),
): Promise<{ readonly plan: ImportPlan; readonly mistakes: readonly Mistake[] }> => {
  const known = await readKnown(db, vault, rows);
  const able = areasWith(actor, "register.write");
  const plan = {
    buildings: new Map<string, { readonly area: string; readonly name: string }>(),
    households: new Map<string, ImportRow & { readonly building: string }>(),
    points: new Map<string, ImportRow & { readonly building: string }>(),
    devices: new Array<PlannedDevice>(),
    people: new Map<string, PlannedPerson>(),
  };
  const mistakes: Mistake[] = [];
  const paths = new Set<string>();
  for (const one of rows) {
    const before = mistakes.length;
    const wrong = (key: ColumnKey, text: Bilingual): void => {
      mistakes.push(at(one.row, key, text));
    };
    const area = areaOf(one, known, able, wrong);
    if (area === undefined) {
      checkDevice(one, known, able, wrong);
      continue;
    }
    const building = buildingOf(one, area, known, wrong);
    const point = pointOf(one, building.id);
    checkHousehold(one, building.id, known, wrong);
    const completes = checkDevice(one, known, able, wrong);
    checkPoint(one, { point, building: building.id }, plan.points, known, wrong);
    if (mistakes.length > before || unsound.has(one.row)) continue;
    paths.add(area.path);

    const { household, resident, phone } = one.cells;
    if (building.isNew) plan.buildings.set(building.id, { area: area.id, name: building.name });
    if (household !== undefined && !known.households.has(household)) {
      plan.households.set(household, { ...one, building: building.id });
    }
    if (!known.points.has(point)) plan.points.set(point, { ...one, building: building.id });
    plan.devices.push({ point, cells: one.cells, ...(completes && { completes }) });
    if (household !== undefined && resident !== undefined) {
      const person = { household, area: area.id, name: resident, phone: phone ?? null };
      const key = JSON.stringify([household, resident, phone]);
      if (!known.people.has(key)) plan.people.set(key, person);
    }
  }
  return {
    plan: { ...plan, area: commonArea([...paths]), people: [...plan.people.values()] },
    mistakes,
  };
};

const commonArea = (paths: readonly string[]): string => {
  const [first = "/", ...others] = paths;
  const parts = first.split("/").slice(1, -1);
  const starts = parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}/`);
  return starts.findLast((start) => others.every((path) => isWithin(path, start))) ?? "/";
};

type Wrong = (key: ColumnKey, text: Bilingual) => void;

/** The row's grid, else its community: live, and one the actor may write in. */
const areaOf = (
  { cells }: ImportRow,
  known: Known,
  able: readonly string[],
  wrong: Wrong,
): KnownArea | undefined => {
  const find = (wanted: string | undefined, kind: string, above?: KnownArea) =>
    known.areas.find(
      (area) =>
        area.kind === kind &&
        (area.id === wanted || area.name_zh === wanted) &&
        able.some((path) => isWithin(area.path, path)) &&
        (above === undefined || isWithin(area.path, above.path)),
    );
  const community = find(cells.community, "community");
  if (community === undefined) {
    wrong("community", {
      zh: `没有社区“${cells.community ?? ""}”,或不在您的辖区。请先登记社区`,
      en: `no community “${cells.community ?? ""}”, or not in your area; register it first`,
    });
    return;
  }
  if (cells.grid === undefined) return community;
  const grid = find(cells.grid, "grid", community);
  if (grid === undefined) {
    wrong("grid", {
      zh: `${community.name_zh}没有网格“${cells.grid}”,请先登记`,
      en: `${community.name_zh} has no grid “${cells.grid}”; register it first`,
    });
  }
  return grid;
};

const buildingOf = (
  { cells }: ImportRow,
  area: KnownArea,
  known: Known,
  wrong: Wrong,
): { readonly id: string; readonly name: string; readonly isNew: boolean } => {
  const name = cells.building ?? "";
  const there = known.buildings.get(JSON.stringify([area.id, name]));
  if (there !== undefined) return { id: there, name, isNew: false };
  const id = nameFrom([area.id, name]);
  if (known.buildingIds.has(id)) {
    wrong("building", {
      zh: `楼栋编号 ${id} 已被另一栋(或已停用的一栋)使用,请改用其登记名称`,
      en: `the building id ${id} is another building's, perhaps retired; use the name it is registered by`,
    });
  }
  return { id, name, isNew: true };
};

/** The point's own number, else the home and the place in it: a person can read it on a label. */
const pointOf = ({ cells }: ImportRow, building: string): string => {
  const { point, household, riser, floor, room, place } = cells;
  return (
    point ??
    (household === undefined
      ? nameFrom([building, riser, floor, room, place])
      : nameFrom([household, place]))
  );
};

const checkHousehold = (
  { cells }: ImportRow,
  building: string,
  known: Known,
  wrong: Wrong,
): void => {
  const there = cells.household === undefined ? undefined : known.households.get(cells.household);
  if (there === undefined || (there.building === building && there.address === cells.address)) {
    return;
  }
  // The address of a home elsewhere is for those who serve it: numbers can be guessed.
  const [zh, en] =
    there.building === building
      ? [`已登记为“${there.address}”`, `is registered as “${there.address}”`]
      : ["已登记在别的楼栋", "is registered in another building"];
  wrong("household", {
    zh: `户号 ${cells.household ?? ""} ${zh},与本行不同`,
    en: `household ${cells.household ?? ""} ${en}, not as in this row`,
  });
};

const checkPoint = (
  one: ImportRow,
  { point, building }: { readonly point: string; readonly building: string },
  planned: ImportPlan["points"],
  known: Known,
  wrong: Wrong,
): void => {
  const key = one.cells.point === undefined ? "place" : "point";
  const earlier = planned.get(point);
  if (earlier !== undefined) {
    wrong(key, {
      zh: `与第 ${earlier.row} 行是同一点位 ${point}`,
      en: `is the same point ${point} as row ${earlier.row}`,
    });
    return;
  }
  const there = known.points.get(point);
  if (there === undefined) return;
  const isThere = there.building === building && there.household === (one.cells.household ?? null);
  // Hung up elsewhere, its alarms would send people to the wrong door.
  if (there.retired || !isThere) {
    wrong(key, {
      zh: `点位 ${point} 已属于别处或已停用`,
      en: `the point ${point} belongs elsewhere or is retired`,
    });
  } else if (there.detector !== undefined) {
    wrong(key, {
      zh: `点位 ${point} 已装有 ${there.detector};更换请用“换装”`,
      en: `${there.detector} hangs at point ${point} already; swap it instead`,
    });
  }
};

/** Answers the site file's installation that this row completes. */
const checkDevice = (
  { cells }: ImportRow,
  known: Known,
  able: readonly string[],
  wrong: Wrong,
): KnownInstallation | undefined => {
  const { gateway = "", detector = "", serial } = cells;
  const area = known.gatewayAreas.get(gateway);
  if (area === undefined || !able.some((path) => isWithin(area, path) || isWithin(path, area))) {
    wrong("gateway", {
      zh: `没有登记网关 ${gateway}`,
      en: `there is no registered gateway ${gateway}`,
    });
  }
  const live = known.detectors.get(JSON.stringify([gateway, detector]));
  const untouched = live?.origin === "site-file" && live.version === 1 && live.serial === null;
  if (live !== undefined && !untouched) {
    wrong("detector", {
      zh: `已登记在点位 ${live.point}`,
      en: `is registered at point ${live.point} already`,
    });
  }
  const before = serial === undefined ? undefined : known.serials.get(serial);
  if (before !== undefined) {
    wrong("serial", {
      zh: before.live ? `已装在点位 ${before.point}` : `已报废,不能再装`,
      en: before.live
        ? `hangs at point ${before.point} already`
        : "was retired and may not hang again",
    });
  }
  return live !== undefined && untouched ? live : undefined;
};

/** A name of the parts; one that would not be a name, or too long, ends in a hash of all of it. */
const nameFrom = (parts: readonly (string | undefined)[]): string => {
  const whole = parts.filter((part) => part !== undefined && part !== "").join("-");
  if (isName(whole)) return whole;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 12);
  const start = whole.replaceAll(/[^\p{L}\p{N}._-]/gu, "").slice(0, 40);
  return isName(start) ? `${start}-${hash}` : `p-${hash}`;
};
