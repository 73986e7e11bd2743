import { sql } from "kysely";
import { present } from "../cases/case-rows.ts";
import { inLists } from "../store/chunks.ts";
import { breathe, casesInTime, inStretch, oldestFirst, type Stretch } from "../store/in-time.ts";
import type { Reading } from "../store/open-store.ts";
import { inScope } from "../rights/scoped.ts";
import type { Period } from "./local-days.ts";

/** What figures need to know of one case. Times are epoch ms; absent: it has not come to that. */
export interface CaseFact {
  readonly id: string;
  readonly createdAtMs: number;
  readonly area: string;
  /** The most urgent it ever was: lowering it afterwards makes no figure better. */
  readonly priority: number;
  readonly source: string;
  readonly drill: boolean;
  readonly voided: boolean;
  readonly open: boolean;
  /** Begun by an alarm, not by somebody's report. */
  readonly byAlarm: boolean;
  readonly recurring: boolean;
  readonly signedAtMs?: number;
  /** When somebody was first sent, and first was there. */
  readonly dispatchedAtMs?: number;
  readonly arrivedAtMs?: number;
  /** When the work was last said to be done, and closed; absent again while it is done anew. */
  readonly handledAtMs?: number;
  readonly closedAtMs?: number;
  /** Absent until it is handled. */
  readonly conclusion?: string;
}

/** Whose figures: cases and alarms within all of these areas. */
export interface Scope {
  readonly period: Period;
  /** Where the asker may look. */
  readonly areas: readonly string[];
  /** Where they want to look. */
  readonly within: readonly string[];
}

/**
 * Cases created in the period that stand for themselves, drills too, tests not. One that was
 * merged lives on in its main case, whose figures count.
 */
export const caseFacts = async function* (
  db: Reading,
  scope: Scope,
): AsyncGenerator<readonly CaseFact[]> {
  const pages = oldestFirst(db, casesInTime, scope.period, (stretch) =>
    readCases(db, scope, stretch),
  );
  for await (const rows of pages) {
    const milestones = await milestonesOf(
      db,
      rows.map(({ id }) => id),
    );
    yield rows.map((row) => factOf(row, milestones.get(row.id)));
  }
};

const readCases = (db: Reading, { areas, within }: Scope, stretch: Stretch) =>
  db
    .selectFrom("cases")
    .select([
      "id",
      "episode",
      "source",
      "state",
      "peak_priority",
      "is_open",
      "drill",
      "area_path",
      "conclusion",
      "signed_at_ms",
      "recurrence_of",
      "created_at_ms",
    ])
    .where(inStretch(casesInTime, stretch))
    .where("merged_into", "is", null)
    .where("test", "=", 0)
    .where("kind", "!=", "test")
    .where(inScope("cases.area_path", areas))
    .where(inScope("cases.area_path", within))
    .execute();

type Row = Awaited<ReturnType<typeof readCases>>[number];

interface Milestones {
  readonly dispatched: number | null;
  readonly arrived: number | null;
  readonly handled: number | null;
  readonly closed: number | null;
}

/** From the timelines, which nobody can change: first sent, first there, last done, last closed. */
const milestonesOf = async (
  db: Reading,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Milestones>> => {
  const found = new Map<string, Milestones>();
  for (const chunk of inLists(ids)) {
    await breathe();
    const rows = await db
      .selectFrom("case_events")
      .select("case_id")
      .select([
        sql<number | null>`min(case when action in ('dispatch', 'auto_dispatch')
          then at_ms end)`.as("dispatched"),
        sql<number | null>`min(case when action = 'arrive' then at_ms end)`.as("arrived"),
        sql<number | null>`max(case when action in ('submit', 'remote_handle', 'self_handle')
          then at_ms end)`.as("handled"),
        sql<number | null>`max(case when action = 'close' then at_ms end)`.as("closed"),
      ])
      .where("case_id", "in", chunk)
      .groupBy("case_id")
      .execute();
    for (const { case_id, ...milestones } of rows) found.set(case_id, milestones);
  }
  return found;
};

const closedStates: ReadonlySet<string> = new Set(["closed", "archived"]);
const handledStates: ReadonlySet<string> = new Set(["handled", "verifying", ...closedStates]);

const factOf = (row: Row, milestones: Milestones | undefined): CaseFact => {
  const isHandled = handledStates.has(row.state);
  return {
    id: row.id,
    createdAtMs: row.created_at_ms,
    area: row.area_path,
    priority: row.peak_priority,
    source: row.source,
    drill: row.drill === 1,
    voided: row.state === "voided",
    open: row.is_open === 1,
    byAlarm: row.episode !== null,
    recurring: row.recurrence_of !== null,
    ...present({
      signedAtMs: row.signed_at_ms,
      dispatchedAtMs: milestones?.dispatched ?? null,
      arrivedAtMs: milestones?.arrived ?? null,
      handledAtMs: isHandled ? (milestones?.handled ?? null) : null,
      closedAtMs: closedStates.has(row.state) ? (milestones?.closed ?? null) : null,
      conclusion: isHandled ? row.conclusion : null,
    }),
  };
};
