/** Silencing the sound: which level, how confirmed, how often; and what brings it back. */
import { describe, expect, test } from "vitest";
import type { ActionKind } from "#domain/action.ts";
import { userId } from "#domain/ids.ts";
import { minutes } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import {
  beyond,
  co,
  fault,
  lel,
  openBench,
  says,
  verdict,
  type Bench,
} from "#test/compliance/timetable.ts";
import { refusals, type Command } from "./commands.ts";

type Silence = Extract<Command, { kind: "hush" }>;

const onSite: Silence = {
  kind: "hush",
  by: userId("王强"),
  reason: "已开窗,在场",
  duration: minutes(10),
  confirmedOnSite: true,
  origin: { side: "board", source: "192.168.1.20" },
};
const fromAfar: Silence = { ...onSite, confirmedOnSite: false };

/** 60 ppm until the bands alarm, at 4,260 s; the next reading decides what is measured then. */
const coAlarm = (): Bench => {
  const home = openBench();
  for (let second = 0; second <= 4_500; second += 60) home.says(second, co(60));
  return home;
};
const gasAlarm = (): Bench => {
  const home = openBench();
  home.says(4_490, lel(12));
  home.wait(4_500);
  return home;
};
const deviceAlarm = (grade?: "low" | "high") => (): Bench => {
  const home = openBench();
  home.says(4_500, verdict("co", true, grade));
  return home;
};

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
      "CO at 60 ppm, the sensor says it is broken",
      coAlarm,
      [says("sensor-fault")],
      onSite,
      refusals.levelUnknown,
    ],
    ["gas at 12 %LEL, on site", gasAlarm, [lel(12)], onSite, may],
    ["gas at 12 %LEL, nobody on site", gasAlarm, [lel(12)], fromAfar, refusals.cannotHush],
    ["gas at 19.9 %LEL, on site", gasAlarm, [lel(19.9)], onSite, may],
    ["gas at 20 %LEL, on site", gasAlarm, [lel(20)], onSite, refusals.cannotHush],
    ["gas back at 9 %LEL, nobody on site", gasAlarm, [lel(9)], fromAfar, may],
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

describe("the sound comes back", () => {
  const ends = (home: Bench): ActionKind | undefined =>
    home.actions.findLast(({ kind }) => kind.startsWith("hush-"))?.kind;

  test.each<[string, () => Bench, Finding[], boolean]>([
    ["CO wavers by 20 ppm", coAlarm, [co(80)], false],
    ["CO rises by 21 ppm", coAlarm, [co(81)], true],
    ["gas wavers by 2 %LEL", gasAlarm, [lel(14)], false],
    ["gas rises by 2.1 %LEL", gasAlarm, [lel(14.1)], true],
    ["gas reaches the high level", gasAlarm, [lel(20)], true],
    ["a second gas is measured", gasAlarm, [lel(12), co(50)], true],
    ["CO alarms beside gas", gasAlarm, [lel(12), co(400)], true],
    ["the detector says that its sensor is broken", gasAlarm, [says("sensor-fault")], true],
    ["gas falls", gasAlarm, [lel(9)], false],
  ])("%s: %#", (_, alarm, now, comesBack) => {
    const home = alarm();
    const was = home.sounding();
    expect(home.does(4_511, onSite).refused).toBeUndefined();
    home.says(4_530, ...now);
    expect(home.sounding() === "none").toBe(!comesBack);
    if (comesBack) expect([was, "co"]).toContain(home.sounding());
    expect(ends(home)).toBe(comesBack ? "hush-broken" : undefined);
  });

  test("when the detector falls silent: nobody knows the level any more", () => {
    const home = gasAlarm();
    home.does(4_511, onSite);
    home.wait(4_700);
    expect(home.story().at(-1)).toContain("raised silence");
    expect(home.sounding()).toBe("gas");
    expect(ends(home)).toBe("hush-broken");
    expect(home.does(4_701, onSite).refused).toBe(refusals.hushedOnce);
  });

  test("when messages cannot be read for long", () => {
    const home = gasAlarm();
    home.does(4_511, onSite);
    for (let second = 4_515; second <= 4_560; second += 5) home.says(second, fault("malformed"));
    expect(home.sounding()).toBe("gas");
  });

  test("when another device alarms, or a person lets it", () => {
    const home = gasAlarm();
    const release: Command = { kind: "release-hush", by: userId("李敏"), reason: "仍有人在屋内" };
    expect(home.does(4_510, release).refused).toBe(refusals.notHushed);
    home.does(4_511, onSite);
    expect(home.does(4_520, release).action).toMatchObject({ kind: "hush-released", by: "李敏" });
    expect(home.sounding()).toBe("gas");

    const other = gasAlarm();
    other.does(4_511, onSite);
    other.does(4_520, { kind: "break-hush", cause: "xian-2-1-604" });
    expect(other.sounding()).toBe("gas");
    expect(other.actions.at(-1)).toMatchObject({ kind: "hush-broken", reason: "xian-2-1-604" });
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
