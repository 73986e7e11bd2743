/**
 * `canary replay <trace.csv | history.jsonl>`: what would these rules have done on that recording?
 * The same `step` as live. Exit codes: 0 done, 2 the recording or an option was refused.
 */
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { seconds } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { limitSets } from "#rules/limits/sets.ts";
import { compare } from "#rules/rehearsal/compare.ts";
import { parseHistory } from "#rules/rehearsal/history.ts";
import { plotSvg } from "#rules/rehearsal/plot.ts";
import { findColumns, readRecording } from "#rules/rehearsal/recording.ts";
import { rehearse, toInputs } from "#rules/rehearsal/rehearse.ts";
import { parseTable } from "#rules/rehearsal/table.ts";
import { differenceText, timetableJson, timetableText } from "#rules/rehearsal/timetable.ts";
import type { DetectorRules, JudgeInput } from "#rules/step.ts";

/** Where the output goes; the command line gives the console's streams. */
export interface Output {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
}

export const replayUsage = `canary replay <trace.csv | history.jsonl> [options]
  --rules <set>        ${limitSets.map((set) => set.id).join(", ")} (default: ${limitSets[0]?.id ?? ""})
  --compare <set>      a second set: alarms gained, lost, earlier, later
  --time <column>      the column with the time, when the header does not say it
  --column <column>    the column with the level
  --gas <gas>          co, methane, lpg, hydrogen, combustible-gas
  --unit <unit>        ppm, mg/m3, %LEL, %vol
  --silence <seconds>  silent for so long is an alarm (default 180)
  --svg <file>         also draw a picture
  --lang <zh|en>       language of the timetable (default zh)
  --json               the timetable as JSON`;

const options = {
  rules: { type: "string" },
  compare: { type: "string" },
  time: { type: "string" },
  column: { type: "string" },
  gas: { type: "string" },
  unit: { type: "string" },
  silence: { type: "string" },
  svg: { type: "string" },
  lang: { type: "string" },
  json: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parse>["values"];

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options, allowPositionals: true });

/** Runs the command; answers the exit code. */
export const runReplay = async (args: readonly string[], output: Output): Promise<number> => {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    output.complain(`${String(error)}\n${replayUsage}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const file = positionals[0];
  if (file === undefined) {
    output.complain(replayUsage);
    return 2;
  }
  const language = values.lang === "en" ? "en" : "zh";
  const result = await replay(file, values, output, language);
  if (result.ok) return 0;
  output.complain(result.error[language]);
  return 2;
};

const replay = async (
  file: string,
  values: Values,
  output: Output,
  language: "zh" | "en",
): Promise<Result<void, Bilingual>> => {
  const rules = rulesFor(values.rules ?? limitSets[0]?.id, values.silence);
  if (!rules.ok) return rules;
  const read = await readText(file);
  if (!read.ok) return read;
  const inputs = file.endsWith(".jsonl")
    ? parseHistory(read.value)
    : fromCsv(read.value, basename(file), values, output, language);
  if (!inputs.ok) return inputs;
  const rehearsal = rehearse(inputs.value, rules.value);
  if (values.svg !== undefined) {
    await writeFile(values.svg, plotSvg(rehearsal, basename(file)));
  }
  if (values.compare === undefined) {
    const text =
      values.json === true
        ? JSON.stringify(timetableJson(rehearsal))
        : timetableText(rehearsal, language);
    output.write(text);
    return ok(undefined);
  }
  const other = rulesFor(values.compare, values.silence);
  if (!other.ok) return other;
  const differences = compare(rehearsal, rehearse(inputs.value, other.value));
  output.write(
    values.json === true
      ? JSON.stringify({ rules: values.rules, compare: values.compare, differences })
      : differenceText(differences, rehearsal.fromMs, language),
  );
  return ok(undefined);
};

const rulesFor = (
  id: string | undefined,
  silence: string | undefined,
): Result<DetectorRules, Bilingual> => {
  const limits = limitSets.find((set) => set.id === id);
  const silentSeconds = Number(silence ?? "180");
  if (limits === undefined) {
    const known = limitSets.map((set) => set.id).join(", ");
    return err({
      zh: `没有规则集「${id ?? ""}」。可用:${known}。`,
      en: `There is no rule set "${id ?? ""}". Known: ${known}.`,
    });
  }
  if (!(silentSeconds > 0)) {
    return err({
      zh: `--silence 必须是大于 0 的秒数。`,
      en: `--silence must be a number of seconds above 0.`,
    });
  }
  return ok({ limits, silenceAfter: seconds(silentSeconds) });
};

const readText = async (file: string): Promise<Result<string, Bilingual>> => {
  try {
    return ok(await readFile(file, "utf8"));
  } catch (error) {
    return err({
      zh: `读不到文件 ${file}:${String(error)}`,
      en: `Cannot read ${file}: ${String(error)}`,
    });
  }
};

const fromCsv = (
  text: string,
  name: string,
  values: Values,
  output: Output,
  language: "zh" | "en",
): Result<readonly JudgeInput[], Bilingual> => {
  const table = parseTable(text);
  if (!table.ok) return table;
  const { time, column, gas, unit } = values;
  const columns = findColumns(table.value.columns, {
    ...(time === undefined ? {} : { time }),
    ...(column === undefined ? {} : { column }),
    ...(gas === undefined ? {} : { gas }),
    ...(unit === undefined ? {} : { unit }),
  });
  if (!columns.ok) return columns;
  const recording = readRecording(table.value, columns.value);
  if (!recording.ok) return recording;
  for (const warning of recording.value.warnings) output.complain(warning[language]);
  return ok(toInputs(recording.value.samples, name));
};
