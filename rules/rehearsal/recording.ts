import { rfc3339ToEpoch } from "#domain/civil-time.ts";
import {
  combustibleGases,
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
import type { Table } from "./table.ts";

export const units = ["ppm", "mg/m3", "%LEL", "%vol"] as const;
export type Unit = (typeof units)[number];

/** Which column holds what. Nothing is guessed that the header does not say. */
export interface Columns {
  readonly time: { readonly column: string; readonly unit: "s" | "ms" | "iso" };
  readonly values: readonly {
    readonly column: string;
    readonly gas: Gas;
    readonly unit: Unit;
    /** For mg/m³: 25 °C unless said otherwise; kept because it changes the number by 9 %. */
    readonly referenceCelsius?: number;
  }[];
}

/** What someone who starts a rehearsal may say about the columns. */
export interface Declared {
  readonly time?: string;
  readonly column?: string;
  readonly gas?: string;
  readonly unit?: string;
}

/** One row in time: levels, or nothing where the cell is empty. */
export interface Sample {
  readonly atMs: number;
  readonly values: readonly { readonly gas: Gas; readonly level: Level | undefined }[];
}

export interface Recording {
  readonly samples: readonly Sample[];
  readonly warnings: readonly Bilingual[];
}

/** Finds the columns from what was declared and what the header says; asks for what is missing. */
export const findColumns = (
  columns: readonly string[],
  declared: Declared,
): Result<Columns, Bilingual> => {
  const named = (name: string | undefined): string | undefined =>
    columns.find((column) => column === name);
  const time =
    named(declared.time) ?? columns.find((column) => /^time(?![a-z])|时间|^at$/i.test(column));
  if (time === undefined) return err(ask("time", "--time <column>", columns));
  const value =
    named(declared.column) ??
    columns.find((column) => column !== time && unitIn(column) !== undefined);
  if (value === undefined) return err(ask("column", "--column <column>", columns));
  if (/\b(adc|raw|counts?|mv|volts?)\b|原始/i.test(value)) {
    return err({
      zh: `列「${value}」是原始计数或电压,不是浓度。请先按探测器说明换算。`,
      en: `Column "${value}" holds raw counts or a voltage, not a level. Convert it first, as the detector's manual says.`,
    });
  }
  const unit = units.find((one) => one === declared.unit) ?? unitIn(value);
  if (unit === undefined) return err(ask("unit", `--unit <${units.join("|")}>`, columns));
  const gas = gases.find((one) => one === declared.gas) ?? gasIn(value);
  if (gas === undefined) return err(ask("gas", `--gas <${gases.join("|")}>`, columns));
  if (gas === "co" && unit === "%LEL") {
    return err({
      zh: "一氧化碳不能用 %LEL 判断,请给出 ppm 或 mg/m3。",
      en: "Carbon monoxide is not judged in %LEL; give ppm or mg/m3.",
    });
  }
  return ok({
    time: { column: time, unit: timeUnit(time) },
    values: [{ column: value, gas, unit }],
  });
};

const gases: readonly Gas[] = ["co", ...combustibleGases];

const ask = (what: string, option: string, columns: readonly string[]): Bilingual => ({
  zh: `表头没有说明${what},请用 ${option} 指定。现有列:${columns.join("、")}。`,
  en: `The header does not say the ${what}; give ${option}. Columns: ${columns.join(", ")}.`,
});

const unitIn = (column: string): Unit | undefined =>
  /ppm/i.test(column)
    ? "ppm"
    : /mg\/?m3|mg\/m³/i.test(column)
      ? "mg/m3"
      : /%?\s*lel/i.test(column)
        ? "%LEL"
        : /%\s*vol/i.test(column)
          ? "%vol"
          : undefined;

const gasIn = (column: string): Gas | undefined =>
  /\bco(?![a-z0-9])|^co_|一氧化碳/i.test(column)
    ? "co"
    : /ch4|methane|甲烷|天然气/i.test(column)
      ? "methane"
      : /lpg|propane|液化/i.test(column)
        ? "lpg"
        : /\bh2\b|hydrogen|氢/i.test(column)
          ? "hydrogen"
          : /thc|hydrocarbon|combustible|可燃/i.test(column)
            ? "methane"
            : undefined;

const timeUnit = (column: string): "s" | "ms" | "iso" =>
  /\(s\)|_s$|seconds/i.test(column) ? "s" : /\(ms\)|_ms$|millis/i.test(column) ? "ms" : "iso";

/** Cells that say "no value". They become a quality, never a value. */
const missing = new Set(["", "na", "n/a", "nan", "null", "none", "-", "--"]);

/**
 * Turns the table into samples. Refused are times that run back or are none, cells that are no
 * number, and numbers that cannot be of the unit; what is merely odd is told.
 */
export const readRecording = (table: Table, columns: Columns): Result<Recording, Bilingual> => {
  const timeIndex = table.columns.indexOf(columns.time.column);
  const samples: Sample[] = [];
  const numbers: number[] = [];
  let empty = 0;
  for (const [index, row] of table.rows.entries()) {
    const line = index + 2;
    if (row.every((cell) => cell === "")) {
      empty += 1;
      continue;
    }
    const atMs = toMs(row[timeIndex] ?? "", columns.time.unit);
    const last = samples.at(-1);
    if (Number.isNaN(atMs) || (last !== undefined && atMs < last.atMs)) {
      return err({
        zh: `第 ${line} 行的时间「${row[timeIndex] ?? ""}」无法识别或倒退。`,
        en: `Line ${line}: the time "${row[timeIndex] ?? ""}" cannot be read or runs back.`,
      });
    }
    const values: Sample["values"][number][] = [];
    for (const { column, gas, unit, referenceCelsius } of columns.values) {
      const cell = row[table.columns.indexOf(column)] ?? "";
      if (missing.has(cell.toLowerCase())) {
        values.push({ gas, level: undefined });
        continue;
      }
      const number = Number(cell);
      if (!Number.isFinite(number)) {
        return err({
          zh: `第 ${line} 行「${column}」的「${cell}」不是数字。`,
          en: `Line ${line}, ${column}: "${cell}" is no number.`,
        });
      }
      numbers.push(number);
      values.push({ gas, level: toLevel(Math.max(0, number), gas, unit, referenceCelsius ?? 25) });
    }
    samples.push({ atMs, values });
  }
  const unit = columns.values[0]?.unit ?? "ppm";
  const wrong = wrongUnit(numbers, unit);
  if (wrong !== undefined) return err(wrong);
  const skipped: readonly Bilingual[] =
    empty === 0
      ? []
      : [{ zh: `跳过 ${empty} 个空行。`, en: `${empty} rows hold nothing and are skipped.` }];
  return ok({ samples, warnings: oddities(numbers).concat(skipped) });
};

const toMs = (cell: string, unit: "s" | "ms" | "iso"): number => {
  if (unit !== "iso") return cell === "" ? Number.NaN : Number(cell) * (unit === "s" ? 1_000 : 1);
  return rfc3339ToEpoch(cell) ?? Number.NaN;
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
  const most = numbers.reduce((a, b) => Math.max(a, b), 0);
  const most100 = unit === "%LEL" || unit === "%vol";
  // 120 %LEL can be a sensor a little beyond its range; 4 095 is another unit or a converter.
  if (most <= (most100 ? 150 : 1_000_000)) return undefined;
  return {
    zh: `最大值 ${most} 不可能是 ${unit}:单位写错,或是原始计数。`,
    en: `The largest value, ${most}, cannot be ${unit}: the unit is wrong, or these are raw counts.`,
  };
};

const oddities = (numbers: readonly number[]): readonly Bilingual[] => {
  const warnings: Bilingual[] = [];
  const negative = numbers.filter((one) => one < 0).length;
  if (negative > 0) {
    warnings.push({
      zh: `有 ${negative} 个负值,按 0 处理(零点漂移?)。`,
      en: `${negative} values are below zero and are taken as 0 (drift of the zero?).`,
    });
  }
  const least = numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = numbers.reduce((a, b) => Math.max(a, b), 0);
  if (numbers.length > 20 && least > 50 && most <= 4_095 && numbers.every(Number.isInteger)) {
    warnings.push({
      zh: `全部是 ${least}–${most} 的整数且从不接近 0:像是模数转换的原始计数,请核对单位。`,
      en: `All values are whole numbers from ${least} to ${most} and never near 0: they look like raw converter counts. Check the unit.`,
    });
  }
  return warnings;
};
