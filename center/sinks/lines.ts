/** What the center holds, in the words of time-series databases: InfluxDB line protocol, nanoseconds. */
import { Point } from "@influxdata/influxdb-client";
import { hundredthsPerUnit } from "#domain/telemetry.ts";
import type { CaseEventRow, CaseRow } from "../store/case-tables.ts";
import type { AlarmRow } from "../store/tables.ts";
import type { TelemetryHourRow } from "../store/telemetry-tables.ts";
import { rollUpIn } from "../telemetry/columns.ts";
import { textToPositions } from "../telemetry/minutes-changed.ts";
import { textToMinutes } from "../telemetry/minutes.ts";
import type { RollUp } from "../telemetry/roll-up.ts";

const minuteMs = 60_000;

/**
 * The minutes of an hour that changed after a position, a point each; the same minute is the same
 * point however often it is sent. Where minutes were too old to be kept, the hour is a point.
 */
export const readingLines = (row: TelemetryHourRow, after: number): readonly string[] => {
  if (row.minutes === null) return [readingLine("reading_hour", row, row.hour_ms, rollUpIn(row))];
  const positions = textToPositions(row.minutes_changed, row.changed);
  return [...textToMinutes(row.minutes, row.hour_ms)]
    .filter(([atMs]) => (positions[(atMs - row.hour_ms) / minuteMs] ?? 0) > after)
    .map(([atMs, one]) => readingLine("reading", row, atMs, one));
};

const readingLine = (
  measurement: "reading" | "reading_hour",
  { gateway, detector, gas, mark }: TelemetryHourRow,
  atMs: number,
  { readings, lowest, highest, total, qualities }: RollUp,
): string => {
  const point = new Point(measurement)
    .tag("gateway", tagOf(gateway))
    .tag("detector", tagOf(detector))
    .tag("gas", gas)
    .tag("mark", mark)
    .tag("unit", gas === "co" ? "ppm" : "lel")
    .intField("count", readings)
    .timestamp(nanoseconds(atMs));
  if (lowest !== undefined) point.floatField("min", lowest / hundredthsPerUnit);
  if (highest !== undefined) point.floatField("max", highest / hundredthsPerUnit);
  if (readings > 0) point.floatField("mean", total / readings / hundredthsPerUnit);
  for (const [quality, count] of Object.entries(qualities)) {
    point.intField(`without_value_${quality.replaceAll("-", "_")}`, count);
  }
  return lineOf(point);
};

export type AlarmTags = Pick<AlarmRow, "episode" | "gateway" | "detector" | "priority">;

/** One entry of a case's timeline with what the case and its alarm are about. */
export type EventRow = CaseEventRow &
  Pick<CaseRow, "kind" | "area_path" | "priority" | "drill" | "test" | "gas"> & {
    readonly alarm: AlarmTags | undefined;
  };

/**
 * An annotation: what happened to an alarm or its case, at the moment the center wrote it down.
 * Names of people, addresses and what people wrote stay at the center: who reads the dashboard is
 * not known here. What may change later is no tag, so that a repeat is the same point.
 */
export const eventLine = (row: EventRow): string => {
  const { alarm } = row;
  const point = new Point("alarm_event")
    .tag("action", row.action)
    .tag("kind", row.kind)
    .tag("mark", row.drill === 1 ? "drill" : row.test === 1 ? "test" : "real")
    .stringField("case", row.case_id)
    .stringField("area", row.area_path)
    .intField("priority", alarm?.priority ?? row.priority)
    .intField("number", row.id)
    .timestamp(nanoseconds(row.at_ms, row.id));
  if (row.gas !== null) point.stringField("gas", row.gas);
  if (row.to_state !== null) point.stringField("state", row.to_state);
  if (alarm !== undefined) {
    point
      .tag("gateway", tagOf(alarm.gateway))
      .tag("detector", tagOf(alarm.detector))
      .stringField("episode", alarm.episode);
  }
  return lineOf(point);
};

/** `place` keeps apart what happened in one millisecond. */
const nanoseconds = (atMs: number, place = 0): string =>
  `${Math.floor(atMs)}${String(place % 1_000_000).padStart(6, "0")}`;

/** Line protocol has no way to write a backslash at the end of a tag: it would swallow the next one. */
const tagOf = (name: string): string => name.replaceAll("\\", "/");

const lineOf = (point: Point): string => {
  const line = point.toLineProtocol();
  if (line === undefined) throw new Error(`a point without fields: ${point.toString()}`);
  return line;
};
