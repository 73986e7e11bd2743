import { alarmsInTime, inStretch, oldestFirst, type Stretch } from "../store/in-time.ts";
import type { Reading } from "../store/open-store.ts";
import { inScope } from "../rights/scoped.ts";
import type { Scope } from "./case-facts.ts";

/** What figures need to know of one alarm. Times are epoch ms. */
export interface AlarmFact {
  readonly episode: string;
  readonly gateway: string;
  readonly detector: string;
  readonly alarmClass: string;
  readonly priority: number;
  readonly area: string;
  /** Since when the condition stands, by the gateway's clock. */
  readonly firstAtMs: number;
  /** When the center had it and showed it. */
  readonly shownAtMs: number;
  /** It asked people for something. */
  readonly rang: boolean;
  readonly drill: boolean;
  /** Absent: nobody has signed for it. */
  readonly signedAtMs?: number;
  /** Signed at a board whose clock is not known to be right: dated by when the center had it. */
  readonly estimated: boolean;
}

/** Alarms shown in the period, drills too, tests not; also those whose cases were merged. */
export const alarmFacts = async function* (
  db: Reading,
  scope: Scope,
): AsyncGenerator<readonly AlarmFact[]> {
  const pages = oldestFirst(db, alarmsInTime, scope.period, (stretch) =>
    readAlarms(db, scope, stretch),
  );
  for await (const rows of pages) {
    yield rows.map(factOf);
  }
};

const readAlarms = (db: Reading, { areas, within }: Scope, stretch: Stretch) =>
  placedAlarms(db, areas, within)
    .select([
      "alarms.episode",
      "alarms.gateway",
      "alarms.detector",
      "alarms.alarm_class",
      "alarms.priority",
      "alarms.area_path",
      "alarms.first_at_ms",
      "alarms.received_at_ms",
      "case_alarms.rings",
      "case_alarms.signed_at_ms",
      "case_alarms.signed_estimated",
      "cases.drill",
    ])
    .where(inStretch(alarmsInTime, stretch))
    .orderBy("alarms.received_at_ms")
    .orderBy("alarms.episode")
    .execute();

type Row = Awaited<ReturnType<typeof readAlarms>>[number];

const factOf = (row: Row): AlarmFact => ({
  episode: row.episode,
  gateway: row.gateway,
  detector: row.detector,
  alarmClass: row.alarm_class,
  priority: row.priority,
  area: row.area_path,
  firstAtMs: row.first_at_ms,
  shownAtMs: row.received_at_ms,
  rang: row.rings === 1,
  drill: row.drill === 1,
  estimated: row.signed_estimated === 1,
  ...(row.signed_at_ms !== null && { signedAtMs: row.signed_at_ms }),
});

/**
 * Alarms of these areas with the case they came into first: that one knows whether it is a drill
 * or a test, wherever it has been merged to.
 */
export const placedAlarms = (db: Reading, areas: readonly string[], within: readonly string[]) =>
  db
    .selectFrom("alarms")
    .innerJoin("case_alarms", "case_alarms.episode", "alarms.episode")
    .innerJoin("cases", "cases.id", "case_alarms.own_case")
    .where("cases.test", "=", 0)
    .where("alarms.alarm_class", "!=", "test")
    .where(inScope("alarms.area_path", areas))
    .where(inScope("alarms.area_path", within));
