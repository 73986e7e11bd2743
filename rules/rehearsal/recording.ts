import { rfc3339ToEpoch } from "#domain/civil-time.ts";
import {
  lowerExplosiveLimit,
  milligramPerCubicMetreToPpm,
  percentVolumeToPpm,
  ppmToPercentLel,
  type Gas,
  type Level,
} from "#domain/gas.ts";
import {
  degreeCelsius,
  milligramPerCubicMetre,
  percentLel,
  percentVolume,
  ppm,
} from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { BadQuality } from "#domain/reading.ts";
import type { Columns, TimeUnit, Unit } from "./columns.ts";
import type { Table } from "./table.ts";

/** One row in time: levels, or why there is none. */
export interface Sample {
  readonly atMs: number;
  readonly values: readonly Value[];
}

interface Value {
  readonly gas: Gas;
  readonly level: Level | undefined;
  /** Why there is no level, when more stands there than nothing. */
  readonly quality?: BadQuality;
  readonly raw?: string;
}

export interface Recording {
  readonly samples: readonly Sample[];
  readonly warnings: readonly Bilingual[];
}

/** Cells that say "no value". They become a quality, never a value. */
const missing = new Set(["", "na", "n/a", "nan", "null", "none", "-", "--"]);

/** 16-bit "no value" and the "not available" of many modules, as in `firmware-config/profiles/native.ts`. */
const sentinels: ReadonlySet<number> = new Set([65_535, -1]);

/**
 * Turns the table into samples. Refused are times that run back or are none, cells that are no
 * number, and numbers that cannot be of the unit; what is merely odd is told. Sentinels and numbers
 * below zero are qualities, as from a device: they clear nothing.
 */
export const readRecording = (table: Table, columns: Columns): Result<Recording, Bilingual> => {
  const samples: Sample[] = [];
  const seen = columns.values.map((column) => ({ ...column, numbers: [] as number[] }));
  const noValue = new Set([...missing, ...(columns.missing ?? [])]);
  let empty = 0;
  let sameTime = 0;
  for (const [index, row] of table.rows.entries()) {
    const line = index + 2;
    if (row.every((cell) => cell === "")) {
      empty += 1;
      continue;
    }
    const time = row[table.columns.indexOf(columns.time.column)] ?? "";
    const atMs = toMs(time, columns.time.unit);
    const last = samples.at(-1);
    if (!Number.isFinite(atMs)) return err(noTime(line, time));
    if (last !== undefined && atMs < last.atMs) return err(runsBack(line, time));
    if (atMs === last?.atMs) sameTime += 1;
    const values: Value[] = [];
    for (const { column, gas, unit, numbers } of seen) {
      const cell = row[table.columns.indexOf(column)] ?? "";
      if (noValue.has(cell.toLowerCase())) {
        values.push({ gas, level: undefined });
        continue;
      }
      if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell))
        return err(noNumber(line, column, cell));
      const number = Number(cell);
      numbers.push(number);
      const quality = qualityOf(number);
      const level = () => toLevel(number, gas, unit, columns.referenceCelsius ?? 25);
      values.push(
        quality === undefined
          ? { gas, level: level() }
          : { gas, level: undefined, quality, raw: cell },
      );
    }
    samples.push({ atMs, values });
  }
  for (const { numbers, unit } of seen) {
    const wrong = wrongUnit(numbers, unit);
    if (wrong !== undefined) return err(wrong);
  }
  const warnings = (columns.warnings ?? []).concat(
    seen.flatMap(({ numbers, column }) => oddities(numbers, column)),
    rowOddities(empty, sameTime),
  );
  return ok({ samples, warnings });
};

const qualityOf = (number: number): BadQuality | undefined => {
  if (sentinels.has(number)) return "sentinel";
  return number < 0 ? "out-of-range" : undefined;
};

const noTime = (line: number, cell: string): Bilingual => ({
  zh: `第 ${line} 行的时间「${cell}」无法识别。请写成 2026-11-22T03:14:07+08:00,数字则用 --time-unit <s|ms> 说明。`,
  en: `Line ${line}: the time "${cell}" cannot be read. Write 2026-11-22T03:14:07+08:00, or say what a number is: --time-unit <s|ms>.`,
});

const runsBack = (line: number, cell: string): Bilingual => ({
  zh: `第 ${line} 行的时间「${cell}」倒退。请按时间排序,并核对时区。`,
  en: `Line ${line}: the time "${cell}" runs back. Sort the rows by time, and check the zones.`,
});

const noNumber = (line: number, column: string, cell: string): Bilingual => ({
  zh: `第 ${line} 行「${column}」的「${cell}」不是数字。若表示没有读数,请用 --missing 说明。`,
  en: `Line ${line}, ${column}: "${cell}" is no number. If it means that there is no value, say so with --missing.`,
});

const rowOddities = (empty: number, sameTime: number): readonly Bilingual[] => {
  const found: Bilingual[] = [];
  if (empty > 0) {
    found.push({ zh: `跳过 ${empty} 个空行。`, en: `${empty} rows hold nothing and are skipped.` });
  }
  if (sameTime > 0) {
    found.push({
      zh: `有 ${sameTime} 行与上一行时间相同:若是多台探测器混在一个文件里,请每台一个文件。`,
      en: `${sameTime} rows have the time of the row before. If several detectors are mixed here, give each a file of its own.`,
    });
  }
  return found;
};

/** RFC 3339, or as spreadsheets write it: `2026-11-22 03:14:07`, `2026/11/22 3:14`. */
const toMs = (cell: string, unit: TimeUnit): number => {
  if (unit !== "iso") return cell === "" ? Number.NaN : Number(cell) * (unit === "s" ? 1_000 : 1);
  const [, year, month = "", day = "", hour = "", rest] =
    /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2})(:\d{2}.*)$/.exec(cell) ?? [];
  if (year === undefined) return Number.NaN;
  const two = (text: string): string => text.padStart(2, "0");
  const text = `${year}-${two(month)}-${two(day)}T${two(hour)}${rest ?? ""}`;
  return rfc3339ToEpoch(text) ?? Number.NaN;
};

const toLevel = (value: number, gas: Gas, unit: Unit, celsius: number): Level => {
  if (gas === "co") {
    const level =
      unit === "mg/m3"
        ? milligramPerCubicMetreToPpm(milligramPerCubicMetre(value), "co", degreeCelsius(celsius))
        : unit === "%vol"
          ? percentVolumeToPpm(percentVolume(value))
          : ppm(value);
    return { gas, ppm: level };
  }
  const limit = lowerExplosiveLimit[gas];
  const inPpm =
    unit === "%vol"
      ? percentVolumeToPpm(percentVolume(value))
      : unit === "mg/m3"
        ? milligramPerCubicMetreToPpm(
            milligramPerCubicMetre(value),
            gas === "combustible-gas" ? "methane" : gas,
            degreeCelsius(celsius),
          )
        : ppm(value);
  const lel = unit === "%LEL" ? percentLel(value) : ppmToPercentLel(inPpm, limit);
  return { gas, lel, lelPercentVolume: limit };
};

const wrongUnit = (numbers: readonly number[], unit: Unit): Bilingual | undefined => {
  const most = numbers.filter(isLevel).reduce((a, b) => Math.max(a, b), 0);
  // 120 %LEL can be a sensor a little beyond its range; 4 095 is another unit or a converter.
  const mostOf = { "%LEL": 150, "%vol": 100, ppm: 1_000_000, "mg/m3": 1_000_000 } as const;
  if (most <= mostOf[unit]) return undefined;
  return {
    zh: `最大值 ${most} 不可能是 ${unit}:单位写错,或是原始计数。`,
    en: `The largest value, ${most}, cannot be ${unit}: the unit is wrong, or these are raw counts.`,
  };
};

const isLevel = (number: number): boolean => qualityOf(number) === undefined;

const oddities = (numbers: readonly number[], column: string): readonly Bilingual[] => {
  const warnings: Bilingual[] = [];
  const none = numbers.length - numbers.filter(isLevel).length;
  if (none > 0) {
    warnings.push({
      zh: `「${column}」有 ${none} 个值是负数或「无读数」的代码(65535、-1),不当作浓度,也不会使报警恢复(零点漂移?)。`,
      en: `${column}: ${none} values are below zero or codes for "no value" (65535, -1). They are no levels and clear nothing (drift of the zero?).`,
    });
  }
  const least = numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = numbers.reduce((a, b) => Math.max(a, b), 0);
  if (numbers.length > 20 && least > 50 && most <= 65_535 && numbers.every(Number.isInteger)) {
    warnings.push({
      zh: `「${column}」全部是 ${least}–${most} 的整数且从不接近 0:像是模数转换的原始计数,请核对单位。`,
      en: `${column}: all values are whole numbers from ${least} to ${most} and never near 0. They look like raw converter counts. Check the unit.`,
    });
  }
  return warnings;
};
