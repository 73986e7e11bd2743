/** What a point has seen, whichever device hung there, and which devices are due. */
import { sql } from "kysely";
import type { EndedView } from "#domain/desk.ts";
import type { Actor } from "#domain/rights.ts";
import { endedOf } from "../desk/read-alarms.ts";
import type { Reading } from "../store/open-store.ts";
import { seenBy } from "./read-register.ts";

export interface PointAlarm {
  readonly episode: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly alarmClass: string;
  readonly priority: number;
  readonly condition: string;
  readonly ended?: EndedView;
  /** The installation that raised it. */
  readonly installation: string;
}

/** Alarms at a point, newest first, across swaps: each device's while it hung there. */
export const alarmsAtPoint = async (
  db: Reading,
  point: string,
  limit: number,
): Promise<readonly PointAlarm[]> => {
  const rows = await db
    .selectFrom("installations as i")
    .innerJoin("alarms", (join) =>
      join
        .onRef("alarms.gateway", "=", "i.gateway")
        .onRef("alarms.detector", "=", "i.detector")
        .onRef("alarms.first_at_ms", ">=", "i.installed_at_ms"),
    )
    .select([
      "alarms.episode",
      "alarms.first_at_ms as firstAtMs",
      "alarms.last_at_ms as lastAtMs",
      "alarms.alarm_class as alarmClass",
      "alarms.priority",
      "alarms.condition",
      "alarms.memory",
      "i.id as installation",
    ])
    .where("i.point", "=", point)
    .where((eb) =>
      eb.or([
        eb("i.removed_at_ms", "is", null),
        eb("alarms.first_at_ms", "<", eb.ref("i.removed_at_ms")),
      ]),
    )
    .orderBy("alarms.first_at_ms", "desc")
    .orderBy("alarms.episode")
    .limit(limit)
    .execute();
  return rows.map(({ memory, ...alarm }) => Object.assign(alarm, endedOf({ memory })));
};

/** A device that hangs somewhere now and whose service life ends. */
export interface DueDevice {
  readonly installation: string;
  readonly point: string;
  readonly address: string;
  readonly serial: string | null;
  readonly detector: string;
  readonly expiresAtMs: number;
}

/** Devices whose service life ends before `untilMs`, soonest first: the list for buying and visiting. */
export const dueDevices = async (
  db: Reading,
  actor: Actor,
  wish: { readonly untilMs: number; readonly limit: number },
): Promise<readonly DueDevice[]> => {
  const { rows } = await sql<DueDevice>`
    select i.id as installation, i.point, i.serial, i.detector, i.expires_at_ms as "expiresAtMs",
      coalesce(h.address, b.name || ' ' || p.place) as address
    from installations i
    join points p on p.id = i.point
    join buildings b on b.id = p.building
    join areas a on a.id = b.area
    left join households h on h.id = p.household
    where i.removed_at_ms is null and i.expires_at_ms < ${wish.untilMs} and ${seenBy(actor)}
    order by i.expires_at_ms, i.id limit ${wish.limit}`.execute(db);
  return rows;
};
