/** Which column of a table holds what: as its header says, as it was declared, never as guessed. */
import { combustibleGases, type Gas } from "#domain/gas.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";

export const units = ["ppm", "mg/m3", "%LEL", "%vol"] as const;
export type Unit = (typeof units)[number];
export const timeUnits = ["s", "ms", "iso"] as const;
export type TimeUnit = (typeof timeUnits)[number];
export const gases: readonly Gas[] = ["co", ...combustibleGases];

export interface Columns {
  readonly time: { readonly column: string; readonly unit: TimeUnit };
  readonly values: readonly ValueColumn[];
  /** For mg/m³: 25 °C unless said otherwise; it changes the number by up to 9 %. */
  readonly referenceCelsius?: number;
  /** Cells that say "no value" in this file, beside the usual words. */
  readonly missing?: readonly string[];
  /** What in the header contradicts what was declared, and what is left aside. */
  readonly warnings?: readonly Bilingual[];
}

export interface ValueColumn {
  readonly column: string;
  readonly gas: Gas;
  readonly unit: Unit;
}

/** What someone who starts a rehearsal may say about the columns; it stands above the header. */
export interface Declared {
  readonly time?: string;
  readonly timeUnit?: string;
  readonly column?: string;
  readonly gas?: string;
  readonly unit?: string;
  readonly celsius?: string;
  /** Separated by commas: `-999,9999`. */
  readonly missing?: string;
}

/**
 * Finds the columns from what was declared and what the header says, every gas that it names; asks
 * for what is missing. A declared word that is none, or a column that is not there, is refused.
 */
export const findColumns = (
  columns: readonly string[],
  declared: Declared,
): Result<Columns, Bilingual> => {
  const wrong = whatIsUnknown(columns, declared);
  if (wrong !== undefined) return err(wrong);
  const time = declared.time ?? columns.find((column) => /^time(?![a-z])|时间|^at$/i.test(column));
  if (time === undefined) return err(ask("time", "--time <column>", columns));
  const chosen = chooseColumns(columns, time, declared);
  if (chosen.length === 0) return err(ask("column", "--column <column>", columns));
  const values: ValueColumn[] = [];
  const warnings: Bilingual[] = [];
  for (const column of chosen) {
    const value = valueIn(column, columns, declared);
    // Beside a column that is understood another one is only left aside, aloud.
    if (value.ok) values.push(value.value);
    else if (chosen.length === 1) return value;
    else warnings.push(leftAside(column));
  }
  const [first] = values;
  if (first === undefined) return err(ask("gas", `--gas <${gases.join("|")}>`, columns));
  const twice = values.find(({ gas, column }) =>
    values.some((other) => other.gas === gas && other.column !== column),
  );
  if (twice !== undefined) return err(ask(`column of ${twice.gas}`, "--column <column>", columns));
  const used = [time, ...values.map(({ column }) => column)];
  const doubled = used.find((name) => columns.filter((one) => one === name).length > 1);
  if (doubled !== undefined) return err(isThereTwice(doubled));
  return ok({
    time: {
      column: time,
      unit: timeUnits.find((one) => one === declared.timeUnit) ?? timeUnit(time),
    },
    values,
    ...(declared.celsius !== undefined && { referenceCelsius: Number(declared.celsius) }),
    ...(declared.missing !== undefined && { missing: missingIn(declared.missing) }),
    warnings: values.flatMap((value) => doubtsOf(value, declared)).concat(warnings),
  });
};

const whatIsUnknown = (columns: readonly string[], declared: Declared): Bilingual | undefined => {
  const words: readonly (readonly [string, string | undefined, readonly string[]])[] = [
    ["time", declared.time, columns],
    ["column", declared.column, columns],
    ["time-unit", declared.timeUnit, timeUnits],
    ["unit", declared.unit, units],
    ["gas", declared.gas, gases],
  ];
  for (const [option, word, known] of words) {
    if (word === undefined || known.includes(word)) continue;
    return {
      zh: `--${option} ${word} 无法识别。可用:${known.join("、")}。`,
      en: `--${option} ${word} is not known. There are: ${known.join(", ")}.`,
    };
  }
  const { celsius } = declared;
  const isTemperature = celsius?.trim() !== "" && Math.abs(Number(celsius ?? 25)) <= 60;
  return isTemperature
    ? undefined
    : {
        zh: `--celsius ${celsius ?? ""} 不是参考温度(摄氏度,常用 0、20、25)。`,
        en: `--celsius ${celsius ?? ""} is no reference temperature in °C (usual are 0, 20, 25).`,
      };
};

const missingIn = (words: string): readonly string[] =>
  words.split(",").map((word) => word.trim().toLowerCase());

const chooseColumns = (
  columns: readonly string[],
  time: string,
  { column, gas }: Declared,
): readonly string[] => {
  if (column !== undefined) return [column];
  const measuring = [...new Set(columns)].filter(
    (name) => name !== time && unitIn(name) !== undefined,
  );
  const ofGas = measuring.filter((name) => gas !== undefined && gasIn(name) === gas);
  return ofGas.length > 0 ? ofGas : measuring;
};

const valueIn = (
  column: string,
  columns: readonly string[],
  declared: Declared,
): Result<ValueColumn, Bilingual> => {
  if (/(?<![a-z])(adc|raw|counts?|mv|volts?)(?![a-z])|原始|计数|电压/i.test(column)) {
    return err({
      zh: `列「${column}」是原始计数或电压,不是浓度。请先按探测器说明换算。`,
      en: `Column "${column}" holds raw counts or a voltage, not a level. Convert it first, as the detector's manual says.`,
    });
  }
  const unit = units.find((one) => one === declared.unit) ?? unitIn(column);
  if (unit === undefined) return err(ask("unit", `--unit <${units.join("|")}>`, columns));
  const gas = gases.find((one) => one === declared.gas) ?? gasIn(column);
  if (gas === undefined) return err(ask("gas", `--gas <${gases.join("|")}>`, columns));
  if (gas === "co" && unit === "%LEL") {
    return err({
      zh: "一氧化碳不能用 %LEL 判断,请给出 ppm 或 mg/m3。",
      en: "Carbon monoxide is not judged in %LEL; give ppm or mg/m3.",
    });
  }
  return ok({ column, gas, unit });
};

/** What is read as declared, or as usual, and may be meant otherwise. */
const doubtsOf = (
  { column, gas, unit }: ValueColumn,
  { celsius }: Declared,
): readonly Bilingual[] => {
  const doubts: Bilingual[] = [];
  const named = gasIn(column) ?? gas;
  if ((unitIn(column) ?? unit) !== unit || (named !== gas && gas !== "combustible-gas")) {
    doubts.push({
      zh: `列名「${column}」与声明的 ${gas}、${unit} 不符,按声明读取,请核对。`,
      en: `The name "${column}" contradicts the declared ${gas} in ${unit}; it is read as declared. Check it.`,
    });
  }
  if (unit === "mg/m3" && celsius === undefined) {
    doubts.push({
      zh: `「${column}」按 25 ℃ 换算;若参考温度不同,请用 --celsius 指定(0 ℃ 与 25 ℃ 相差 9 %)。`,
      en: `"${column}" is converted at 25 °C; where another reference temperature is meant, give --celsius (0 and 25 °C differ by 9 %).`,
    });
  }
  return doubts;
};

const leftAside = (column: string): Bilingual => ({
  zh: `未读取列「${column}」:不是可判定的浓度。要读它请用 --column。`,
  en: `Column "${column}" is left aside: it says no level that can be judged. Name it with --column to read it.`,
});

const isThereTwice = (column: string): Bilingual => ({
  zh: `列「${column}」有两个。请改名后再用。`,
  en: `There are two columns "${column}". Give them names of their own.`,
});

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

const timeUnit = (column: string): TimeUnit =>
  /\(s\)|_s$|seconds/i.test(column) ? "s" : /\(ms\)|_ms$|millis/i.test(column) ? "ms" : "iso";
