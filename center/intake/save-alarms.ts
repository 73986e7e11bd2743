import { randomUUID } from "node:crypto";
import { asksForSignature, type AlarmNotice } from "#domain/alarm.ts";
import { takeAlarms } from "../cases/take-alarms.ts";
import { nameKey, placesOf, type DetectorName } from "../register/place-of.ts";
import { inChunks } from "../store/chunks.ts";
import { insertRows } from "../store/insert-rows.ts";
import type { Writing } from "../store/open-store.ts";
import type { AlarmRow } from "../store/tables.ts";
import { foldAlarm, heldBack, markDurable, type Alarm, type AlarmMemory } from "./fold-alarm.ts";
import type { TakenAlarm } from "./read-message.ts";
import type { News } from "./save-records.ts";

/** Folds what is new into alarms and tells their cases; answers the episodes changed. */
export const saveAlarms = async (
  tx: Writing,
  news: News<TakenAlarm>,
  nowMs: number,
): Promise<readonly string[]> => {
  const known = await knownAlarms(tx, [...news.fresh, ...news.nowDurable]);
  const changed = new Map<string, Alarm>();
  const before = (key: string): Alarm | undefined => known.byOwnName.get(key)?.alarm;

  for (const arrival of news.fresh) {
    const key = ownName(arrival);
    const alarm = changed.get(key) ?? before(key);
    const episode = alarm?.episode ?? centerEpisode(arrival, known.taken);
    changed.set(
      key,
      foldAlarm(
        alarm,
        { notice: arrival.value.data, durable: arrival.value.durable, late: arrival.value.late },
        { episode, gateway: arrival.gateway, nowMs },
      ),
    );
  }
  for (const arrival of news.nowDurable) {
    const key = ownName(arrival);
    const alarm = changed.get(key) ?? before(key);
    if (alarm !== undefined) changed.set(key, markDurable(alarm, arrival.value.data.event.id));
  }

  const places = await placesOf(
    tx,
    [...changed].flatMap(([key, alarm]) => (before(key) === undefined ? [nameOf(alarm)] : [])),
  );
  const rows = [...changed].map(([key, alarm]) =>
    alarmToRow(
      alarm,
      known.byOwnName.get(key)?.signed ?? false,
      places.get(nameKey(nameOf(alarm)))?.area ?? "/",
    ),
  );
  await writeAlarms(tx, rows);
  await takeAlarms(
    tx,
    [...changed].map(([key, alarm]) => ({ alarm, before: before(key) })),
    places,
    nowMs,
  );
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
      .innerJoin("case_alarms", "case_alarms.episode", "alarms.episode")
      .selectAll("alarms")
      .select("case_alarms.signed_at_ms")
      .where("alarms.gateway_episode", "in", chunk)
      .execute();
    for (const row of rows) {
      taken.add(row.episode);
      byOwnName.set(JSON.stringify([row.gateway, row.gateway_episode]), {
        alarm: rowToAlarm(row),
        signed: row.signed_at_ms !== null,
      });
    }
  }
  return { byOwnName, taken };
};

const writeAlarms = (tx: Writing, rows: readonly AlarmRow[]): Promise<void> =>
  insertRows(tx, "alarms", rows, (insert) =>
    insert.onConflict((conflict) =>
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
    ),
  );

const nameOf = ({ gateway, notice }: Alarm): DetectorName => ({
  gateway,
  detector: notice.event.detector,
});

const alarmToRow = (alarm: Alarm, signed: boolean, area: string): AlarmRow => ({
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
  // Kept as it was when the alarm was new: writing a known one leaves it alone.
  area_path: area,
});

/* Both columns are written above and nowhere else, from values of these types. */
/* oxlint-disable typescript/no-unsafe-type-assertion */
export const parseNotice = (json: string): AlarmNotice => JSON.parse(json) as AlarmNotice;
/** Alarms from before anything could be held back have all rung. */
export const parseMemory = (json: string): AlarmMemory =>
  ({ rang: true, ...JSON.parse(json) }) as AlarmMemory;
/* oxlint-enable typescript/no-unsafe-type-assertion */

export const rowToAlarm = (row: AlarmRow): Alarm => ({
  episode: row.episode,
  gateway: row.gateway,
  condition: row.condition === "returned" ? "returned" : "active",
  notice: parseNotice(row.notice),
  memory: parseMemory(row.memory),
  receivedAtMs: row.received_at_ms,
});
