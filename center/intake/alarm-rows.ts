/** Alarms as rows: what of them stands in which column. */
import { asksForSignature, type AlarmNotice } from "#domain/alarm.ts";
import type { AlarmRow } from "../store/tables.ts";
import { heldBack, type Alarm, type AlarmMemory } from "./fold-alarm.ts";
import type { TakenAlarm } from "./read-message.ts";

export const alarmToRow = (alarm: Alarm, signed: boolean, area: string): AlarmRow => ({
  episode: alarm.episode,
  gateway: alarm.gateway,
  gateway_episode: alarm.notice.event.episode,
  detector: alarm.notice.event.detector,
  condition: alarm.condition,
  alarm_class: alarm.notice.event.alarmClass,
  priority: alarm.notice.event.priority,
  on_desk: Number(alarm.condition === "active" || (!signed && asksForSignature(heldBack(alarm)))),
  ...timesOf(alarm),
  received_at_ms: alarm.receivedAtMs,
  late: Number(alarm.memory.first.late),
  durable: Number(alarm.memory.undurable.length === 0),
  memory: JSON.stringify(alarm.memory),
  notice: JSON.stringify(alarm.notice),
  // Kept as it was when the alarm was new: writing a known one leaves it alone.
  area_path: area,
});

/** As its gateway's clock dated it; `rebase-times.ts` puts it right. */
export const timesOf = ({ memory, notice }: Alarm) => ({
  first_at_ms: Math.round(memory.first.at.wallMs),
  last_at_ms: Math.round(notice.event.at.wallMs),
});

/* Both columns are written from {@link alarmToRow} and nowhere else, from values of these types. */
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

/** An episode is its gateway's: no gateway can touch another's alarm by using its name. */
export const ownName = (arrival: TakenAlarm): string =>
  JSON.stringify([arrival.gateway, arrival.value.data.event.episode]);
