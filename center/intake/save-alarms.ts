import { randomUUID } from "node:crypto";
import { asksForSignature, type AlarmNotice } from "#domain/alarm.ts";
import { nameKey, placesOf } from "../register/place-of.ts";
import { inChunks } from "../store/chunks.ts";
import { takeNumbers } from "../store/counters.ts";
import type { Writing } from "../store/open-store.ts";
import type { AlarmRow } from "../store/tables.ts";
import { foldAlarm, heldBack, markDurable, type Alarm, type AlarmMemory } from "./fold-alarm.ts";
import type { TakenAlarm } from "./read-message.ts";
import type { News } from "./save-records.ts";

/** Folds what is new into alarms, opens a case for each new one; answers the episodes changed. */
export const saveAlarms = async (
  tx: Writing,
  news: News<TakenAlarm>,
  nowMs: number,
): Promise<readonly string[]> => {
  const known = await knownAlarms(tx, [...news.fresh, ...news.nowDurable]);
  const changed = new Map<string, Alarm>();
  const opened: string[] = [];

  for (const arrival of news.fresh) {
    const key = ownName(arrival);
    const before = changed.get(key) ?? known.byOwnName.get(key)?.alarm;
    const episode = before?.episode ?? centerEpisode(arrival, known.taken);
    if (before === undefined) opened.push(episode);
    changed.set(
      key,
      foldAlarm(
        before,
        { notice: arrival.value.data, durable: arrival.value.durable, late: arrival.value.late },
        { episode, gateway: arrival.gateway, nowMs },
      ),
    );
  }
  for (const arrival of news.nowDurable) {
    const key = ownName(arrival);
    const before = changed.get(key) ?? known.byOwnName.get(key)?.alarm;
    if (before !== undefined) changed.set(key, markDurable(before, arrival.value.data.event.id));
  }

  const places = await placesOf(tx, [...changed.values()].map(detectorOf));
  const rows = [...changed].map(([key, alarm]) =>
    alarmToRow(alarm, {
      signed: known.byOwnName.get(key)?.signed ?? false,
      area: places.get(nameKey(detectorOf(alarm)))?.area ?? "/",
    }),
  );
  await writeAlarms(tx, rows);
  await openCases(tx, opened);
  return rows.map((row) => row.episode);
};

interface KnownAlarms {
  readonly byOwnName: ReadonlyMap<string, { readonly alarm: Alarm; readonly signed: boolean }>;
  /** The center's names that are in use. */
  readonly taken: Set<string>;
}

/** An episode is its gateway's: no gateway can touch another's alarm by using its name. */
const ownName = (arrival: TakenAlarm): string =>
  JSON.stringify([arrival.gateway, arrival.value.data.event.episode]);

/** The center's name of a new episode: the gateway's own, unless another gateway already has it. */
const centerEpisode = (arrival: TakenAlarm, taken: Set<string>): string => {
  const own = arrival.value.data.event.episode;
  const name = taken.has(own) ? `${arrival.gateway}:${randomUUID()}` : own;
  taken.add(name);
  return name;
};

const knownAlarms = async (tx: Writing, arrivals: readonly TakenAlarm[]): Promise<KnownAlarms> => {
  const names = new Set(arrivals.map((one) => one.value.data.event.episode));
  const byOwnName = new Map<string, { readonly alarm: Alarm; readonly signed: boolean }>();
  const taken = new Set<string>();
  for (const chunk of inChunks([...names])) {
    const rows = await tx
      .selectFrom("alarms")
      .innerJoin("cases", "cases.episode", "alarms.episode")
      .selectAll("alarms")
      .select("cases.state")
      .where("alarms.gateway_episode", "in", chunk)
      .execute();
    for (const row of rows) {
      taken.add(row.episode);
      byOwnName.set(JSON.stringify([row.gateway, row.gateway_episode]), {
        alarm: rowToAlarm(row),
        signed: row.state !== "reported",
      });
    }
  }
  return { byOwnName, taken };
};

const writeAlarms = async (tx: Writing, rows: readonly AlarmRow[]): Promise<void> => {
  for (const chunk of inChunks(rows)) {
    await tx
      .insertInto("alarms")
      .values(chunk)
      .onConflict((conflict) =>
        conflict.column("episode").doUpdateSet((eb) => ({
          condition: eb.ref("excluded.condition"),
          alarm_class: eb.ref("excluded.alarm_class"),
          priority: eb.ref("excluded.priority"),
          on_desk: eb.ref("excluded.on_desk"),
          first_at_ms: eb.ref("excluded.first_at_ms"),
          last_at_ms: eb.ref("excluded.last_at_ms"),
          late: eb.ref("excluded.late"),
          durable: eb.ref("excluded.durable"),
          memory: eb.ref("excluded.memory"),
          notice: eb.ref("excluded.notice"),
        })),
      )
      .execute();
  }
};

/** Every alarm is somebody's to see, also one whose beginning was lost on the way. */
const openCases = async (tx: Writing, episodes: readonly string[]): Promise<void> => {
  if (episodes.length === 0) return;
  const first = await takeNumbers(tx, "case", episodes.length);
  const rows = episodes.map((episode, index) => ({
    id: `AJ-${String(first + index).padStart(6, "0")}`,
    episode,
    state: "reported",
    version: 1,
    accepted_by: null,
    accepted_at_ms: null,
  }));
  for (const chunk of inChunks(rows)) {
    await tx.insertInto("cases").values(chunk).execute();
  }
};

const detectorOf = ({ gateway, notice }: Alarm) => ({ gateway, detector: notice.event.detector });

const alarmToRow = (
  alarm: Alarm,
  { signed, area }: { readonly signed: boolean; readonly area: string },
): AlarmRow => ({
  episode: alarm.episode,
  gateway: alarm.gateway,
  gateway_episode: alarm.notice.event.episode,
  detector: alarm.notice.event.detector,
  condition: alarm.condition,
  alarm_class: alarm.notice.event.alarmClass,
  priority: alarm.notice.event.priority,
  on_desk: Number(alarm.condition === "active" || (!signed && asksForSignature(heldBack(alarm)))),
  first_at_ms: Math.round(alarm.memory.first.at.wallMs),
  last_at_ms: Math.round(alarm.notice.event.at.wallMs),
  received_at_ms: alarm.receivedAtMs,
  late: Number(alarm.memory.first.late),
  durable: Number(alarm.memory.undurable.length === 0),
  memory: JSON.stringify(alarm.memory),
  notice: JSON.stringify(alarm.notice),
  area_path: area,
});

/* Both columns are written above and nowhere else, from values of these types. */
/* oxlint-disable typescript/no-unsafe-type-assertion */
export const parseNotice = (json: string): AlarmNotice => JSON.parse(json) as AlarmNotice;
/** Alarms from before anything could be held back have all rung. */
export const parseMemory = (json: string): AlarmMemory =>
  ({ rang: true, ...JSON.parse(json) }) as AlarmMemory;
/* oxlint-enable typescript/no-unsafe-type-assertion */

const rowToAlarm = (row: AlarmRow): Alarm => ({
  episode: row.episode,
  gateway: row.gateway,
  condition: row.condition === "returned" ? "returned" : "active",
  notice: parseNotice(row.notice),
  memory: parseMemory(row.memory),
  receivedAtMs: row.received_at_ms,
});
