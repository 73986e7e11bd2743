import { describe, expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { minutes } from "#domain/quantity.ts";
import { co, lel, openBench, says, verdict, type Bench } from "#test/compliance/timetable.ts";
import { refusals, type Command } from "./commands.ts";
import { lifeOf } from "./step.ts";

const by = userId("李敏");
const state = (home: Bench) => lifeOf(home.state, "combustible");

describe("the sound alone", () => {
  const hush: Command = {
    kind: "hush",
    by,
    reason: "已通风",
    duration: minutes(10),
    confirmedOnSite: false,
  };

  test("is hushed below the threshold for ten minutes, and comes back with a worse level", () => {
    const home = openBench();
    expect(home.does(0, hush).refused).toBe(refusals.notSounding);
    home.says(1, lel(12));
    home.says(10, lel(9));
    expect(home.does(11, hush).refused).toBeUndefined();
    expect(home.sounding()).toBe("none");
    expect(state(home)).toBe("unacknowledged");
    home.says(20, lel(22));
    expect(home.sounding()).toBe("gas");
    expect(home.actions.map((one) => one.kind)).toEqual(["hushed", "hush-broken"]);
  });

  test("comes back by itself", () => {
    const home = openBench();
    home.says(1, lel(12));
    home.says(10, lel(9));
    home.does(11, hush);
    for (let second = 60; second <= 600; second += 60) home.says(second, lel(9));
    expect(home.sounding()).toBe("none");
    home.wait(612);
    expect(home.sounding()).toBe("gas");
  });

  test("is refused above the threshold, unless someone on site vouches, and at the high level always", () => {
    const home = openBench();
    home.says(0, lel(12));
    home.wait(6);
    expect(home.does(7, hush).refused).toBe(refusals.cannotHush);
    expect(home.does(8, { ...hush, duration: minutes(11) }).refused).toBeDefined();
    expect(home.does(9, { ...hush, confirmedOnSite: true }).refused).toBeUndefined();
    home.says(10, lel(25));
    expect(home.does(11, { ...hush, confirmedOnSite: true }).refused).toBe(refusals.hushedOnce);
  });
});

describe("chatter", () => {
  test("60 beginnings in a minute are one alarm, a tag and a count", () => {
    const home = openBench();
    for (let toggle = 0; toggle < 60; toggle += 1) {
      home.says(toggle, verdict("co", true));
      home.says(toggle + 0.5, verdict("co", false));
    }
    expect(home.story()).toEqual(["0 raised device-alarm-co", "2 worsened device-alarm-co"]);
    expect(home.events[1]?.chatter).toBe(3);
    expect(home.sounding()).toBe("co");
    home.wait(200);
    expect(home.events[2]).toMatchObject({ kind: "returned", chatter: 60 });
    expect(home.events[2]?.at.monoMs).toBe(119_500);
  });

  test("slow chatter is tagged at the third alarm within ten minutes, and forgotten after", () => {
    const home = openBench();
    for (const second of [0, 60, 120]) {
      home.says(second, verdict("co", true));
      home.says(second + 10, verdict("co", false));
    }
    expect(home.events.map((event) => event.chatter)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      3,
    ]);
    home.wait(1_000);
    home.says(1_001, verdict("co", true));
    expect(home.events.at(-1)?.chatter).toBeUndefined();
  });
});

describe("what may be hushed from afar", () => {
  const hush: Command = {
    kind: "hush",
    by,
    reason: "已通风",
    duration: minutes(5),
    confirmedOnSite: false,
  };

  test("is CO that has fallen below its bands, and the end of the hush is written down", () => {
    const home = openBench();
    home.says(0, co(300));
    home.says(10, co(45));
    expect(home.does(11, hush).refused).toBe(refusals.cannotHush);
    home.says(20, co(29));
    const { action } = home.does(21, hush);
    expect(action).toMatchObject({ kind: "hushed", rule: "all", reason: "已通风" });
    expect((action?.untilWallMs ?? 0) - (action?.at.wallMs ?? 0)).toBe(300_000);
  });

  test("is not one alarm below its threshold while another is above its own", () => {
    const home = openBench();
    home.says(0, lel(12), co(300));
    home.wait(6);
    home.says(10, lel(9), co(60));
    expect(home.does(11, hush).refused).toBe(refusals.cannotHush);
    home.says(20, lel(9), co(20));
    expect(home.does(21, hush).refused).toBeUndefined();
  });

  test("is not refused for a fault beside it, unless the fault makes the level unknown", () => {
    const home = openBench();
    home.says(0, lel(12), says("tamper"));
    home.wait(6);
    home.says(10, lel(9), says("sensor-fault"));
    expect(home.does(11, hush).refused).toBe(refusals.levelUnknown);
    home.says(20, lel(9), says("sensor-fault", false));
    expect(home.does(21, hush).refused).toBeUndefined();
  });

  test("is held to its time: none, or more than ten minutes, is refused with the limit", () => {
    const home = openBench();
    home.says(0, lel(12));
    home.says(10, lel(9));
    for (const duration of [minutes(0), minutes(10.01)]) {
      expect(home.does(11, { ...hush, duration }).refused?.en).toContain("more than 0");
    }
    expect(home.does(12, { ...hush, duration: minutes(10) }).refused).toBeUndefined();
  });
});

describe("shelving", () => {
  const shelve = { kind: "shelve", rule: "combustible", by, reason: "装修" } as const;

  test("of gas is refused while gas stands, and not for a fault or a test of the device", () => {
    const home = openBench();
    home.says(0, says("tamper"), says("self-test"), verdict("methane", true));
    expect(home.does(1, { ...shelve, duration: minutes(60) }).refused).toBeUndefined();
    const other = openBench();
    other.says(0, co(400));
    expect(other.does(1, { ...shelve, duration: minutes(60) }).refused).toBe(refusals.dangerStands);
    const fault = { ...shelve, rule: "tamper", duration: minutes(60) } as const;
    expect(other.does(2, fault).refused).toBeUndefined();
  });

  test("of a rule that does not exist is refused as such", () => {
    const home = openBench();
    // As an older or a newer program might say it.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const rule = "gas" as "combustible";
    expect(home.does(0, { ...shelve, rule, duration: minutes(60) }).refused).toBe(
      refusals.unknownRule,
    );
  });
});
