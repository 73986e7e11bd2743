/** What is declared about a recording, and what its header says: nothing is read quietly. */
import { describe, expect, test } from "vitest";
import { amount } from "#rules/level.ts";
import { defaultRules } from "#test/compliance/timetable.ts";
import { findColumns, type Declared } from "./columns.ts";
import { readRecording } from "./recording.ts";
import { rehearse, toInputs } from "./rehearse.ts";
import { parseTable } from "./table.ts";

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
const refusal = (csv: string, declared: Declared = {}): string => {
  const result = read(csv, declared);
  return result.ok ? "accepted" : result.error.en;
};
const warnings = (csv: string, declared: Declared = {}) =>
  accepted(csv, declared).warnings.map(({ en }) => en);
const eventsOf = (csv: string) =>
  rehearse(toInputs(accepted(csv).samples, "x.csv"), defaultRules).events;

describe("every gas that the header names is judged", () => {
  test("a leak in the second column alarms too", () => {
    const rows = Array.from({ length: 30 }, (_, second) => `${second},2,${second < 5 ? 0 : 30}`);
    const [event] = eventsOf(`time_s,co_ppm,ch4_lel\n${rows.join("\n")}\n`);
    expect(event).toMatchObject({ rule: "combustible", kind: "raised", gas: "methane" });
  });

  test("what says no level that can be judged is left aside aloud", () => {
    expect(warnings("time_s,co ppm,co2 ppm,co raw ppm\n0,1,400,312\n")).toEqual([
      expect.stringContaining('"co2 ppm" is left aside'),
      expect.stringContaining('"co raw ppm" is left aside'),
    ]);
  });

  test("two columns of one gas are asked about, and one of them can be named", () => {
    const csv = "time_s,kitchen co ppm,bath co ppm\n0,1,2\n";
    expect(refusal(csv)).toContain("--column");
    const [sample] = accepted(csv, { column: "bath co ppm" }).samples;
    expect(sample?.values).toEqual([{ gas: "co", level: { gas: "co", ppm: 2 } }]);
    const both = "time_s,co ppm,ch4 ppm\n0,1,2\n";
    expect(accepted(both, { gas: "methane" }).samples[0]?.values).toMatchObject([
      { gas: "methane" },
    ]);
    expect(refusal("time_s,co ppm,co ppm\n0,1,300\n")).toContain('two columns "co ppm"');
  });
});

describe("what is declared", () => {
  test.each<[Declared, string]>([
    [{ column: "nope" }, "--column nope is not known. There are: time_s, co mg/m3."],
    [{ time: "nope" }, "--time nope is not known"],
    [{ unit: "mgm3" }, "--unit mgm3 is not known. There are: ppm, mg/m3, %LEL, %vol."],
    [{ gas: "gas" }, "--gas gas is not known"],
    [{ timeUnit: "min" }, "--time-unit min is not known. There are: s, ms, iso."],
    [{ celsius: "warm" }, "--celsius warm is no reference temperature"],
    [{ celsius: "" }, "is no reference temperature"],
    [{ celsius: "273" }, "is no reference temperature"],
  ])("%j is refused when it is none, not left aside", (declared, why) => {
    expect(refusal("time_s,co mg/m3\n0,300\n", declared)).toContain(why);
  });

  test("stands above the header, and a contradiction is told", () => {
    expect(warnings("time_s,co mg/m3\n0,300\n", { unit: "ppm" })).toEqual([
      expect.stringContaining("contradicts the declared co in ppm"),
    ]);
    expect(warnings("time_s,ch4 ppm\n0,300\n", { gas: "co" })[0]).toContain("contradicts");
    expect(warnings("time_s,co ppm\n0,300\n", { gas: "co", unit: "ppm" })).toEqual([]);
    expect(warnings("time_s,ch4 ppm\n0,300\n", { gas: "combustible-gas" })).toEqual([]);
  });

  test("may be the reference temperature; the usual one is told", () => {
    const ppmAt = (declared: Declared) => {
      const level = accepted("time_s,co mg/m3\n0,100\n", declared).samples[0]?.values[0]?.level;
      return level === undefined ? undefined : Math.round(amount(level) * 10) / 10;
    };
    expect([ppmAt({}), ppmAt({ celsius: "20" }), ppmAt({ celsius: "0" })]).toEqual([
      87.3, 85.9, 80,
    ]);
    expect(warnings("time_s,co mg/m3\n0,100\n")[0]).toContain("converted at 25 °C");
    expect(warnings("time_s,co mg/m3\n0,100\n", { celsius: "20" })).toEqual([]);
  });

  test("may be the unit of time, when the header does not say it", () => {
    const at = (timeUnit: string) => accepted("time,co ppm\n2,1\n", { timeUnit }).samples[0]?.atMs;
    expect([at("s"), at("ms")]).toEqual([2_000, 2]);
    expect(refusal("time,co ppm\n2,1\n")).toContain("--time-unit <s|ms>");
  });

  test("may be what a missing value looks like", () => {
    const csv = "time_s,co ppm\n0,300\n1,-999.0\n2,坏\n";
    expect(refusal(csv)).toContain("--missing");
    const { samples, warnings: told } = accepted(csv, { missing: "-999.0, 坏" });
    expect(samples.map(({ values }) => values[0]?.level)).toMatchObject([
      { ppm: 300 },
      undefined,
      undefined,
    ]);
    expect(told).toEqual([]);
  });
});

describe("raw counts", () => {
  test.each(["co_raw_ppm", "co_adc_ppm", "ppm_co_mv", "CO 电压 ppm", "一氧化碳计数 ppm"])(
    "%s are refused, however the words are joined",
    (name) => {
      expect(refusal(`time_s,${name}\n0,10\n`)).toContain("raw counts");
    },
  );
});

describe("numbers that are no levels", () => {
  test("65535, -1 and what is below zero are qualities, told, and clear no alarm", () => {
    const csv = "time_s,co ppm\n0,320\n1,65535\n60,-1\n120,-0.5\n200,-1\n";
    const { samples, warnings: told } = accepted(csv);
    expect(samples.map(({ values }) => values[0]?.quality)).toEqual([
      undefined,
      "sentinel",
      "sentinel",
      "out-of-range",
      "sentinel",
    ]);
    expect(told.map(({ en }) => en)).toEqual([
      expect.stringContaining('4 values are below zero or codes for "no value"'),
    ]);
    const ofCo = eventsOf(csv).filter(({ alarmClass }) => alarmClass === "co");
    expect(ofCo.map(({ kind, peak }) => [kind, peak])).toEqual([
      ["raised", { gas: "co", ppm: 320 }],
    ]);
  });

  test.each(["0x10", "1_000", "Infinity", "1 000", "#N/A", "1.2.3"])("%s is refused", (cell) => {
    expect(refusal(`time_s,co ppm\n0,${cell}\n`)).toContain("is no number");
  });

  test.each(["1e2", "+5", ".5", "7."])("%s is a number", (cell) => {
    expect(refusal(`time_s,co ppm\n0,${cell}\n`)).toBe("accepted");
  });
});

describe("times", () => {
  test.each([
    "2026-11-22 03:00:00",
    "2026/11/22 3:00",
    "2026-11-22T03:00:00+08:00",
    "2026-11-21T19:00:00Z",
  ])("%s is the same moment", (cell) => {
    expect(accepted(`time,co ppm\n${cell},1\n`).samples[0]?.atMs).toBe(Date.UTC(2026, 10, 21, 19));
  });

  test.each(["22/11/2026 03:00", "11/22/2026 3:00", "2026-11-22", "2026-13-40T00:00", "3:00"])(
    "%s is not guessed at",
    (cell) => {
      expect(refusal(`time,co ppm\n${cell},1\n`)).toContain("cannot be read");
    },
  );

  test("that are the same in two rows are told: there may be two detectors", () => {
    expect(warnings("time_s,co ppm\n0,1\n1,2\n1,3\n")).toEqual([
      expect.stringContaining("1 rows have the time of the row before"),
    ]);
  });
});

describe("a table that is not separated by commas", () => {
  test.each([
    ["time_s\tco ppm\n0\t300\n", "tabs"],
    ["time_s;co ppm;ch4 ppm, max\n0;1,5;2\n", "semicolons"],
  ])("%j is refused: %s", (csv, why) => {
    expect(refusal(csv)).toContain(why);
  });
});
