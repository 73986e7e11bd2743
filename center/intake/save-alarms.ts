import { randomUUID } from "node:crypto";
import { takeAlarms } from "../cases/take-alarms.ts";
import { isRealNow } from "../cases/tell-changes.ts";
import { nameKey, placesOf, type DetectorName } from "../register/place-of.ts";
import { inLists } from "../store/chunks.ts";
import { insertRows } from "../store/insert-rows.ts";
import type { Writing } from "../store/open-store.ts";
import type { AlarmRow } from "../store/tables.ts";
import { alarmToRow, ownName, rowToAlarm } from "./alarm-rows.ts";
import { foldAlarm, markDurable, type Alarm } from "./fold-alarm.ts";
import type { TakenAlarm } from "./read-message.ts";
import type { News } from "./save-records.ts";
import { followNames, signaturesOf, type KnownAlarm } from "./succeed-episode.ts";

/**
 * Folds what is new into alarms and tells their cases; answers the alarms changed. An alarm that
 * its gateway has forgotten goes on under its new name (`succeed-episode.ts`).
 */
export const saveAlarms = async (
  tx: Writing,
  news: News<TakenAlarm>,
  nowMs: number,
): Promise<readonly Alarm[]> => {
  const known = await knownAlarms(tx, [...news.fresh, ...news.nowDurable]);
  const changed = new Map<string, Alarm>();
  const before = (key: string): Alarm | undefined => known.byOwnName.get(key)?.alarm;
  const names = await followNames(tx, news.fresh, { changed, known: known.byOwnName });

  for (const arrival of news.fresh) {
    const key = ownName(arrival);
    if (await names.takes(arrival)) continue;
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
    if (names.isLeft(key)) continue;
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
      isSigned(alarm, known.byOwnName.get(key)),
      places.get(nameKey(nameOf(alarm)))?.area ?? "/",
    ),
  );
  await writeAlarms(tx, rows);
  await names.write();
  await takeAlarms(
    tx,
    [...changed].map(([key, alarm]) => ({ alarm, before: before(key) })),
    places,
    nowMs,
  );
  return [...changed.values()];
};

/** Who signed for a drill or a test has not signed for what it turned out to be. */
const isSigned = (alarm: Alarm, known: KnownAlarm | undefined): boolean =>
  known?.signed === true && !isRealNow({ alarm, before: known.alarm });

interface KnownAlarms {
  readonly byOwnName: Map<string, KnownAlarm>;
  /** The center's names that are in use. */
  readonly taken: Set<string>;
}

/** The center's name of a new episode: the gateway's own, unless another gateway already has it. */
const centerEpisode = (arrival: TakenAlarm, taken: Set<string>): string => {
  const own = arrival.value.data.event.episode;
  const name = taken.has(own) ? `${arrival.gateway}:${randomUUID()}` : own;
  taken.add(name);
  return name;
};

const knownAlarms = async (tx: Writing, arrivals: readonly TakenAlarm[]): Promise<KnownAlarms> => {
  const names = new Set(arrivals.map((one) => one.value.data.event.episode));
  const byOwnName = new Map<string, KnownAlarm>();
  const taken = new Set<string>();
  for (const chunk of inLists([...names])) {
    const rows = await tx
      .selectFrom("alarms")
      .selectAll()
      .where("gateway_episode", "in", chunk)
      .execute();
    const signed = await signaturesOf(tx, rows);
    for (const row of rows) {
      taken.add(row.episode);
      byOwnName.set(JSON.stringify([row.gateway, row.gateway_episode]), {
        alarm: rowToAlarm(row),
        signed: signed.has(row.episode),
      });
    }
    // The center keeps its own name of an alarm also after the gateway's has changed.
    const inUse = await tx
      .selectFrom("alarms")
      .select("episode")
      .where("episode", "in", chunk)
      .execute();
    for (const { episode } of inUse) taken.add(episode);
  }
  return { byOwnName, taken };
};

const writeAlarms = async (tx: Writing, rows: readonly AlarmRow[]): Promise<void> => {
  await insertRows(tx, "alarms", rows, (insert) =>
    insert.onConflict((conflict) =>
      conflict.column("episode").doUpdateSet((eb) => ({
        gateway_episode: eb.ref("excluded.gateway_episode"),
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
};

const nameOf = ({ gateway, notice }: Alarm): DetectorName => ({
  gateway,
  detector: notice.event.detector,
});
