/** Silencing the sound: at which level, how confirmed, how often. */
import { describe, expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { minutes } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import {
  bothAlarm,
  byIecTable,
  cn2026,
  coAlarm,
  deviceAlarm,
  fromAfar,
  gasAlarm,
  gasAlarmBy,
  onSite,
  type Silence,
} from "#test/compliance/sounding.ts";
import {
  beyond,
  co,
  fault,
  lel,
  noLevel,
  openBench,
  says,
  verdict,
  type Bench,
} from "#test/compliance/timetable.ts";
import { refusals } from "./commands.ts";

describe("level × who confirms × result", () => {
  const may = undefined;
  test.each<[string, () => Bench, Finding[], Silence, object | undefined]>([
    ["CO at 60 ppm, on site", coAlarm, [co(60)], onSite, may],
    ["CO at 60 ppm, nobody on site", coAlarm, [co(60)], fromAfar, refusals.cannotHush],
    ["CO at 149 ppm, on site", coAlarm, [co(149)], onSite, may],
    ["CO at 150 ppm, on site", coAlarm, [co(150)], onSite, refusals.cannotHush],
    ["CO at 300 ppm, on site", coAlarm, [co(300)], onSite, refusals.cannotHush],
    ["CO back at 34 ppm, nobody on site", coAlarm, [co(34)], fromAfar, may],
    ["CO beyond the range", coAlarm, [beyond(co(60))], onSite, refusals.cannotHush],
    [
      "CO beyond the range of a sensor that shows 5 ppm",
      coAlarm,
      [beyond(co(5))],
      onSite,
      refusals.cannotHush,
    ],
    ["gas at 12 %LEL, on site", gasAlarm, [lel(12)], onSite, may],
    ["gas at 12 %LEL, nobody on site", gasAlarm, [lel(12)], fromAfar, refusals.cannotHush],
    ["gas at 19.9 %LEL, on site", gasAlarm, [lel(19.9)], onSite, may],
    ["gas at 20 %LEL, on site", gasAlarm, [lel(20)], onSite, refusals.cannotHush],
    ["gas back at 9 %LEL, nobody on site", gasAlarm, [lel(9)], fromAfar, may],
    ["gas at 10 %LEL exactly, nobody on site", gasAlarm, [lel(10)], fromAfar, refusals.cannotHush],
    ["CO at 35 ppm exactly, nobody on site", coAlarm, [co(35)], fromAfar, refusals.cannotHush],
    ["CO and gas both back, nobody on site", bothAlarm, [co(34), lel(9)], fromAfar, may],
    ["only CO is back, nobody on site", bothAlarm, [co(34)], fromAfar, refusals.cannotHush],
    ["only gas is back, nobody on site", bothAlarm, [lel(9)], fromAfar, refusals.cannotHush],
    [
      "gas at 20 %LEL, not yet high by a set with a delay, on site",
      gasAlarmBy(cn2026, 12),
      [lel(20)],
      onSite,
      refusals.cannotHush,
    ],
    [
      "gas at 9 %LEL that is 10.2 by the site's table, nobody on site",
      gasAlarmBy(byIecTable, 12),
      [lel(9)],
      fromAfar,
      refusals.cannotHush,
    ],
    [
      "gas at 8.7 %LEL that is 9.9 by the site's table, nobody on site",
      gasAlarmBy(byIecTable, 12),
      [lel(8.7)],
      fromAfar,
      may,
    ],
    [
      "gas at 12 %LEL beside CO at 200 ppm",
      gasAlarm,
      [lel(12), co(200)],
      onSite,
      refusals.cannotHush,
    ],
    ["the device's own alarm without a level, on site", deviceAlarm("low"), [], onSite, may],
    [
      "the device's own alarm without a level, nobody on site",
      deviceAlarm("low"),
      [],
      fromAfar,
      refusals.cannotHush,
    ],
    ["the device's own high alarm, on site", deviceAlarm("high"), [], onSite, refusals.cannotHush],
    [
      "the device's own alarm at a measured 200 ppm",
      deviceAlarm("low"),
      [co(200)],
      onSite,
      refusals.cannotHush,
    ],
    [
      "eleven minutes",
      gasAlarm,
      [lel(12)],
      { ...onSite, duration: minutes(11) },
      expect.objectContaining({ en: expect.stringContaining("at most 10 minutes") }),
    ],
    ["no reason", gasAlarm, [lel(12)], { ...onSite, reason: " " }, refusals.nameless],
    ["nobody's name", gasAlarm, [lel(12)], { ...onSite, by: userId("") }, refusals.nameless],
    ["nothing sounds", () => openBench(), [], onSite, refusals.notSounding],
  ])("%s", (_, alarm, now, command, result) => {
    const home = alarm();
    if (now.length > 0) home.says(4_510, ...now);
    const before = home.sounding();
    expect(home.does(4_511, command).refused).toEqual(result);
    expect(home.sounding()).toBe(result === undefined ? "none" : before);
  });
});

describe("a level that is not measured now", () => {
  const goodBefore = (home: Bench): Bench => {
    home.says(4_510, lel(9));
    return home;
  };
  const of = (home: Bench, by: Silence, second = 4_520) => home.does(second, by).refused;

  test.each<[string, Finding]>([
    ["the sensor says that it is broken", says("sensor-fault")],
    ["its place holds no number", noLevel("not-a-number", "methane")],
    ["the message cannot be read", fault("malformed")],
  ])("is unknown, and nobody may hush: %s", (_, now) => {
    const home = goodBefore(gasAlarm());
    home.says(4_515, now);
    expect(of(home, fromAfar)).toBe(refusals.levelUnknown);
    expect(of(home, onSite)).toBe(refusals.levelUnknown);
  });

  test.each<[string, Finding]>([
    ["one value was left out", noLevel("not-reported", "methane")],
    ["the sensor of this gas warms up", noLevel("warming-up", "methane")],
    ["the detector warms up", says("warming-up")],
  ])("needs somebody on site: %s", (_, now) => {
    const home = goodBefore(gasAlarm());
    home.says(4_515, now);
    expect(of(home, fromAfar)).toBe(refusals.cannotHush);
    expect(of(home, onSite)).toBeUndefined();
  });

  test.each<[string, Finding]>([
    ["one value of another gas was left out", noLevel("not-reported", "lpg")],
    ["the sensor of another gas warms up", noLevel("warming-up", "lpg")],
    ["one reply was missing", fault("no-reply")],
    ["its housing is open", says("tamper")],
  ])("what says nothing of this gas takes nothing from its level: %s", (_, now) => {
    const home = goodBefore(gasAlarm());
    home.says(4_515, now);
    expect(of(home, fromAfar)).toBeUndefined();
  });

  test("needs somebody on site when it was read more than five minutes ago", () => {
    const stale = (second: number, spoken: Finding, by: Silence) => {
      const home = goodBefore(gasAlarm());
      for (let at = 4_570; at <= second; at += 60) home.says(at, spoken);
      return of(home, by, second);
    };
    expect(stale(4_810, co(0), fromAfar)).toBeUndefined();
    expect(stale(4_811, co(0), fromAfar)).toBe(refusals.cannotHush);
    expect(stale(4_811, co(0), onSite)).toBeUndefined();
    expect(stale(4_811, lel(9), fromAfar)).toBeUndefined();
  });

  test("is none of another gas, which may have been read long ago", () => {
    const home = openBench();
    home.says(4_400, lel(3, "lpg"));
    for (let second = 4_490; second <= 4_820; second += 10) home.says(second, lel(12));
    home.says(4_830, lel(9));
    expect(of(home, fromAfar, 4_831)).toBeUndefined();
  });

  test("is no longer asked for once good readings have ended it, and only the calm is waited for", () => {
    const home = openBench();
    for (const begin of [0, 100, 200]) {
      for (const after of [0, 6]) home.says(begin + after, lel(12));
      for (const after of [20, 31, 42]) home.says(begin + after, lel(0));
    }
    expect(home.state.memory.gases).toEqual([]);
    expect(home.sounding()).toBe("gas");
    expect(of(home, fromAfar, 250)).toBeUndefined();
  });

  test("the same of CO, beside gas that is read all the time", () => {
    const home = coAlarm();
    home.says(4_510, co(34));
    for (let second = 4_570; second <= 4_820; second += 50) home.says(second, lel(3));
    expect(of(home, fromAfar, 4_821)).toBe(refusals.cannotHush);
    home.says(4_822, co(34));
    expect(of(home, fromAfar, 4_823)).toBeUndefined();
  });

  test("needs somebody on site when its number has not moved at all for six hours", () => {
    const home = gasAlarm();
    for (let second = 4_510; second <= 4_510 + 21_600; second += 60) home.says(second, lel(9));
    expect(home.story().at(-1)).toContain("raised reading-fault");
    expect(of(home, fromAfar, 26_112)).toBe(refusals.cannotHush);
    expect(of(home, onSite, 26_113)).toBeUndefined();
  });
});

describe("once in an episode", () => {
  test("when its time is up it sounds again and cannot be hushed a second time", () => {
    const home = gasAlarm();
    expect(home.does(4_511, onSite).refused).toBeUndefined();
    expect(home.does(4_512, onSite).refused).toBe(refusals.hushedAlready);
    for (let second = 4_560; second <= 5_100; second += 60) home.says(second, lel(12));
    expect(home.sounding()).toBe("none");
    home.wait(5_112);
    expect(home.sounding()).toBe("gas");
    expect(home.does(5_113, onSite).refused).toBe(refusals.hushedOnce);
  });

  test("nor beside a second alarm that has not been hushed yet", () => {
    const home = gasAlarm();
    home.does(4_511, onSite);
    home.says(4_520, verdict("co", true));
    expect(home.sounding()).toBe("co");
    expect(home.does(4_521, onSite).refused).toBe(refusals.hushedOnce);
  });

  test("the next alarm may be hushed again", () => {
    const home = gasAlarm();
    home.does(4_511, onSite);
    for (let second = 4_520; second <= 5_120; second += 20) home.says(second, lel(0));
    home.says(5_200, lel(12));
    home.wait(5_206);
    expect(home.sounding()).toBe("gas");
    expect(home.does(5_207, onSite).refused).toBeUndefined();
  });
});

test("who, where, why and until when are in the record", () => {
  const home = gasAlarm();
  const { action } = home.does(4_511, { ...onSite, duration: minutes(5) });
  expect(action).toMatchObject({
    kind: "hushed",
    by: "王强",
    reason: "已开窗,在场",
    origin: { side: "board", source: "192.168.1.20" },
    untilWallMs: (action?.at.wallMs ?? 0) + 300_000,
  });
});
