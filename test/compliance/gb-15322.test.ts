/** GB 15322.2, 2019 edition and the window announced for 2026 (`docs/standards.md` §3.1). */
import { describe, expect, test } from "vitest";
import { seconds } from "#domain/quantity.ts";
import { limitSets } from "#rules/limits/sets.ts";
import { co, lel, openBench } from "./timetable.ts";

const bench = (id: string) => {
  const limits = limitSets.find((set) => set.id === id);
  if (limits === undefined) throw new Error(`no limit set ${id}`);
  return openBench({ limits, silenceAfter: seconds(180) });
};

/** Seconds from the first reading at `level` to the alarm. */
const response = (id: string, finding: ReturnType<typeof lel>): number => {
  const home = bench(id);
  home.says(10, co(0), lel(0));
  for (let second = 100; second <= 170; second += 1) home.says(second, finding);
  const raised = home.events.find((event) => event.kind === "raised");
  return (raised?.at.monoMs ?? Number.POSITIVE_INFINITY) / 1_000 - 100;
};

describe("2019: gas within 30 s, CO within 60 s", () => {
  test.each([10, 12, 19.9])("%f percent LEL alarms within 30 s", (level) => {
    expect(response("cn-2019", lel(level))).toBeLessThanOrEqual(30);
  });
  test("the high level alarms at once", () => {
    expect(response("cn-2019", lel(20))).toBe(0);
  });
  test("the CO set point alarms within 60 s", () => {
    expect(response("cn-2019", co(300))).toBeLessThanOrEqual(60);
  });
});

describe("2026 as announced: not before 15 s, by 60 s", () => {
  test.each([lel(10), lel(20), lel(60), co(300), co(1_000)])("%o", (finding) => {
    const after = response("cn-2026", finding);
    expect(after).toBeGreaterThanOrEqual(15);
    expect(after).toBeLessThanOrEqual(60);
  });
});

describe("a ramp of 1 %LEL a minute (4.3)", () => {
  test.each(["cn-2019", "cn-2026"])("%s alarms within 3 percent LEL of the set point", (id) => {
    const home = bench(id);
    for (let second = 1; second <= 14 * 60; second += 1) home.says(second, lel(second / 60));
    const raised = home.events.filter((event) => event.kind === "raised");
    expect(raised).toHaveLength(1);
    expect((raised[0]?.at.monoMs ?? 0) / 60_000).toBeGreaterThanOrEqual(10);
    expect((raised[0]?.at.monoMs ?? 0) / 60_000).toBeLessThanOrEqual(13);
  });
});

describe("a ramp of 50 ppm CO a minute (4.3)", () => {
  test("alarms by the set point plus 50 ppm at the latest", () => {
    const home = bench("cn-2019");
    for (let second = 1; second <= 7 * 60; second += 1) home.says(second, co((second * 50) / 60));
    const raised = home.events.find((event) => event.rule === "co");
    expect(((raised?.at.monoMs ?? Number.POSITIVE_INFINITY) / 60_000) * 50).toBeLessThanOrEqual(
      350,
    );
  });
});
