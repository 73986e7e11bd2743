import { describe, expect, test } from "vitest";
import { co, lel, noLevel, openBench } from "#test/compliance/timetable.ts";
import { isQuiet, statusOf } from "./step.ts";

describe("combustible gas", () => {
  test("12 %LEL for five seconds raises one alarm, however long it lasts", () => {
    const home = openBench();
    for (let second = 0; second <= 600; second += 1) home.says(second, lel(12));
    expect(home.story()).toEqual(["5 raised combustible"]);
    expect(home.events[0]).toMatchObject({ alarmClass: "gas", priority: 1, test: false });
    expect(home.sounding()).toBe("gas");
  });

  test("a single reading at the limit alarms five seconds later, without another one", () => {
    const home = openBench();
    home.says(0, lel(10));
    home.wait(60);
    expect(home.story()).toEqual(["5 raised combustible"]);
  });

  test("a spike of three seconds does not alarm", () => {
    const home = openBench();
    home.says(0, lel(12));
    home.says(3, lel(0));
    home.wait(60);
    expect(home.story()).toEqual([]);
    home.says(61, lel(0));
    expect(isQuiet(home.state)).toBe(true);
  });

  test("the high level alarms at once, and worsens an alarm that stands", () => {
    const home = openBench();
    home.says(0, lel(12));
    home.says(10, lel(25));
    expect(home.story()).toEqual(["5 raised combustible", "10 worsened combustible"]);
    const other = openBench();
    expect(other.says(0, lel(20))).toHaveLength(1);
  });

  test("a level that swings by 1 % around the limit makes exactly one alarm", () => {
    const home = openBench();
    for (let second = 0; second < 3_600; second += 1) {
      home.says(second, lel(10 * (1 + 0.01 * Math.sin(second / 7))));
    }
    expect(home.story()).toEqual(["5 raised combustible"]);
  });

  test("it holds while the level hovers and returns ten seconds below 8 %LEL", () => {
    const home = openBench();
    home.says(0, lel(22));
    home.says(60, lel(9));
    home.says(120, lel(7.9));
    home.says(125, lel(8.5));
    home.says(130, lel(7));
    home.says(140, lel(6));
    expect(home.story()).toEqual(["0 raised combustible", "140 returned combustible"]);
    expect(home.events[1]?.level).toMatchObject({ lel: 6 });
    expect(home.events[1]?.peak).toMatchObject({ lel: 22 });
    expect(home.sounding()).toBe("none");
  });

  test("no time alone returns it: after one low reading and silence it still stands", () => {
    const home = openBench();
    home.says(0, lel(22));
    home.says(10, lel(0));
    home.wait(3_600);
    expect(home.story()).toEqual(["0 raised combustible", "190 raised silence"]);
    expect(statusOf(home.state)).toBe("alarm");
  });

  test("a second gas worsens the alarm", () => {
    const home = openBench();
    home.says(0, lel(22, "methane"));
    home.says(10, lel(30, "lpg"));
    expect(home.story()).toEqual(["0 raised combustible", "10 worsened combustible"]);
    expect(home.events[1]?.gas).toBe("lpg");
  });
});

describe("carbon monoxide", () => {
  test("the national set point speaks at once and says so", () => {
    const home = openBench();
    home.says(0, co(310));
    expect(home.story()).toEqual(["0 raised co"]);
    expect(home.events[0]?.cause).toMatchObject({
      source: { standard: "GB 15322.2-2019" },
      inputs: { ppm: 310, setPointPpm: 300 },
    });
    expect(home.sounding()).toBe("co");
  });

  test("an alarm of the bands worsens when the set point is passed, and returns below 30 ppm", () => {
    const home = openBench();
    for (let minute = 0; minute <= 30; minute += 1) home.says(minute * 60, co(100));
    home.says(1_860, co(320));
    home.says(1_920, co(29));
    home.says(1_950, noLevel("sentinel"));
    home.says(1_980, co(20));
    expect(home.story()).toEqual([
      "1500 raised co",
      "1860 worsened co",
      "1950 raised reading-fault",
      "1980 returned co",
      "1980 returned reading-fault",
    ]);
  });

  test("exposures that come and go add up in the blood", () => {
    const home = openBench();
    // 150 ppm for 10 min in every 30: no band is ever reached in one go.
    for (let minute = 0; minute < 600; minute += 1) {
      home.says(minute * 60, co(minute % 30 < 10 ? 150 : 0));
      if (home.events.length > 0) break;
    }
    expect(home.events[0]).toMatchObject({ kind: "raised", rule: "co" });
    expect(home.events[0]?.cause.inputs["cohbPercent"]).toBeGreaterThanOrEqual(3);
  });

  test("40 ppm for hours alarms by dose or band, 30 ppm never", () => {
    const home = openBench();
    for (let minute = 0; minute < 300; minute += 1) home.says(minute * 60, co(40));
    expect(home.events).toHaveLength(1);
  });

  test("a gap holds the last level five minutes and no longer, and marks the dose incomplete", () => {
    const home = openBench();
    home.says(0, co(100));
    home.wait(20 * 60);
    expect(home.story()).toEqual(["180 raised silence"]);
    home.says(20 * 60, co(100));
    const memory = home.state.memory.co;
    expect(memory?.incomplete).toBe(true);
    // 5 of the 25 minutes, not 20.
    expect(memory?.built).toBeCloseTo(0.2, 5);
  });

  test("one reading of 300 ppm below the set point's tolerance alarms although no second one comes", () => {
    const home = openBench();
    home.says(0, co(299));
    home.wait(150);
    expect(home.story()).toEqual(["90.5 raised co"]);
  });
});
