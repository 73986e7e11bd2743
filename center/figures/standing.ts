import { sql } from "kysely";
import { figureLimits, type Figures } from "#domain/figures.ts";
import type { Reading } from "../store/open-store.ts";
import { placedAlarms } from "./alarm-facts.ts";
import { breathe } from "../store/in-time.ts";
import type { Scope } from "./case-facts.ts";
import { placeIn } from "./noise.ts";

const listedMax = 100;

/**
 * Alarms that at some moment of the period had stood for more than 24 hours, the longest first:
 * also those that began before it, also those over since. Drills and tests are not there.
 */
export const standingAlarms = async (
  db: Reading,
  { period, areas, within }: Scope,
  nowMs: number,
): Promise<Figures["standing"]> => {
  const longMs = figureLimits.standingMs.value;
  const untilMs = Math.min(nowMs, period.untilMs);
  const lasting = placedAlarms(db, areas, within)
    .where("cases.drill", "=", 0)
    .where("alarms.first_at_ms", "<", untilMs - longMs);
  const columns = [
    "alarms.episode",
    "alarms.gateway",
    "alarms.detector",
    "alarms.alarm_class",
    "alarms.first_at_ms",
    "alarms.notice",
  ] as const;
  await breathe();
  const still = await lasting
    .select([...columns, sql<null>`null`.as("until_ms")])
    // What is active is on the desk: the index of the desk finds it.
    .where("alarms.on_desk", "=", 1)
    .where("alarms.condition", "=", "active")
    .execute();
  await breathe();
  const over = await lasting
    .select([...columns, "alarms.last_at_ms as until_ms"])
    .where("alarms.last_at_ms", ">", period.fromMs)
    // As the index `alarms_long` has it, with word and number written out.
    .where(sql<boolean>`alarms.condition = 'returned'`)
    .where(sql<boolean>`alarms.last_at_ms - alarms.first_at_ms > ${sql.lit(longMs)}`)
    .execute();
  await breathe();
  const lengthMs = (row: (typeof still | typeof over)[number]): number =>
    (row.until_ms ?? nowMs) - row.first_at_ms;
  const rows = [...still, ...over].sort(
    (a, b) => lengthMs(b) - lengthMs(a) || (a.episode < b.episode ? -1 : 1),
  );
  return {
    count: rows.length,
    alarms: rows.slice(0, listedMax).map((row) => ({
      gateway: row.gateway,
      detector: row.detector,
      place: placeIn(row.notice, row),
      episode: row.episode,
      alarmClass: row.alarm_class,
      sinceMs: row.first_at_ms,
      untilMs: row.until_ms,
    })),
  };
};
