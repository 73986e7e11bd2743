/** An alarm raised from stored readings tells how bad it was, not only how it ended. */
import { describe, expect, test } from "vitest";
import type { AlarmEvent } from "#domain/alarm.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import { co, defaultRules, detector, instant, lel, reportAt } from "#test/compliance/timetable.ts";
import { initialState, step, type JudgeInput } from "./step.ts";

const hour = 3_600;
const back = 6 * hour;

type Stored = readonly [takenSecond: number, ...findings: Finding[]];

/** A detector that was heard, was away for hours, and sends what it stored; then nothing comes. */
const openStore = (stored: readonly Stored[]) => {
  let state = initialState(detector, instant(0));
  const events: AlarmEvent[] = [];
  const put = (input: JudgeInput): void => {
    const result = step(state, input, defaultRules);
    ({ state } = result);
    events.push(...result.events);
  };
  const says = (second: number, takenSecond: number, ...findings: readonly Finding[]): void => {
    const deviceAtMs = epochMs(instant(takenSecond).wallMs);
    put({ kind: "report", report: { ...reportAt(instant(second), ...findings), deviceAtMs } });
  };
  says(0, 0, co(0), lel(0));
  for (const [index, [takenSecond, ...findings]] of stored.entries())
    says(back + index / 1_000, takenSecond, ...findings);
  put({ kind: "tick", now: instant(back + 11) });
  return {
    says,
    /** Of the alarms that ring. */
    told: () =>
      events
        .filter(({ held }) => held === undefined)
        .map(({ kind, rule, level, peak }) => ({ kind, rule, level: ppm(level), peak: ppm(peak) })),
    peaks: () => state.alarms.episodes.map(({ rule, peak }) => [rule, ppm(peak)]),
  };
};

const ppm = (level: AlarmEvent["level"]): number | undefined =>
  level === undefined ? undefined : level.gas === "co" ? level.ppm : level.lel;

describe("a late alarm's peak", () => {
  test("is the highest of the stored stretch, however it ended", () => {
    const home = openStore([
      [5 * hour, lel(30)],
      [5 * hour + 60, lel(60)],
      [5 * hour + 120, lel(25)],
    ]);
    expect(home.told()).toEqual([{ kind: "raised", rule: "combustible", level: 25, peak: 60 }]);
  });

  test("is each rule's own", () => {
    const home = openStore([
      [5 * hour, co(400), lel(40)],
      [5 * hour + 60, co(350), lel(70)],
      [5 * hour + 120, co(60), lel(25)],
    ]);
    expect(home.told()).toEqual([
      { kind: "raised", rule: "co", level: 60, peak: 400 },
      { kind: "raised", rule: "combustible", level: 25, peak: 70 },
    ]);
  });

  test("stays with the alarm when it is told again, until more is measured", () => {
    const home = openStore([
      [5 * hour, lel(15)],
      [5 * hour + 10, lel(17)],
      [5 * hour + 60, lel(11)],
    ]);
    expect(home.peaks()).toEqual([["combustible", 17]]);
    home.says(back + 20, back + 20, lel(12));
    expect(home.peaks()).toEqual([["combustible", 17]]);
    home.says(back + 30, back + 30, lel(30));
    expect(home.told().at(-1)).toEqual({
      kind: "worsened",
      rule: "combustible",
      level: 30,
      peak: 30,
    });
  });

  test("does not come from a leak before it that is over", () => {
    const home = openStore([
      [3 * hour, lel(80)],
      [3 * hour + 60, lel(0)],
      [3 * hour + 120, lel(0)],
      [5 * hour, lel(30)],
    ]);
    expect(home.told()).toEqual([{ kind: "raised", rule: "combustible", level: 30, peak: 30 }]);
  });

  test("is not taken over by an alarm that the live reading raises", () => {
    const home = openStore([]);
    home.says(back + 20, 5 * hour, lel(60));
    home.says(back + 21, back + 21, lel(25));
    expect(home.told().at(-1)).toEqual({
      kind: "raised",
      rule: "combustible",
      level: 25,
      peak: 25,
    });
  });
});
