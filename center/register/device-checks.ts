/** What must hold before a device is hung up, changed or taken down: the point, the version, the serial. */
import type { Selectable } from "kysely";
import { isWithin, type Role } from "#domain/rights.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { isServing } from "../rights/scoped.ts";
import type { Writing } from "../store/open-store.ts";
import type { InstallationRow } from "../store/register-tables.ts";
import { conflict, type Change, type Refusal } from "./change-register.ts";
import { readEntry, type Entry } from "./read-register.ts";

export type Installation = Selectable<InstallationRow>;

/** Roles that hang devices up and take them down. */
export const installers: readonly Role[] = [
  "admin",
  "tech",
  "street_lead",
  "street_duty",
  "community_lead",
];

/** A serial hangs in one place, and one that came down for good does not come back. */
export const isFreeSerial = async (tx: Writing, serial: string): Promise<Result<void, Refusal>> => {
  const before = await tx
    .selectFrom("installations")
    .select(["point", "removed_at_ms", "removed_why"])
    .where("serial", "=", serial)
    .orderBy("installed_at_ms", "desc")
    .execute();
  const taken = before.find((one) => one.removed_at_ms === null);
  if (taken !== undefined) {
    return err(
      conflict(
        `序列号 ${serial} 已装在点位 ${taken.point}`,
        `serial ${serial} hangs at point ${taken.point} already`,
      ),
    );
  }
  const gone = before.find((one) => one.removed_why !== "moved");
  return gone === undefined
    ? ok(undefined)
    : err(
        conflict(
          `序列号 ${serial} 已报废(${gone.removed_why ?? ""}),不能再装`,
          `serial ${serial} was retired (${gone.removed_why ?? ""}) and may not hang again`,
        ),
      );
};

export const pointForWork = async (
  tx: Writing,
  change: Change,
  id: string,
): Promise<Result<Entry, Refusal>> => {
  const point = await readEntry(tx, change.actor, "points", id);
  if (point === undefined || point.retiredAtMs !== undefined) return err({ kind: "unknown" });
  const able = change.actor.grants.some(
    ({ role, area }) => installers.includes(role) && isWithin(point.areaPath, area),
  );
  if (able) return ok(point);
  return err({
    kind: "forbidden",
    why: {
      zh: "您没有在此安装、更换或拆除设备的权限,请联系技术员或社区负责人",
      en: "you may not install, swap or remove devices here; ask a technician or the community lead",
    },
  });
};

/** What a gateway hears is moved to where its devices hang: nobody takes it from another community. */
export const gatewayForWork = async (
  tx: Writing,
  { actor }: Change,
  gateway: string,
): Promise<Result<void, Refusal>> => {
  const registered = await tx
    .selectFrom("gateway_areas")
    .innerJoin("areas", "areas.id", "gateway_areas.area")
    .select("areas.path")
    .where("gateway_areas.gateway", "=", gateway)
    .executeTakeFirst();
  const areas = actor.grants.flatMap(({ role, area }) => (installers.includes(role) ? [area] : []));
  if (registered === undefined || isServing(registered.path, areas)) return ok(undefined);
  return err({
    kind: "forbidden",
    why: {
      zh: `网关 ${gateway} 不在您的辖区,请核对网关编号`,
      en: `gateway ${gateway} is not of your area; check its id`,
    },
  });
};

export const openInstallation = async (
  tx: Writing,
  change: Change,
  wish: { readonly id: string; readonly version: number },
): Promise<Result<Installation, Refusal>> => {
  const current = await tx
    .selectFrom("installations")
    .selectAll()
    .where("id", "=", wish.id)
    .executeTakeFirst();
  if (current === undefined) return err({ kind: "unknown" });
  const point = await pointForWork(tx, change, current.point);
  if (!point.ok) return point;
  if (current.removed_at_ms !== null) {
    return err(conflict("该设备已拆除", "the device has been taken down already"));
  }
  return current.version === wish.version
    ? ok(current)
    : err({ kind: "changed", current: current.version });
};

export const hangingAt = (tx: Writing, point: string): Promise<Installation | undefined> =>
  tx
    .selectFrom("installations")
    .selectAll()
    .where("point", "=", point)
    .where("removed_at_ms", "is", null)
    .executeTakeFirst();

export const reread = async (tx: Writing, id: string): Promise<Result<Installation, Refusal>> => {
  const row = await tx
    .selectFrom("installations")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return ok(row);
};
