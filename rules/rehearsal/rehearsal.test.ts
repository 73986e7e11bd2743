import { describe, expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { seconds } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import { limitSets } from "#rules/limits/sets.ts";
import { initialState, step, type DetectorRules, type JudgeInput } from "#rules/step.ts";
import {
  beyond,
  co,
  defaultRules,
  detector,
  fault,
  instant,
  lel,
  noLevel,
  reportAt,
  says,
  verdict,
} from "#test/compliance/timetable.ts";
import { compare } from "./compare.ts";
import { parseHistory, recordInput } from "./history.ts";
import { plotSvg } from "./plot.ts";
import { findColumns, type Declared } from "./columns.ts";
import { readRecording } from "./recording.ts";
import { rehearse, toInputs } from "./rehearse.ts";
import { parseTable } from "./table.ts";
import { differenceText, timetableText } from "./timetable.ts";

const rulesOf = (id: string): DetectorRules => {
  const limits = limitSets.find((set) => set.id === id);
  if (limits === undefined) throw new Error(id);
  return { limits, silenceAfter: seconds(180) };
};

const read = (csv: string, declared: Declared = {}) => {
  const table = parseTable(csv);
  if (!table.ok) return table;
  const columns = findColumns(table.value.columns, declared);
  return columns.ok ? readRecording(table.value, columns.value) : columns;
};
const refusal = (csv: string, declared: Declared = {}): string => {
  const result = read(csv, declared);
  return result.ok ? "accepted" : result.error.en;
};
const samples = (csv: string, declared: Declared = {}) => {
  const result = read(csv, declared);
  if (!result.ok) throw new Error(result.error.en);
  return result.value;
};

describe("a recording", () => {
  test("is read by what its header says, with empty cells as missing values", () => {
    const { samples: rows } = samples("Time (s),CO (ppm)\n0,12.5\n1,\n2.5,13\n");
    expect(rows).toEqual([
      { atMs: 0, values: [{ gas: "co", level: { gas: "co", ppm: 12.5 } }] },
      { atMs: 1_000, values: [{ gas: "co", level: undefined }] },
      { atMs: 2_500, values: [{ gas: "co", level: { gas: "co", ppm: 13 } }] },
    ]);
  });

  test.each([
    ["time_s,ch4 %LEL\n0,10\n", { gas: "methane", lel: 10, lelPercentVolume: 5 }],
    ["time_s,methane (ppm)\n0,5000\n", { gas: "methane", lel: 10, lelPercentVolume: 5 }],
    ["time_s,lpg %vol\n0,0.21\n", { gas: "lpg", lel: 10, lelPercentVolume: 2.1 }],
    ["time_s,THC (ppm)\n0,500\n", { gas: "methane", lel: 1, lelPercentVolume: 5 }],
  ])("%j becomes a level of its gas", (csv, level) => {
    const value = samples(csv).samples[0]?.values[0]?.level;
    expect(value).toMatchObject({ ...level, lel: expect.closeTo(level.lel, 9) });
  });

  test("mg/m3 is converted at 25 °C, ISO times without a zone are Chengdu's", () => {
    const { samples: rows } = samples("time,co mg/m3\n2026-11-22T03:00:00,11.46\n");
    expect(rows[0]?.atMs).toBe(Date.UTC(2026, 10, 21, 19));
    expect(rows[0]?.values[0]?.level).toMatchObject({ ppm: expect.closeTo(10, 1) });
  });

  test("asks for what the header does not say, and names the columns", () => {
    expect(refusal("t,x\n0,1\n")).toBe(
      "The header does not say the time; give --time <column>. Columns: t, x.",
    );
    expect(refusal("time_s,x\n0,1\n")).toContain("--column");
    expect(refusal("time_s,x\n0,1\n", { column: "x" })).toContain("--unit");
    expect(refusal("time_s,x\n0,1\n", { column: "x", unit: "ppm" })).toContain("--gas");
    expect(refusal("time_s,x\n0,1\n", { column: "x", unit: "ppm", gas: "co" })).toBe("accepted");
  });

  test.each([
    ["time_s;co ppm\n0;1,5\n", "semicolons"],
    ['time_s,co ppm\n0,"1,5"\n', "decimal comma"],
    ["time_s,co ppm\n0,1,5\n", "decimal comma"],
    ["time_s,co raw ppm\n0,1\n", "raw counts"],
    ["time_s,adc\n0,1\n", "raw counts"],
    ["time_s,ch4 %LEL\n0,812\n", "cannot be %LEL"],
    ["time_s,co %LEL\n0,1\n", "not judged in %LEL"],
    ["time_s,co ppm\n0,twelve\n", "no number"],
    ["time_s,co ppm\n5,1\n4,1\n", "runs back"],
    ["time_s,co ppm\nnoon,1\n", "cannot be read"],
    ["time_s,co ppm\n", "no rows"],
    ["", "no rows"],
  ])("%j is refused: %s", (csv, why) => {
    expect(refusal(csv, csv.includes("adc") ? { column: "adc" } : {})).toContain(why);
  });

  test("that looks like raw counts, or goes below zero, is told of", () => {
    const counts = Array.from({ length: 30 }, (_, index) => `${index},${400 + index}`).join("\n");
    expect(samples(`time_s,co ppm\n${counts}\n`).warnings[0]?.en).toContain("raw converter counts");
    expect(samples("time_s,co ppm\n0,-3\n").warnings[0]?.en).toContain("below zero");
    expect(samples("time_s,co ppm\n0,3\n").warnings).toEqual([]);
  });

  test("keeps quoted cells and a byte order mark out of the numbers", () => {
    expect(parseTable('\uFEFF"time_s","say ""hi"", ok"\r\n0,"a b"\r\n')).toEqual({
      ok: true,
      value: { columns: ["time_s", 'say "hi", ok'], rows: [["0", "a b"]] },
    });
  });
});

describe("a rehearsal", () => {
  const steps = (...pairs: readonly (readonly [number, number])[]): readonly JudgeInput[] =>
    pairs.map(([second, value]) => ({
      kind: "report",
      report: reportAt(instant(second), lel(value)),
    }));

  test("makes the same events as live, byte for byte, also from a written history", () => {
    const inputs: JudgeInput[] = [];
    let state = initialState(detector, instant(0));
    const live: unknown[] = [];
    const put = (input: JudgeInput) => {
      inputs.push(input);
      const result = step(state, input, defaultRules);
      ({ state } = result);
      live.push(...result.events);
    };
    for (let second = 0; second < 4_000; second += 7) {
      const findings = [
        co(Math.abs(Math.sin(second / 600)) * 200),
        lel(second % 900 > 800 ? 22 : 1),
      ];
      put({ kind: "report", report: reportAt(instant(second), ...findings) });
      put({ kind: "tick", now: instant(second + 3) });
    }
    const history = parseHistory(inputs.map(recordInput).join("\n"));
    if (!history.ok) throw new Error(history.error.en);
    expect(live.length).toBeGreaterThan(5);
    expect(JSON.stringify(rehearse(history.value, defaultRules).events)).toBe(JSON.stringify(live));
  });

  test("reads as a timetable in both languages", () => {
    const result = rehearse(steps([0, 0], [60, 25], [120, 0], [130, 0], [200, 0]), defaultRules);
    expect(timetableText(result, "en").split("\n")).toEqual([
      "rules cn-2019, 0:03:20 long, 2 events, sounding for 0:01:10",
      expect.stringMatching(
        /^0:01:00 {2}raised {2}P1 {2}combustible {2}25 %LEL {2}\[GB 15322.2-2019\]/,
      ),
      expect.stringMatching(/^0:02:10 {2}returned {2}P1 {2}combustible {2}0 %LEL/),
    ]);
    expect(timetableText(result, "zh")).toContain("报警  P1  combustible");
    expect(timetableText(rehearse(steps([0, 0]), defaultRules), "en")).toContain(
      "No alarm at all.",
    );
  });

  test("marks what was a test, late or held back, and counts its time from its own beginning", () => {
    const late: JudgeInput = {
      kind: "report",
      late: true,
      report: reportAt(instant(1_060), says("tamper")),
    };
    const start: JudgeInput = { kind: "report", report: reportAt(instant(1_000), lel(0)) };
    const testing = [says("self-test"), verdict("methane", true)];
    const test: JudgeInput = { kind: "report", report: reportAt(instant(1_070), ...testing) };
    const played = rehearse([start, late, test], defaultRules);
    const lines = timetableText(played, "en").split("\n");
    expect(lines[1]).toMatch(/^0:01:00 .* {2}late {2}late$/);
    expect(lines.find((one) => one.includes("device-alarm-gas"))).toMatch(/^0:01:10 .* {2}test$/);
    const difference = compare(played, rehearse([start], defaultRules));
    expect(differenceText(difference, played.fromMs, "en")).toContain("0:01:10 → —");
  });

  test("of two sets shows what is gained, lost, earlier and later", () => {
    const inputs = [...steps([0, 0], [60, 25], [70, 25], [80, 25], [100, 0], [120, 0], [130, 0])];
    const strict = rehearse(inputs, rulesOf("cn-2019"));
    const slow = rehearse(inputs, rulesOf("cn-2026"));
    const difference = compare(strict, slow);
    expect(difference).toMatchObject([
      { kind: "later", rule: "combustible", urgent: true, beforeMs: 60_000, afterMs: 75_000 },
    ]);
    expect(compare(slow, strict)[0]?.kind).toBe("earlier");
    expect(compare(strict, strict)[0]?.kind).toBe("same");
    expect(differenceText(difference, 0, "en")).toBe(
      "later     0:01:00 → 0:01:15  combustible  urgent",
    );
    const spike = steps([0, 0], [60, 25], [65, 0], [75, 0], [80, 0]);
    const lost = compare(rehearse(spike, rulesOf("cn-2019")), rehearse(spike, rulesOf("cn-2026")));
    expect(lost.map((one) => one.kind)).toEqual(["lost"]);
    const gained = compare(
      rehearse(spike, rulesOf("cn-2026")),
      rehearse(spike, rulesOf("cn-2019")),
    );
    expect(differenceText(gained, 0, "zh")).toContain("新增");
    expect(differenceText([], 0, "en")).toBe("Neither set alarms.");
  });

  test("a history line that is not ours refuses the file and names the line", () => {
    const good = recordInput({ kind: "tick", now: instant(1) });
    const result = parseHistory(`${good}\n\n{"kind":"command"}\n`);
    expect(result.ok ? "" : result.error.en).toContain("Line 3");
    expect(result.ok ? "" : result.error.en).toMatch(/: \/.*\S$/);
    const broken = parseHistory("not json");
    expect(broken.ok ? "" : broken.error.en).toContain("Line 1 is no input to replay: SyntaxError");
    expect(parseHistory("\n").ok).toBe(false);
  });
});

describe("a history", () => {
  const of = (second: number, name: string, ...findings: readonly Finding[]) =>
    recordInput({
      kind: "report",
      report: { ...reportAt(instant(second), ...findings), detector: detectorId(name) },
    });

  test("of two detectors is refused: judged as one it would be neither", () => {
    const tick = recordInput({ kind: "tick", now: instant(1) });
    const result = parseHistory(
      [of(0, "a", co(1)), tick, of(2, "a"), of(3, "b", co(90))].join("\n"),
    );
    expect(result.ok ? "" : result.error.en).toBe(
      "Line 4 is of detector b, those before are of a. Give each detector a file of its own.",
    );
  });

  test("holds every kind of finding, and comes back as it was written", () => {
    const line = of(
      0,
      "a",
      co(31.5),
      beyond(lel(100)),
      noLevel("sentinel"),
      verdict("methane", true, "high"),
      verdict("lpg", false),
      says("power-loss"),
      fault("malformed"),
    );
    const result = parseHistory(`${line}\r\n`);
    expect(result.ok && JSON.stringify(result.value[0])).toBe(line);
  });

  test.each([
    '{"kind":"report","report":{"detector":"a","findings":[]}}',
    of(0, "a", co(1)).replace('"ppm":1', '"ppm":"1"'),
    of(0, "a", co(1)).replace('"ppm":1', '"lel":1'),
    of(0, "a", lel(1)).replace('"methane"', '"co"'),
    of(0, "a", noLevel("sentinel")).replace("sentinel", "odd"),
    of(0, "a", says("tamper")).replace("tamper", "stolen"),
    '{"kind":"tick","now":{"bootId":"b","monoMs":"soon","wallMs":0}}',
  ])("line %s is refused", (line) => {
    expect(parseHistory(line).ok).toBe(false);
  });
});

describe("the picture", () => {
  const picture = (inputs: readonly JudgeInput[], title = "<trace> & co") =>
    plotSvg(rehearse(inputs, defaultRules), title);
  const report = (second: number, ...findings: Parameters<typeof reportAt>[1][]): JudgeInput => ({
    kind: "report",
    report: reportAt(instant(second), ...findings),
  });

  test("shows thresholds, every mark and the dose, and escapes what it is given", () => {
    const inputs = Array.from({ length: 60 }, (_, minute) => report(minute * 60, co(120)));
    const svg = picture(inputs);
    expect(svg).toContain("&lt;trace&gt; &amp; co");
    expect(svg).not.toContain("<trace>");
    for (const part of ["50 ppm: 75 min", "6 % COHb", "■ worsened co", "▲ raised co"]) {
      expect(svg).toContain(part);
    }
  });

  test("keeps a peak of one sample, and breaks the line where no value came", () => {
    const inputs = Array.from({ length: 10_000 }, (_, second) =>
      report(
        second,
        second === 5_000 ? lel(24) : second === 7_000 ? noLevel("not-reported", "methane") : lel(1),
      ),
    );
    const svg = picture(inputs);
    const line = /<path d="(M[^"]+)" fill="none" stroke="#175cd3"/.exec(svg)?.[1] ?? "";
    expect(line.split("M")).toHaveLength(3);
    const heights = [...line.matchAll(/[ML]\S+ ([\d.]+)/g)].map((match) => Number(match[1]));
    expect(Math.min(...heights)).toBeLessThan(80);
    expect(svg.length).toBeLessThan(60_000);
  });
});

test("samples become inputs at their own times", () => {
  const inputs = toInputs(samples("time_s,co ppm\n10,1\n20,\n").samples, "x.csv");
  expect(inputs).toMatchObject([
    { kind: "report", report: { receivedAt: { monoMs: 10_000 }, findings: [{ kind: "level" }] } },
    { report: { receivedAt: { monoMs: 20_000 }, findings: [{ quality: "not-reported" }] } },
  ]);
});
