import type { CheckedInput } from "#domain/case-input.ts";
import type { Bilingual } from "#domain/result.ts";
import { inLists } from "../store/chunks.ts";
import { takeNumbers } from "../store/counters.ts";
import { insertRows } from "../store/insert-rows.ts";
import type { Reading, Writing } from "../store/open-store.ts";
import type { CaseEventRow } from "../store/case-tables.ts";

/** One entry before it has its number; what is left out is empty. */
export interface NewEvent {
  readonly caseId: string;
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly channel: string;
  readonly step?: string;
  readonly from?: string;
  readonly to?: string;
  /** What a person gave as their reason. */
  readonly reason?: string;
  /** What the center says of it by itself. */
  readonly text?: Bilingual;
  readonly detail?: EventDetail;
}

/** What a person brought along, or what the center adds. */
export type EventDetail = Partial<CheckedInput> & {
  readonly episode?: string;
  readonly episodes?: readonly string[];
  readonly cases?: readonly string[];
  readonly priority?: number;
  readonly level?: string;
  readonly evidence?: readonly string[];
  readonly clock?: string;
  readonly text?: Bilingual;
};

/** Adds to the timelines, in order. An entry is never changed afterwards. */
export const addEvents = async (tx: Writing, events: readonly NewEvent[]): Promise<void> => {
  if (events.length === 0) return;
  const first = await takeNumbers(tx, "event", events.length);
  const rows = events.map((event, index): CaseEventRow => ({
    id: first + index,
    case_id: event.caseId,
    at_ms: Math.floor(event.atMs),
    actor: event.actor,
    action: event.action,
    step: event.step ?? null,
    from_state: event.from ?? null,
    to_state: event.to ?? null,
    // Who reads this column alone reads Chinese.
    reason: event.reason ?? event.text?.zh ?? null,
    channel: event.channel,
    detail: JSON.stringify({ ...event.detail, ...(event.text && { text: event.text }) }),
  }));
  await insertRows(tx, "case_events", rows);
};

export const eventsOf = (db: Reading, caseId: string): Promise<readonly CaseEventRow[]> =>
  db.selectFrom("case_events").selectAll().where("case_id", "=", caseId).orderBy("id").execute();

/** Timelines of many cases, each in its order. */
export const eventsOfMany = async (
  db: Reading,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, readonly CaseEventRow[]>> => {
  const rows: CaseEventRow[] = [];
  for (const list of inLists(caseIds)) {
    const found = await db
      .selectFrom("case_events")
      .selectAll()
      .where("case_id", "in", list)
      .orderBy("id")
      .execute();
    rows.push(...found);
  }
  return Map.groupBy(rows, ({ case_id }) => case_id);
};

// Written above and nowhere else, from values of this type.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const parseDetail = (json: string): EventDetail => JSON.parse(json) as EventDetail;
