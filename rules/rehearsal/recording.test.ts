import { describe, expect, test } from "vitest";
import { amount } from "#rules/level.ts";
import { findColumns, type Declared } from "./columns.ts";
import { readRecording } from "./recording.ts";
import { rehearse, toInputs } from "./rehearse.ts";
import { parseTable } from "./table.ts";
import { defaultRules } from "#test/compliance/timetable.ts";

const read = (csv: string, declared: Declared = {}) => {
  const table = parseTable(csv);
  if (!table.ok) return table;
  const columns = findColumns(table.value.columns, declared);
  return columns.ok ? readRecording(table.value, columns.value) : columns;
};
const accepted = (csv: string, declared: Declared = {}) => {
  const result = read(csv, declared);
  if (!result.ok) throw new Error(result.error.en);
  return result.value;
};
const refusal = (csv: string): string => {
  const result = read(csv);
  return result.ok ? "accepted" : result.error.en;
};
/** Gas and amount of the first cell. */
const first = (csv: string, declared: Declared = {}): string => {
  const value = accepted(csv, declared).samples[0]?.values[0];
  return value?.level === undefined
    ? `${value?.gas ?? "no"} nothing`
    : `${value.gas} ${Math.round(amount(value.level) * 100) / 100}`;
};

describe("the header", () => {
  test.each([
    ["time,co ppm", "co 1"],
    ["Time,CO ppm", "co 1"],
    ["时间,一氧化碳 ppm", "co 1"],
    ["at,co_ppm", "co 1"],
    ["timestamp,time,co ppm", "co 1"],
    ["uptime,time,co ppm", "co 1"],
    ["flat,at,co ppm", "co 1"],
    ["atmosphere,time,co ppm", "co 1"],
    ["time ppm,co ppm", "co 1"],
    ["time,co mgm3", "co 0.87"],
    ["time,co mg/m³", "co 0.87"],
    ["time,ch4 lel", "methane 1"],
    ["time,ch4 %lel", "methane 1"],
    ["time,ch4 % lel", "methane 1"],
    ["time,methane % vol", "methane 20"],
    ["time,h2 %vol", "hydrogen 25"],
    ["time,propane %LEL", "lpg 1"],
    ["time,combustible %LEL", "methane 1"],
  ])("%s", (header, expected) => {
    const row = header
      .split(",")
      .map((name) => (/^(time|时间|at)( ppm)?$/i.test(name) ? "2026-11-22T03:00:00Z" : "1"));
    expect(first(`${header}\n${row.join(",")}\n`)).toBe(expected);
  });

  test.each([["co2_ppm"], ["cost ppm"], ["taco_ppm"], ["eco_ppm"]])("%s is no CO", (name) => {
    expect(refusal(`time_s,${name}\n0,1\n`)).toContain("does not say the gas");
  });

  test.each([
    "co count ppm",
    "co counts ppm",
    "co volt ppm",
    "co volts ppm",
    "co mv ppm",
    "co 原始 ppm",
  ])("%s holds no level", (name) => {
    expect(refusal(`time_s,${name}\n0,1\n`)).toContain("raw counts");
  });

  test("says the unit of time, else it is a date", () => {
    const at = (name: string, cell: string) =>
      accepted(`${name},co ppm\n${cell},1\n`).samples[0]?.atMs;
    for (const name of ["time (s)", "time_s", "time seconds"]) expect(at(name, "2")).toBe(2_000);
    for (const name of ["time (ms)", "time_ms", "time millis"]) expect(at(name, "2")).toBe(2);
    expect(at("time_source", "1970-01-01T00:00:05Z")).toBe(5_000);
    expect(at("time_msg", "1970-01-01T00:00:05Z")).toBe(5_000);
    expect(refusal("time,co ppm\n2,1\n")).toContain('Line 2: the time "2" cannot be read');
    expect(refusal("time_s,co ppm\n1,1\n,1\n")).toContain('Line 3: the time "" cannot be read');
  });
});

describe("a cell", () => {
  test("is converted as its unit says, for CO and for gas", () => {
    expect(first("time_s,co %vol\n0,0.01\n")).toBe("co 100");
    expect(first("time_s,methane mg/m3\n0,655.7\n")).toBe("methane 2");
    expect(first("time_s,x mg/m3\n0,655.7\n", { gas: "combustible-gas" })).toMatch(
      /^combustible-gas /,
    );
    expect(first("time_s,x ppm\n0,500\n", { gas: "combustible-gas" })).toMatch(/^combustible-gas /);
    expect(first("time_s,propane mg/m3\n0,1803\n")).toMatch(/^lpg [34]/);
  });

  test.each(["", "NA", "n/a", "NaN", "NULL", "none", "-", "--"])("%j is no value", (cell) => {
    expect(first(`time_s,co ppm\n0,${cell}\n`)).toBe("co nothing");
  });

  test("that is missing in a short row is no value either", () => {
    expect(first("time_s,co ppm,other\n0\n")).toBe("co nothing");
  });

  test("can be the most its unit allows, and no more", () => {
    expect(first("time_s,ch4 %LEL\n0,150\n")).toBe("methane 150");
    expect(refusal("time_s,ch4 %LEL\n0,151\n")).toContain("The largest value, 151, cannot be %LEL");
    expect(first("time_s,ch4 %vol\n0,100\n")).toBe("methane 2000");
    expect(refusal("time_s,ch4 %vol\n0,400\n")).toContain("cannot be %vol");
    expect(first("time_s,co ppm\n0,1000000\n")).toBe("co 1000000");
    expect(refusal("time_s,co ppm\n0,1000001\n")).toContain("cannot be ppm");
  });
});

describe("what is odd is told", () => {
  const column = (values: readonly number[]) =>
    accepted(`time_s,co ppm\n${values.map((value, index) => `${index},${value}`).join("\n")}\n`)
      .warnings;
  const counts = (length: number, value: (index: number) => number) =>
    column(Array.from({ length }, (_, index) => value(index))).map(({ en }) => en);

  test("rows that hold nothing, with their number", () => {
    const { warnings, samples } = accepted("time_s,co ppm\n0,1\n,\n,\n3,1\n");
    expect(samples).toHaveLength(2);
    expect(warnings).toMatchObject([
      { zh: "跳过 2 个空行。", en: "2 rows hold nothing and are skipped." },
    ]);
  });

  test("values below zero, with their number, and zero is none of them", () => {
    expect(counts(3, (index) => index - 2)[0]).toContain("2 values are below zero");
    expect(counts(3, () => 0)).toEqual([]);
  });

  test("more than twenty whole numbers from above 50 to 65 535 look like counts", () => {
    const whole = "co ppm: all values are whole numbers from 51 to 4095";
    expect(counts(21, (index) => (index === 20 ? 4_095 : 51))[0]).toContain(whole);
    expect(counts(20, (index) => (index === 19 ? 4_095 : 51))).toEqual([]);
    expect(counts(21, (index) => 50 + index)).toEqual([]);
    expect(counts(21, (index) => 20_000 + 700 * index)[0]).toContain("raw converter counts");
    expect(counts(21, (index) => (index === 20 ? 65_536 : 51))).toEqual([]);
    expect(counts(21, (index) => (index === 20 ? 60.5 : 51))).toEqual([]);
  });
});

describe("a table", () => {
  const table = (text: string) => parseTable(text);

  test("ends with its last row, however many empty lines follow or stand between", () => {
    expect(table("a,b\n1,2\n \n3,4\n\n  \n")).toMatchObject({
      value: {
        rows: [
          ["1", "2"],
          ["3", "4"],
        ],
      },
    });
  });

  test("with a semicolon in a name and commas between cells is read", () => {
    expect(table("time_s;x,b\n1,2\n")).toMatchObject({ value: { columns: ["time_s;x", "b"] } });
    expect(table("only\n1\n")).toMatchObject({ value: { rows: [["1"]] } });
  });

  test.each(['"1,5"', '" -12,34 "', '"0,25"'])(
    "with %s in a cell is refused, naming line and cell",
    (cell) => {
      const result = table(`a,b\n1,2\n1,${cell}\n`);
      const inner = cell.replaceAll('"', "").trim();
      expect(result.ok ? "" : result.error.en).toBe(
        `Line 3 holds "${inner}": it looks like a decimal comma. Use '.' in numbers.`,
      );
      expect(result.ok ? "" : result.error.zh).toContain(`第 3 行的「${inner}」`);
    },
  );

  test("with more cells than its header is refused, naming both numbers", () => {
    const result = table("a,b\n1,2,3\n");
    expect(result.ok ? "" : result.error.en).toContain("Line 2 has 3 cells, the header 2");
    expect(result.ok ? "" : result.error.zh).toContain("有 3 格,表头只有 2 格");
  });

  test("keeps words that hold a comma, and spaces only inside them", () => {
    expect(table('a,b\n" x, y1,2z ","say ""1"""\n')).toMatchObject({
      value: { rows: [["x, y1,2z", 'say "1"']] },
    });
  });
});

describe("a rehearsal of a recording", () => {
  test("says where it read, and follows the dose down to nothing", () => {
    const { samples } = accepted("time_s,co ppm\n0,200\n60,200\n120,0\n90000,0\n");
    const inputs = toInputs(samples, "flue.csv");
    expect(inputs[0]).toMatchObject({
      report: { position: { line: "recording", place: "flue.csv" } },
    });
    const { dose, fromMs, toMs, actions } = rehearse(inputs, defaultRules);
    expect([fromMs, toMs, actions]).toEqual([0, 90_000_000, []]);
    expect(dose[0]).toEqual({ atMs: 0, percent: 0 });
    expect(dose.length).toBeGreaterThan(3);
  });

  test("of nothing is empty", () => {
    expect(rehearse([], defaultRules)).toMatchObject({
      fromMs: 0,
      toMs: 0,
      events: [],
      levels: [],
    });
  });
});
