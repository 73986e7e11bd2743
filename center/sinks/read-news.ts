/** What a sink has not been told yet, in the order in which it changed. */
import { parseDetail } from "../cases/timeline.ts";
import { inChunks } from "../store/chunks.ts";
import type { Reading } from "../store/open-store.ts";
import { eventLine, readingLines, type AlarmTags, type EventRow } from "./lines.ts";

/** How far one has come: both only grow. */
export interface Position {
  /** `telemetry_hours.changed` */
  readonly readings: number;
  /** `case_events.id` */
  readonly events: number;
}

export interface Batch {
  readonly lines: readonly string[];
  /** Whoever has all of `lines` has everything up to here. */
  readonly upTo: Position;
  /** There may be more behind it. */
  readonly full: boolean;
}

/** Points of one request at least, when there are as many (or 1 s; one by one is 200 times slower). */
export const linesWanted = 1_000;
/** Rows in one query: what is read at one go is all that an alarm may have to wait for. */
const hoursAtOnce = 8;
const eventsAtOnce = 200;

/** Events go first: there are few, and they are what somebody looks at a chart for. */
export const readNews = async (db: Reading, after: Position): Promise<Batch> => {
  const lines: string[] = [];
  let { readings, events } = after;
  for (let more = true; more && lines.length < linesWanted;) {
    const rows = await readEvents(db, events);
    for (const row of rows) lines.push(eventLine(row));
    events = rows.at(-1)?.id ?? events;
    more = rows.length === eventsAtOnce;
  }
  for (let more = true; more && lines.length < linesWanted;) {
    const rows = await readHours(db, readings);
    for (const row of rows) lines.push(...readingLines(row, after.readings));
    readings = rows.at(-1)?.changed ?? readings;
    more = rows.length === hoursAtOnce;
  }
  return { lines, upTo: { readings, events }, full: lines.length >= linesWanted };
};

const readHours = (db: Reading, after: number) =>
  db
    .selectFrom("telemetry_hours")
    .selectAll()
    .where("changed", ">", after)
    .orderBy("changed")
    .limit(hoursAtOnce)
    .execute();

const readEvents = async (db: Reading, after: number): Promise<readonly EventRow[]> => {
  const rows = await db
    .selectFrom("case_events")
    .innerJoin("cases", "cases.id", "case_events.case_id")
    .selectAll("case_events")
    .select(["cases.kind", "cases.area_path", "cases.priority", "cases.drill", "cases.test"])
    .select(["cases.gas", "cases.episode"])
    .where("case_events.id", ">", after)
    .orderBy("case_events.id")
    .limit(eventsAtOnce)
    .execute();
  const episodeOf = (row: (typeof rows)[number]): string =>
    parseDetail(row.detail).episode ?? row.episode ?? "";
  const alarms = await alarmsOf(db, rows.map(episodeOf));
  return rows.map((row) => Object.assign(row, { alarm: alarms.get(episodeOf(row)) }));
};

const alarmsOf = async (
  db: Reading,
  episodes: readonly string[],
): Promise<ReadonlyMap<string, AlarmTags>> => {
  const alarms = new Map<string, AlarmTags>();
  for (const chunk of inChunks([...new Set(episodes)])) {
    const rows = await db
      .selectFrom("alarms")
      .select(["episode", "gateway", "detector", "priority"])
      .where("episode", "in", chunk)
      .execute();
    for (const row of rows) alarms.set(row.episode, row);
  }
  return alarms;
};
