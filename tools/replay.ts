/**
 * `canary replay <trace.csv | minutes.json | history.jsonl>`: what would these rules have done on that recording?
 * The same `step` as live. Exit codes: 0 done, 2 the recording or an option was refused.
 */
import { isUtf8 } from "node:buffer";
import { readFile, stat, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { seconds } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { checkGatewaySite } from "#gateway/site-checks.ts";
import { chooseLimits } from "#gateway/site-limits.ts";
import { readSiteFile } from "#platform/site-file/read.ts";
import type { LimitSet } from "#rules/limits/limit-set.ts";
import { limitSets } from "#rules/limits/sets.ts";
import { compare } from "#rules/rehearsal/compare.ts";
import { parseHistory } from "#rules/rehearsal/history.ts";
import { plotSvg } from "#rules/rehearsal/plot.ts";
import { findColumns } from "#rules/rehearsal/columns.ts";
import { parseMinutes } from "#rules/rehearsal/minutes.ts";
import { readRecording, type Recording } from "#rules/rehearsal/recording.ts";
import { rehearse, toInputs } from "#rules/rehearsal/rehearse.ts";
import { parseTable } from "#rules/rehearsal/table.ts";
import { differenceText, timetableJson, timetableText } from "#rules/rehearsal/timetable.ts";
import type { DetectorRules, JudgeInput } from "#rules/step.ts";

/** Where the output goes; the command line gives the console's streams. */
export interface Output {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
}

export const replayUsage = `canary replay <trace.csv | minutes.json | history.jsonl> [options]
  minutes.json is the center's answer to GET /api/v1/detectors/<gateway>/<detector>/history
  --rules <set>        ${limitSets.map((set) => set.id).join(", ")} (default: ${limitSets[0]?.id ?? ""}),
                       or a site file (.yaml): its set with its own numbers
  --compare <set>      a second one: alarms gained, lost, earlier, later
  --time <column>      the column with the time, when the header does not say it
  --time-unit <unit>   s, ms, iso (2026-11-22T03:14:07; without a zone Chengdu's)
  --column <column>    the one column with a level to read (default: every gas in the header)
  --gas <gas>          co, methane, lpg, hydrogen, combustible-gas
  --unit <unit>        ppm, mg/m3, %LEL, %vol
  --celsius <degrees>  reference temperature of mg/m3 (default 25)
  --missing=<words>    cells that mean "no value", such as --missing=-999,9999
  --silence <seconds>  silent for so long is an alarm (default 180)
  --svg <file>         also draw a picture
  --lang <zh|en>       language of the timetable (default zh)
  --json               the timetable as JSON`;

const options = {
  rules: { type: "string" },
  compare: { type: "string" },
  time: { type: "string" },
  "time-unit": { type: "string" },
  column: { type: "string" },
  gas: { type: "string" },
  unit: { type: "string" },
  celsius: { type: "string" },
  missing: { type: "string" },
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
  const { text: content, warning } = read.value;
  if (warning !== undefined) output.complain(warning[language]);
  const inputs = inputsIn(file, content, values, output, language);
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
      ? JSON.stringify({
          rules: rules.value.limits.id,
          compare: other.value.limits.id,
          differences,
        })
      : differenceText(differences, rehearsal.fromMs, language),
  );
  return ok(undefined);
};

const rulesFor = (
  id: string | undefined,
  silence: string | undefined,
): Result<DetectorRules, Bilingual> => {
  const limits = /\.ya?ml$/i.test(id ?? "") ? limitsOfSite(id ?? "") : setNamed(id);
  if (!limits.ok) return limits;
  const silentSeconds = Number(silence ?? "180");
  if (!(silentSeconds > 0)) {
    return err({
      zh: `--silence 必须是大于 0 的秒数。`,
      en: `--silence must be a number of seconds above 0.`,
    });
  }
  return ok({ limits: limits.value, silenceAfter: seconds(silentSeconds) });
};

const setNamed = (id: string | undefined): Result<LimitSet, Bilingual> => {
  const limits = limitSets.find((set) => set.id === id);
  if (limits !== undefined) return ok(limits);
  const known = limitSets.map((set) => set.id).join(", ");
  return err({
    zh: `没有规则集「${id ?? ""}」。可用:${known},或站点文件(.yaml)。`,
    en: `There is no rule set "${id ?? ""}". Known: ${known}, or a site file (.yaml).`,
  });
};

/** The very limits that a gateway would judge by with this site file. */
const limitsOfSite = (file: string): Result<LimitSet, Bilingual> => {
  const site = readSiteFile(file, [checkGatewaySite]);
  const limits = site.ok ? chooseLimits(site.value) : site;
  if (limits.ok) return limits;
  const mistakes = limits.error.map(({ text }) => text);
  return err({
    zh: `站点文件 ${file} 不能用:${mistakes.map(({ zh }) => zh).join(";")}`,
    en: `The site file ${file} cannot be used: ${mistakes.map(({ en }) => en).join("; ")}`,
  });
};

/** Three weeks of two gases every second; 50 MB took 3.4 GB of memory. */
const bytesMax = 32 * 1_024 ** 2;

const tooLarge = (bytes: number): Bilingual => {
  const [megabytes, most] = [bytes, bytesMax].map((size) => Math.ceil(size / 1_024 ** 2));
  return {
    zh: `文件有 ${megabytes} MB,至多 ${most} MB。请按天或按周分成几个文件,逐个演练。`,
    en: `The file has ${megabytes} MB; ${most} MB is the most. Split it by days or weeks and rehearse each.`,
  };
};

interface Text {
  readonly text: string;
  readonly warning?: Bilingual;
}

const readText = async (file: string): Promise<Result<Text, Bilingual>> => {
  try {
    const { size } = await stat(file);
    if (size > bytesMax) return err(tooLarge(size));
    return ok(decode(await readFile(file)));
  } catch (error) {
    return err({
      zh: `读不到文件 ${file}:${String(error)}`,
      en: `Cannot read ${file}: ${String(error)}`,
    });
  }
};

/** UTF-8, UTF-16 with its mark, or what a Chinese spreadsheet saves as CSV: GBK, said aloud. */
const decode = (bytes: Uint8Array): Text => {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return { text: new TextDecoder("utf-16le").decode(bytes) };
  if (first === 0xfe && second === 0xff) return { text: new TextDecoder("utf-16be").decode(bytes) };
  if (isUtf8(bytes)) return { text: new TextDecoder().decode(bytes) };
  return {
    text: new TextDecoder("gb18030").decode(bytes),
    warning: {
      zh: "文件不是 UTF-8,按 GBK 读取。列名若是乱码,请另存为 UTF-8。",
      en: "The file is not UTF-8 and is read as GBK. If its column names are garbled, save it as UTF-8.",
    },
  };
};

const inputsIn = (
  file: string,
  text: string,
  values: Values,
  output: Output,
  language: "zh" | "en",
): Result<readonly JudgeInput[], Bilingual> => {
  if (file.endsWith(".jsonl")) return parseHistory(text);
  const recording = file.endsWith(".json") ? parseMinutes(text) : fromCsv(text, values);
  if (!recording.ok) return recording;
  for (const warning of recording.value.warnings) output.complain(warning[language]);
  return ok(toInputs(recording.value.samples, basename(file)));
};

const fromCsv = (text: string, values: Values): Result<Recording, Bilingual> => {
  const table = parseTable(text);
  if (!table.ok) return table;
  const { time, column, gas, unit, celsius, missing } = values;
  const timeUnit = values["time-unit"];
  const columns = findColumns(table.value.columns, {
    ...(time === undefined ? {} : { time }),
    ...(timeUnit === undefined ? {} : { timeUnit }),
    ...(celsius === undefined ? {} : { celsius }),
    ...(missing === undefined ? {} : { missing }),
    ...(column === undefined ? {} : { column }),
    ...(gas === undefined ? {} : { gas }),
    ...(unit === undefined ? {} : { unit }),
  });
  if (!columns.ok) return columns;
  return readRecording(table.value, columns.value);
};
