import { describe, expect, test } from "vitest";
import { seconds } from "#domain/quantity.ts";
import { lelTables } from "#rules/lel.ts";
import { defaultLimits } from "#rules/limits/sets.ts";
import { co, lel, noLevel, openBench } from "#test/compliance/timetable.ts";
import { amount } from "./level.ts";
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
      "840 raised co",
      "1500 worsened co",
      "1860 worsened co",
      "1950 raised reading-fault",
      "1980 returned co",
      "1980 returned reading-fault",
    ]);
  });

  test("exposures that come and go add up", () => {
    const home = openBench();
    // 150 ppm for 10 min in every 30: no band is ever reached in one go.
    for (let minute = 0; minute < 600; minute += 1) {
      home.says(minute * 60, co(minute % 30 < 10 ? 150 : 0));
    }
    const urgent = home.events.find((event) => event.priority === 1);
    expect(urgent).toMatchObject({ kind: "worsened", rule: "co" });
    expect(urgent?.cause.inputs["cohbPercent"]).toBeGreaterThanOrEqual(3);
  });

  test("40 ppm is told of after 40 minutes and alarms by dose after hours", () => {
    const home = openBench();
    for (let minute = 0; minute < 300; minute += 1) home.says(minute * 60, co(40));
    expect(home.story()).toEqual(["2280 raised co", "13221.4 worsened co"]);
    expect(home.events.map((event) => event.priority)).toEqual([2, 1]);
    expect(home.events[1]?.cause.source.standard).toBe("Canary");
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

describe("pre-alarms", () => {
  test("gas that rises by 5 %LEL within a minute is told of before the low level", () => {
    const home = openBench();
    for (let second = 0; second <= 110; second += 10) home.says(second, lel(second / 12));
    expect(home.story()).toEqual(["90 raised combustible"]);
    expect(home.events[0]).toMatchObject({ priority: 2, alarmClass: "gas" });
    expect(home.sounding()).toBe("none");
    home.says(130, lel(12));
    home.says(140, lel(12));
    expect(home.events.at(-1)).toMatchObject({ kind: "worsened", priority: 1 });
    expect(home.sounding()).toBe("gas");
  });

  test("a pre-alarm stands until the gas is gone", () => {
    const home = openBench();
    for (let second = 0; second <= 110; second += 10) home.says(second, lel(second / 12));
    home.says(180, lel(3));
    expect(home.state.alarms.episodes).toHaveLength(1);
    home.says(190, lel(1));
    expect(home.events.at(-1)?.kind).toBe("returned");
  });

  test("the mean of WHO names itself with what it was fed", () => {
    const home = openBench();
    for (let minute = 0; minute <= 70; minute += 1) home.says(minute * 60, co(26));
    expect(home.events[0]?.cause).toMatchObject({
      source: { standard: "WHO Air Quality Guidelines for Europe 2000" },
      inputs: { overMinutes: 60, meanLimitPpm: 25 },
    });
    home.says(71 * 60, co(22));
    expect(home.story().at(-1)).toBe("4260 returned co");
  });

  test("after an alarm the sound stops when the air is good, whatever the mean of the last hour", () => {
    const home = openBench();
    for (let minute = 0; minute <= 40; minute += 1) home.says(minute * 60, co(100));
    for (let minute = 41; minute <= 43; minute += 1) home.says(minute * 60, co(5));
    expect(home.sounding()).toBe("none");
    expect(home.story().at(-1)).toBe("2520 returned co");
  });
});

describe("numbers that are not believed", () => {
  test("a fall faster than any sensor's does not start the return", () => {
    const home = openBench();
    home.says(0, lel(25));
    home.says(0.5, lel(0));
    home.says(10.6, lel(0));
    expect(home.story()).toEqual(["0 raised combustible"]);
    home.says(20.7, lel(0));
    expect(home.story()).toEqual(["0 raised combustible", "20.7 returned combustible"]);
  });

  test("a jump upwards is believed at once", () => {
    const home = openBench();
    home.says(0, lel(0));
    home.says(0.1, lel(90));
    expect(home.story()).toEqual(["0.1 raised combustible"]);
  });

  test("three impossible falls within ten minutes are a fault", () => {
    const home = openBench();
    for (const second of [0, 60, 120]) {
      home.says(second, lel(25));
      home.says(second + 0.2, lel(0));
    }
    expect(home.story()).toEqual(["0 raised combustible", "120.2 raised reading-fault"]);
    expect(home.events[1]?.cause.inputs).toMatchObject({ jumps: 3 });
  });

  test("falls further than ten minutes apart do not add up, and a calm spell ends the fault", () => {
    const home = openBench({ limits: defaultLimits, silenceAfter: seconds(3_600) });
    const fall = (second: number) => {
      home.says(second, lel(7));
      home.says(second + 0.2, lel(0));
    };
    for (const second of [0, 60, 661]) fall(second);
    expect(home.story()).toEqual([]);
    for (const second of [700, 750]) fall(second);
    expect(home.story()).toEqual(["750.2 raised reading-fault"]);
    home.says(1_300, lel(1));
    expect(home.events).toHaveLength(1);
    home.says(1_351, lel(1));
    expect(home.story().at(-1)).toBe("1351 returned reading-fault");
  });

  test("a tenth left after a second is possible, less is not", () => {
    const possible = openBench();
    possible.says(0, co(400));
    possible.says(1, co(35.1));
    expect(possible.state.memory.co?.ppm).toBe(35.1);
    const impossible = openBench();
    impossible.says(0, co(400));
    impossible.says(1, co(34.9));
    expect(impossible.state.memory.co?.ppm).toBe(400);
  });

  test("a level that does not move for six hours is a fault and no level", () => {
    const home = openBench();
    for (let minute = 0; minute <= 6 * 60; minute += 1) home.says(minute * 60, co(7));
    expect(home.story()).toEqual(["21600 raised reading-fault"]);
    home.says(21_660, co(8));
    expect(home.story().at(-1)).toBe("21660 returned reading-fault");
  });

  test("a level stuck high stays an alarm beside the fault", () => {
    const home = openBench();
    for (let minute = 0; minute <= 6 * 60 + 60; minute += 1) home.says(minute * 60, lel(15));
    expect(home.story()).toEqual(["5 raised combustible", "21600 raised reading-fault"]);
    expect(home.sounding()).toBe("gas");
  });
});

describe("the explosive limit a level was computed with", () => {
  test("10 %LEL of methane by 5.0 %vol is 11.4 by 4.4, and 9 is 10.2", () => {
    const iec = lelTables.find((table) => table.id === "iec");
    if (iec === undefined) throw new Error("no table");
    const strict = { ...defaultLimits, gas: { ...defaultLimits.gas, lelTable: iec } };
    const home = openBench({ limits: strict, silenceAfter: seconds(180) });
    home.says(0, lel(9));
    home.wait(10);
    expect(home.story()).toEqual(["5 raised combustible"]);
    expect(home.events[0]?.level).toMatchObject({ lel: 9, lelPercentVolume: 5 });
    const usual = openBench();
    usual.says(0, lel(9));
    usual.wait(10);
    expect(usual.story()).toEqual([]);
  });
});

describe("the highest level of an episode", () => {
  test("is told by the next notice, also when it came and went between two", () => {
    const home = openBench();
    home.says(0, lel(12));
    home.wait(6);
    home.says(10, lel(19));
    home.says(20, lel(15));
    home.says(30, lel(15), lel(11, "lpg"));
    home.wait(36);
    home.says(40, lel(0), lel(0, "lpg"));
    home.says(50, lel(0), lel(0, "lpg"));
    expect(home.events.map(({ kind, peak }) => [kind, peak && amount(peak)])).toEqual([
      ["raised", 12],
      ["worsened", 19],
      ["returned", 19],
    ]);
  });

  test("of CO too, which is the return's peak and not its level", () => {
    const home = openBench();
    home.says(0, co(300));
    home.says(60, co(450));
    for (let second = 120; second <= 240; second += 30) home.says(second, co(20));
    expect(home.events.map(({ kind, level, peak }) => [kind, level, peak])).toMatchObject([
      ["raised", { ppm: 300 }, { ppm: 300 }],
      ["returned", { ppm: 20 }, { ppm: 450 }],
    ]);
  });
});
