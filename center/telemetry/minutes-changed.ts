/**
 * Which minutes of an hour changed at which position of `telemetry_hours.changed`: whoever follows
 * the changes then passes on only the minutes that are news, not the hour again and again.
 */
import { Type, type Static } from "typebox";
import { compileOnUse } from "#domain/compile-on-use.ts";

/** Runs of `[first minute, position]`, each up to the next: the minutes of one block are one run. */
const RunsSchema = Type.Array(Type.Tuple([Type.Integer(), Type.Integer()]));
type Runs = Static<typeof RunsSchema>;
const compiled = compileOnUse(RunsSchema);

const minutesPerHour = 60;

/** Position at which each minute of the hour changed last; 0: there was nothing. */
export type MinutePositions = readonly number[];

/** `null`: from before this was kept; all of it changed at `changed`. */
export const textToPositions = (text: string | null, changed: number): MinutePositions => {
  if (text === null) return Array.from({ length: minutesPerHour }, () => changed);
  const runs: unknown = JSON.parse(text);
  if (!compiled().Check(runs)) throw new Error(`not the changes of an hour: ${text.slice(0, 80)}`);
  return Array.from(
    { length: minutesPerHour },
    (_, minute) => runs.findLast(([first]) => first <= minute)?.[1] ?? 0,
  );
};

export const positionsToText = (positions: MinutePositions): string =>
  JSON.stringify(
    positions.flatMap((position, minute): Runs =>
      position === (minute === 0 ? 0 : positions[minute - 1]) ? [] : [[minute, position]],
    ),
  );
