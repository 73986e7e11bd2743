import { describe, expect, test } from "vitest";
import { seconds } from "#domain/quantity.ts";
import {
  beyond,
  co,
  defaultRules,
  lel,
  openBench,
  says,
  verdict,
} from "#test/compliance/timetable.ts";

describe("the device's own verdict", () => {
  test("alarms at once and returns when the device says so", () => {
    const home = openBench();
    home.says(0, verdict("co", true));
    home.says(5, verdict("co", true));
    home.says(60, verdict("co", false));
    expect(home.story()).toEqual(["0 raised device-alarm-co", "60 returned device-alarm-co"]);
    expect(home.events[0]).toMatchObject({ alarmClass: "co", priority: 1, gas: "co" });
  });

  test("a higher grade worsens it", () => {
    const home = openBench();
    home.says(0, verdict("methane", true, "low"));
    home.says(5, verdict("methane", true, "high"));
    expect(home.story()).toEqual(["0 raised device-alarm-gas", "5 worsened device-alarm-gas"]);
  });

  test("of two gases the higher grade speaks, and a second gas is a worsening", () => {
    const home = openBench();
    home.says(0, verdict("methane", true, "low"));
    home.says(5, verdict("lpg", true, "low"));
    home.says(10, verdict("lpg", true, "high"));
    expect(home.events.map((event) => event.kind)).toEqual(["raised", "worsened", "worsened"]);
    expect(home.events[2]).toMatchObject({ gas: "lpg", cause: { inputs: { grade: "high" } } });
    expect(home.state.alarms.episodes[0]?.severe).toBe(true);
    const low = openBench();
    low.says(0, verdict("methane", true, "low"));
    expect(low.state.alarms.episodes[0]?.severe).toBe(false);
  });

  test("one gas in test and another that is real are real", () => {
    const home = openBench();
    home.says(0, verdict("methane", true));
    home.says(5, says("self-test"), verdict("lpg", true));
    expect(home.sounding()).toBe("gas");
    const other = openBench();
    other.says(0, says("self-test"), verdict("lpg", true));
    other.says(5, says("self-test", false), verdict("methane", true));
    expect(other.events.at(-1)).toMatchObject({ kind: "worsened", test: false, priority: 1 });
  });

  test("taken back in the same millisecond it still is one episode with one name", () => {
    const home = openBench();
    home.says(1, verdict("co", true));
    home.says(1, verdict("co", false));
    home.says(1, verdict("co", true));
    home.says(1, verdict("co", false));
    home.wait(4);
    expect(home.events.map((event) => event.kind)).toEqual(["raised", "returned"]);
    expect(home.events[1]?.id).toMatch(/^d1:device-alarm-co:boot-one:1000#2@boot-one:\d+$/);
  });

  test("in self-test it is a notice that sounds nowhere", () => {
    const home = openBench();
    home.says(0, says("self-test"), verdict("co", true));
    expect(home.events.find((one) => one.rule === "device-alarm-co")).toMatchObject({
      alarmClass: "co",
      priority: 4,
      test: true,
    });
    expect(home.sounding()).toBe("none");
    home.says(20, says("self-test", false), verdict("co", false));
    expect(home.state.alarms.episodes).toEqual([]);
  });

  test("a level measured during self-test is real", () => {
    const home = openBench();
    home.says(0, says("self-test"), verdict("methane", true), lel(25));
    expect(home.events.find((one) => one.rule === "combustible")).toMatchObject({
      priority: 1,
      test: false,
    });
    expect(home.sounding()).toBe("gas");
  });

  test("an alarm that outlives its self-test turns real", () => {
    const home = openBench();
    home.says(0, says("self-test"), verdict("co", true));
    home.says(20, says("self-test", false), verdict("co", true));
    expect(home.events.at(-1)).toMatchObject({ kind: "worsened", test: false, priority: 1 });
    expect(home.sounding()).toBe("co");
  });

  test("a self-test that never ends is believed for five minutes", () => {
    const home = openBench({ ...defaultRules, silenceAfter: seconds(3_600) });
    home.says(0, says("self-test"), verdict("co", true));
    home.wait(600);
    expect(home.story()).toEqual([
      "0 raised self-test",
      "0 raised device-alarm-co",
      "300 worsened device-alarm-co",
    ]);
  });

  test("a self-test that begins during a real alarm does not make it a test", () => {
    const home = openBench();
    home.says(0, verdict("co", true));
    home.says(5, says("self-test"), verdict("co", true));
    expect(home.sounding()).toBe("co");
    expect(home.state.alarms.episodes.find((one) => one.rule === "device-alarm-co")?.test).toBe(
      false,
    );
  });
});

describe("beyond the range", () => {
  test("alarms at once in the class of its gas, and returns in range", () => {
    const home = openBench();
    home.says(0, beyond(lel(100)));
    home.says(30, lel(50));
    expect(home.story()).toEqual([
      "0 raised combustible",
      "0 raised over-range",
      "30 returned over-range",
    ]);
  });

  test("CO joining makes it a CO alarm", () => {
    const home = openBench();
    home.says(0, beyond(lel(100)));
    home.says(30, beyond(co(1_000)));
    expect(
      home.events.filter((one) => one.rule === "over-range").map((one) => one.alarmClass),
    ).toEqual(["gas", "co"]);
    expect(home.sounding()).toBe("co");
  });
});
