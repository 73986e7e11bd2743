/** What brings a hushed sound back, and what does not. */
import { describe, expect, test } from "vitest";
import type { ActionKind } from "#domain/action.ts";
import { userId } from "#domain/ids.ts";
import { minutes } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import {
  bothAlarm,
  byIecTable,
  coAlarm,
  gasAlarm,
  gasAlarmBy,
  onSite,
} from "#test/compliance/sounding.ts";
import {
  co,
  fault,
  lel,
  openBench,
  says,
  verdict,
  type Bench,
} from "#test/compliance/timetable.ts";
import { refusals, type Command } from "./commands.ts";

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
    ["the device itself alarms, without a level", gasAlarm, [verdict("co", true)], true],
    ["gas rises beside CO that stays as it was", bothAlarm, [co(60), lel(15)], true],
    ["neither of the two rises", bothAlarm, [co(79), lel(13.9)], false],
    ["the detector tests itself", gasAlarm, [says("self-test"), verdict("co", true)], false],
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

  test("not because one of two alarms has returned", () => {
    const home = bothAlarm();
    home.does(4_511, onSite);
    for (let second = 4_520; second <= 4_560; second += 10) home.says(second, co(60), lel(0));
    expect(home.story().at(-1)).toContain("returned combustible");
    expect(home.sounding()).toBe("none");
    expect(ends(home)).toBeUndefined();
  });

  test("not with an alarm that somebody answers for", () => {
    const home = openBench();
    const shelve: Command = {
      kind: "shelve",
      rule: "device-alarm-co",
      by: userId("赵军"),
      reason: "换表",
      duration: minutes(600),
    };
    expect(home.does(4_480, shelve).refused).toBeUndefined();
    home.says(4_490, lel(12));
    home.wait(4_500);
    home.does(4_511, onSite);
    home.says(4_520, verdict("co", true, "low"));
    expect(home.sounding()).toBe("none");
    home.says(4_525, verdict("co", true, "high"));
    expect(home.sounding()).toBe("co");
  });

  test("a shelved CO alarm is silent below the set point and breaks through at it", () => {
    const home = openBench();
    const hold = { by: userId("赵军"), reason: "换表", duration: minutes(600) };
    home.does(0, { kind: "shelve", rule: "co", ...hold });
    for (let second = 10; second <= 4_500; second += 60) home.says(second, co(60));
    expect(home.events.at(-1)).toMatchObject({ priority: 1, held: { by: "shelved" } });
    expect(home.sounding()).toBe("none");
    home.says(4_510, co(300));
    expect(home.sounding()).toBe("co");
  });

  test("by the amount of gas, whatever table its percentage was made with", () => {
    const home = gasAlarmBy(byIecTable, 12)();
    home.does(4_511, onSite);
    home.says(4_520, lel(13.7));
    expect(home.sounding()).toBe("none");
    home.says(4_525, lel(13.8));
    expect(home.sounding()).toBe("gas");
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
    const origin = { side: "center", command: "c-17" } as const;
    const release: Command = {
      kind: "release-hush",
      by: userId("李敏"),
      reason: "仍有人在屋内",
      origin,
    };
    expect(home.does(4_510, release).refused).toBe(refusals.notHushed);
    home.does(4_511, onSite);
    expect(home.does(4_520, release).action).toMatchObject({
      kind: "hush-released",
      by: "李敏",
      origin,
    });
    expect(home.sounding()).toBe("gas");

    const other = gasAlarm();
    other.does(4_511, onSite);
    other.does(4_520, { kind: "break-hush", cause: "xian-2-1-604" });
    expect(other.sounding()).toBe("gas");
    expect(other.actions.at(-1)).toMatchObject({ kind: "hush-broken", reason: "xian-2-1-604" });
  });
});
