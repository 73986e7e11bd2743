/**
 * What people read and see of a rehearsal, frozen in `test/recordings/frozen-rehearsal.txt`: three
 * recordings by three sets of rules, as timetable, data and picture.
 */
import { createHash } from "node:crypto";
import { seconds } from "#domain/quantity.ts";
import { limitSets } from "#rules/limits/sets.ts";
import { compare } from "#rules/rehearsal/compare.ts";
import { plotSvg } from "#rules/rehearsal/plot.ts";
import { findColumns } from "#rules/rehearsal/columns.ts";
import { readRecording } from "#rules/rehearsal/recording.ts";
import { rehearse, toInputs } from "#rules/rehearsal/rehearse.ts";
import { parseTable } from "#rules/rehearsal/table.ts";
import { differenceText, timetableJson, timetableText } from "#rules/rehearsal/timetable.ts";
import type { JudgeInput } from "#rules/step.ts";
import type { Script } from "./frozen-scripts.ts";

/** Second and level of each row; `undefined` is an empty cell. */
type Rows = readonly (readonly [number, number | undefined])[];

const recordings: readonly { readonly name: string; readonly head: string; readonly rows: Rows }[] =
  [
    {
      name: "a leak with a spike before and a gap after",
      head: "time_s,ch4 %LEL",
      rows: Array.from({ length: 240 }, (_, index) => {
        const second = index * 5;
        if (second === 100) return [second, 24] as const;
        if (second > 900 && second < 1_000) return [second, undefined] as const;
        return [second, second > 300 && second < 700 ? 9 + (second % 35) / 2 : 0.5] as const;
      }),
    },
    {
      name: "a blocked flue for six hours, then a window",
      head: "time_s,co ppm",
      rows: Array.from({ length: 480 }, (_, minute) => [
        minute * 60,
        minute < 360 ? 60 + (minute % 7) * 5 + (minute > 300 ? 250 : 0) : 3,
      ]),
    },
    {
      name: "nothing at all",
      head: "time_s,co mg/m3",
      rows: [
        [10, 0],
        [70, 1],
        [70, 1],
        [200, 0],
      ],
    },
  ];

const inputsOf = (head: string, rows: Rows): readonly JudgeInput[] => {
  const table = parseTable(
    `${head}\n${rows.map(([at, level]) => `${at},${level ?? ""}`).join("\n")}`,
  );
  if (!table.ok) throw new Error(table.error.en);
  const columns = findColumns(table.value.columns, {});
  if (!columns.ok) throw new Error(columns.error.en);
  const recording = readRecording(table.value, columns.value);
  if (!recording.ok) throw new Error(recording.error.en);
  return toInputs(recording.value.samples, "frozen.csv");
};

const hash = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);

export const rehearsalScripts: readonly Script[] = recordings.map(({ name, head, rows }) => ({
  name,
  run: () => {
    const inputs = inputsOf(head, rows);
    const played = limitSets.map((limits) =>
      rehearse(inputs, { limits, silenceAfter: seconds(180) }),
    );
    const [first] = played;
    if (first === undefined) throw new Error("no rules");
    return [
      ...played.flatMap((one) => [
        timetableText(one, "zh"),
        timetableText(one, "en"),
        `data ${hash(timetableJson(one))}, all ${hash(one)}`,
        ...(["zh", "en"] as const).flatMap((language) => [
          differenceText(compare(first, one), one.fromMs, language),
          differenceText(compare(one, first), one.fromMs, language),
        ]),
      ]),
      plotSvg(first, name),
      ...played.slice(1).map((one) => `picture ${hash(plotSvg(one, name))}`),
    ];
  },
}));
