import { describe, expect, test } from "vitest";
import { monoMs, seconds } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import { beyond, co, instant, lel, reportAt, says } from "#test/compliance/timetable.ts";
import { defaultLimits } from "./limits/sets.ts";
import { emptyMemory, type Memory } from "./memory.ts";
import { examine, suspect } from "./suspects.ts";

const hours = (count: number): number => count * 3_600;

const openWatch = () => {
  let memory: Memory = emptyMemory;
  return {
    /** What is believed of a report at a second. */
    says: (second: number, ...findings: readonly Finding[]): readonly Finding[] => {
      const nowMs = monoMs(second * 1_000);
      const context = {
        nowMs,
        limits: defaultLimits,
        silenceAfter: seconds(180),
        silentFromMs: monoMs(0),
      };
      const report = reportAt(instant(second), ...findings);
      const result = examine(memory, report, context);
      ({ memory } = result);
      if (result.report.findings.length === findings.length) expect(result.report).toBe(report);
      return result.report.findings;
    },
    memory: () => memory,
    suspected: () => suspect(memory)?.gas,
  };
};

describe("a level that never moves", () => {
  test.each([
    ["CO below every mean of WHO", co(9.9), false],
    ["CO at the lowest mean of WHO", co(10), true],
    ["CO at its clear level", co(30), true],
    ["gas below its clear level", lel(7.9), false],
    ["gas at its clear level", lel(8), true],
    ["gas where CO would be far below", lel(20), true],
  ])("%s is stuck after six hours; believed: %s", (_, finding, believed) => {
    const watch = openWatch();
    watch.says(0, finding);
    expect(watch.says(hours(6) - 0.001, finding)).toHaveLength(1);
    expect(watch.suspected()).toBeUndefined();
    expect(watch.says(hours(6), finding)).toHaveLength(believed ? 1 : 0);
    expect(watch.suspected()).toBe(finding.kind === "level" ? finding.level.gas : "");
  });

  test("is not stuck when it moved once, nor near zero", () => {
    const watch = openWatch();
    watch.says(0, co(20));
    watch.says(10, co(21));
    watch.says(20, co(20));
    expect(watch.says(hours(6), co(20))).toHaveLength(1);
    expect(watch.suspected()).toBeUndefined();
    const zero = openWatch();
    zero.says(0, co(4.9), lel(1.9));
    expect(zero.memory()).toBe(emptyMemory);
  });

  test("is watched from the floor on: 5 ppm, 2 %LEL", () => {
    const watch = openWatch();
    watch.says(0, co(5), lel(2));
    expect(watch.memory().watched.map(({ gas, value }) => [gas, value])).toEqual([
      ["co", 5],
      ["methane", 2],
    ]);
    expect(watch.says(hours(6), co(5))).toEqual([]);
    watch.says(hours(7), co(4), lel(1));
    expect(watch.memory().watched).toEqual([]);
  });

  test("takes nothing else of the report with it", () => {
    const watch = openWatch();
    const rest = [says("tamper"), lel(1), beyond(lel(3))];
    watch.says(0, co(8));
    expect(watch.says(hours(6), co(8), ...rest)).toEqual(rest);
    expect(watch.says(hours(7), co(8.5), ...rest)).toHaveLength(4);
    expect(watch.suspected()).toBeUndefined();
  });
});

describe("impossible falls", () => {
  const fall = (watch: ReturnType<typeof openWatch>, second: number) => {
    watch.says(second, co(100));
    return watch.says(second + 0.1, co(0));
  };

  test("are not believed, and three within ten minutes of one another are a fault", () => {
    const watch = openWatch();
    for (const second of [0, 590, 1_180]) {
      expect(watch.suspected()).toBeUndefined();
      expect(fall(watch, second)).toEqual([]);
    }
    expect(watch.suspected()).toBe("co");
  });

  test("count anew when the last was ten minutes ago", () => {
    const watch = openWatch();
    fall(watch, 0);
    fall(watch, 300);
    watch.says(900, co(100));
    expect(watch.says(900.1, co(0))).toEqual([]);
    expect(watch.memory().watched[0]).toMatchObject({ jumps: 1, jumpedAtMs: 900_100 });
  });

  test("are remembered until a calm spell is over, though the air is clean", () => {
    const watch = openWatch();
    fall(watch, 0);
    watch.says(20, co(0));
    expect(watch.memory().watched[0]).toMatchObject({ jumps: 1, stuck: false, value: 0 });
    watch.says(600.099, co(0));
    expect(watch.memory().watched).toHaveLength(1);
    watch.says(600.1, co(0));
    expect(watch.memory().watched).toEqual([]);
  });
});
