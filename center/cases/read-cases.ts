import type { CaseView } from "#domain/case-view.ts";
import type { Actor } from "#domain/rights.ts";
import { sql, type ExpressionBuilder } from "kysely";
import { areasWith } from "../rights/permissions.ts";
import { inScope } from "../rights/scoped.ts";
import { inLists } from "../store/chunks.ts";
import { casesInTime, inStretch, newestFirst, type Stretch } from "../store/in-time.ts";
import type { Reading } from "../store/open-store.ts";
import type { CaseRow } from "../store/case-tables.ts";
import type { Tables } from "../store/tables.ts";
import { rowToCase } from "./case-rows.ts";

/** What somebody looks for among cases. */
export interface CaseFilter {
  readonly state?: string;
  readonly open?: boolean;
  readonly priority?: number;
  readonly level?: string;
  /** Path: the area and everything below it. */
  readonly area?: string;
  readonly household?: string;
  readonly drill?: boolean;
  readonly assignee?: string;
}

/** Where a page of cases ended: newest first. */
export interface CaseCursor {
  readonly createdAtMs: number;
  readonly id: string;
}

/** Cases in somebody's areas, newest first. */
export const casePage = async (
  db: Reading,
  actor: Actor,
  page: {
    readonly filter: CaseFilter;
    readonly after?: CaseCursor;
    readonly limit: number;
  },
): Promise<{ readonly items: readonly CaseView[]; readonly next?: CaseCursor }> => {
  const { filter, after, limit } = page;
  const before = after === undefined ? undefined : { atMs: after.createdAtMs, name: after.id };
  const read = (stretch: Stretch, most: number) =>
    db
      .selectFrom("cases")
      .selectAll()
      .where(inScope("cases.area_path", areasWith(actor, "cases.read")))
      .where((eb) => eb.and(conditions(eb, filter)))
      .where(inStretch(casesInTime, stretch))
      .orderBy("created_at_ms", "desc")
      .orderBy("id", "desc")
      .limit(most)
      .execute();
  const rows = hasIndex(filter)
    ? await read(before === undefined ? {} : { before }, limit + 1)
    : await newestFirst(db, casesInTime, { before, limit: limit + 1 }, read);
  const items = await toViews(db, rows.slice(0, limit));
  const last = items.at(-1);
  return rows.length > limit && last !== undefined
    ? { items, next: { createdAtMs: last.createdAtMs, id: last.id } }
    : { items };
};

/** Few cases are open, and few are one household's: an index names them, whoever asks. */
const hasIndex = ({ open, household }: CaseFilter): boolean =>
  open === true || household !== undefined;

const conditions = (eb: ExpressionBuilder<Tables, "cases">, filter: CaseFilter) => [
  ...(filter.state === undefined ? [] : [eb("state", "=", filter.state)]),
  ...openOrNot(eb, filter.open),
  ...(filter.priority === undefined ? [] : [eb("priority", "=", filter.priority)]),
  ...(filter.level === undefined ? [] : [eb("level", "=", filter.level)]),
  ...(filter.household === undefined ? [] : [eb("household", "=", filter.household)]),
  ...(filter.drill === undefined ? [] : [eb("drill", "=", Number(filter.drill))]),
  ...(filter.assignee === undefined ? [] : [eb("assignee", "=", filter.assignee)]),
  ...(filter.area === undefined ? [] : [inScope("cases.area_path", [filter.area])]),
];

/**
 * "Not open" is asked so that no index answers: SQLite, which counts no rows, would take nearly all
 * of them by the index of the few and sort them.
 */
const openOrNot = (eb: ExpressionBuilder<Tables, "cases">, open: boolean | undefined) =>
  open === undefined ? [] : [open ? eb("is_open", "=", 1) : eb("is_open", "!=", 1)];

/** The named cases; unknown names are left out. */
export const casesNamed = async (
  db: Reading,
  ids: readonly string[],
): Promise<readonly CaseView[]> => {
  const views: CaseView[] = [];
  for (const chunk of inLists(ids)) {
    const rows = await db.selectFrom("cases").selectAll().where("id", "in", chunk).execute();
    views.push(...(await toViews(db, rows)));
  }
  return views;
};

interface Counts {
  readonly alarms: number;
  readonly unsigned: number;
  readonly active: number;
}

export const toViews = async (db: Reading, rows: readonly CaseRow[]): Promise<CaseView[]> => {
  const counts = new Map<string, Counts>();
  const next = new Map<string, number>();
  for (const chunk of inLists(rows.map(({ id }) => id))) {
    const counted = await db
      .selectFrom("case_alarms")
      .innerJoin("alarms", "alarms.episode", "case_alarms.episode")
      .select("case_alarms.case_id")
      .select((eb) => [
        eb.fn.countAll<number>().as("alarms"),
        sql<number>`cast(sum(case when case_alarms.rings = 1
          and case_alarms.signed_at_ms is null then 1 else 0 end) as integer)`.as("unsigned"),
        sql<number>`cast(sum(case when alarms.condition = 'active'
          then 1 else 0 end) as integer)`.as("active"),
      ])
      .where("case_alarms.case_id", "in", chunk)
      .groupBy("case_alarms.case_id")
      .execute();
    for (const { case_id, ...numbers } of counted) counts.set(case_id, numbers);
    const timers = await db
      .selectFrom("timers")
      .select("case_id")
      .select((eb) => eb.fn.min<number>("due_at_ms").as("due"))
      .where("case_id", "in", chunk)
      .groupBy("case_id")
      .execute();
    for (const { case_id, due } of timers) next.set(case_id, due);
  }
  return rows.map((row) => rowToView(row, counts.get(row.id), next.get(row.id)));
};

const rowToView = (
  row: CaseRow,
  counts: Counts | undefined,
  nextClockAtMs: number | undefined,
): CaseView => {
  const { home: _home, roundAtMs: _roundAtMs, ...known } = rowToCase(row);
  return {
    ...known,
    place: row.place,
    ...(row.place_en !== null && { title: { zh: row.place, en: row.place_en } }),
    alarms: counts?.alarms ?? 0,
    unsigned:
      counts === undefined
        ? Number(row.signed_at_ms === null && row.plan > 0)
        : Math.max(counts.unsigned, Number(row.unsigned_since_ms !== null)),
    active: counts?.active ?? 0,
    ...(row.report !== null && { report: row.report }),
    ...(row.gas !== null && { gas: row.gas }),
    ...(row.household !== null && { household: row.household }),
    ...(nextClockAtMs !== undefined && { nextClockAtMs }),
  };
};
