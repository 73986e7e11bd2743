/** GB/T 45839-2025, networking of stand-alone detectors (`docs/standards.md` §2.4): the part that is judged. */
import { describe, expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { minutes, seconds } from "#domain/quantity.ts";
import { lifeOf } from "#rules/step.ts";
import { co, defaultRules, fault, lel, openBench, says } from "./timetable.ts";

const by = userId("王强");

describe("latching: the alarm state is held until manual reset", () => {
  test.each([
    ["gas", "combustible", lel(25), lel(0)],
    ["CO", "co", co(400), co(0)],
  ] as const)("%s stays latched for days until a named person resets it", (_, rule, high, low) => {
    const home = openBench({ ...defaultRules, silenceAfter: seconds(1_000_000) });
    home.says(0, high);
    for (let second = 10; second <= 100; second += 10) home.says(second, low);
    home.does(200, { kind: "acknowledge", rule, by });
    home.wait(3 * 86_400);
    expect(lifeOf(home.state, rule)).toBe("latched");
    home.does(3 * 86_400 + 1, { kind: "reset", rule, by, reason: "现场复测正常" });
    expect(lifeOf(home.state, rule)).toBe("normal");
  });
});

describe("sound may be silenced and must sound again on a new alarm", () => {
  test("a second gas, or CO beside gas, sounds again", () => {
    const home = openBench();
    home.says(0, lel(12));
    home.wait(6);
    const hush = { kind: "hush", by, reason: "已到场", duration: minutes(10) } as const;
    home.does(7, { ...hush, confirmedOnSite: true });
    expect(home.sounding()).toBe("none");
    home.says(20, lel(12), co(400));
    expect(home.sounding()).toBe("co");
  });
});

describe("remote silence only (a) below the threshold or (c) confirmed on site, by a named person", () => {
  const hush = { kind: "hush", duration: minutes(5), reason: "已通风" } as const;

  test.each([
    ["above, from afar", lel(12), false, by, false],
    ["above, confirmed on site", lel(12), true, by, true],
    ["below, from afar", lel(9), false, by, true],
    ["below, by nobody", lel(9), false, userId(""), false],
  ] as const)("%s: %#", (_, now, confirmedOnSite, who, may) => {
    const home = openBench();
    home.says(0, lel(12));
    home.wait(6);
    home.says(10, now);
    const { refused } = home.does(11, { ...hush, by: who, confirmedOnSite });
    expect(refused === undefined).toBe(may);
    expect(home.sounding()).toBe(may ? "none" : "gas");
  });
});

describe("a fault is signalled within 100 s", () => {
  test("reported by the device: at once", () => {
    const home = openBench();
    home.says(0, says("sensor-fault"), says("power-loss"));
    expect(home.story()).toEqual(["0 raised sensor-fault", "0 raised power-loss"]);
  });

  test.each([5, 10, 30, 60])("a bus that does not answer, asked every %i s", (everySeconds) => {
    const home = openBench();
    home.says(0, co(0));
    for (let second = everySeconds; second <= 120; second += everySeconds) {
      home.says(second, fault("no-reply"));
    }
    const told = home.events.find((event) => event.rule === "reading-fault");
    // From the first reply that did not come.
    expect((told?.at.monoMs ?? Number.POSITIVE_INFINITY) / 1_000 - everySeconds).toBeLessThan(100);
  });
});

test("the loss of a device is noticed far within 24 h", () => {
  const home = openBench();
  home.says(0, co(0));
  home.wait(86_400);
  expect(home.story()).toEqual(["180 raised silence"]);
});

test("test data are told from real alarms", () => {
  const home = openBench();
  home.says(0, says("self-test"), { kind: "verdict", gas: "co", alarming: true });
  home.says(1, lel(25));
  const marked = home.events.filter((event) => event.alarmClass !== "test");
  expect(marked.map((event) => [event.rule, event.test])).toEqual([
    ["device-alarm-co", true],
    ["combustible", false],
  ]);
});
