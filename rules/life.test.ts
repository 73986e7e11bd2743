import { describe, expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { hours, minutes } from "#domain/quantity.ts";
import {
  co,
  instant,
  lel,
  openBench,
  says,
  verdict,
  type Bench,
} from "#test/compliance/timetable.ts";
import { refusals, type Command } from "./commands.ts";
import { isQuiet, lifeOf } from "./step.ts";

const by = userId("李敏");
const on = { rule: "combustible", by } as const;
const shelve: Command = { ...on, kind: "shelve", reason: "装修", duration: hours(2) };
const off: Command = {
  kind: "take-out-of-service",
  by,
  reason: "探头损坏",
  duration: hours(24),
  confirmedOnSite: true,
};
const state = (home: Bench) => lifeOf(home.state, "combustible");

describe("the life of a gas alarm", () => {
  test("raised, signed for, returned, reset by a person: latched until then", () => {
    const home = openBench();
    expect(state(home)).toBe("normal");
    home.says(0, lel(25));
    expect(state(home)).toBe("unacknowledged");
    home.does(5, { ...on, kind: "acknowledge" });
    expect(state(home)).toBe("acknowledged");
    home.says(10, lel(0));
    home.says(20, lel(0));
    expect(home.sounding()).toBe("none");
    expect(state(home)).toBe("latched");
    home.wait(86_400);
    expect(state(home)).toBe("latched");
    home.does(86_401, { ...on, kind: "reset", reason: "阀门已修,复测 0" });
    expect(state(home)).toBe("normal");
    expect(home.actions.map((action) => action.kind)).toEqual(["acknowledged", "reset"]);
    expect(home.actions[1]).toMatchObject({ by: "李敏", reason: "阀门已修,复测 0" });
  });

  test("what nobody signed for stays so though the next alarm came and went while shelved", () => {
    const home = openBench();
    home.says(0, lel(25));
    for (let second = 10; second <= 100; second += 10) home.says(second, lel(0));
    expect(state(home)).toBe("returned-unacknowledged");
    home.does(200, shelve);
    home.says(1_000, lel(12));
    home.wait(1_006);
    for (let second = 1_010; second <= 1_100; second += 10) home.says(second, lel(0));
    home.does(1_200, { ...on, kind: "unshelve" });
    expect(state(home)).toBe("returned-unacknowledged");
  });

  test("returned before anyone signed it waits for the signature, then for the reset", () => {
    const home = openBench();
    home.says(0, lel(25));
    home.says(10, lel(0));
    home.says(20, lel(0));
    expect(state(home)).toBe("returned-unacknowledged");
    expect(isQuiet(home.state)).toBe(false);
    expect(home.does(30, { ...on, kind: "reset", reason: "x" }).refused).toBe(refusals.notLatched);
    home.does(40, { ...on, kind: "acknowledge" });
    expect(state(home)).toBe("latched");
  });

  test("a worse level, a second gas and a new alarm must be signed for again", () => {
    const home = openBench();
    const sign = (second: number) => home.does(second, { ...on, kind: "acknowledge" });
    home.says(0, lel(12));
    home.wait(6);
    sign(7);
    home.says(8, lel(22));
    expect(state(home)).toBe("unacknowledged");
    sign(9);
    home.says(10, lel(22), lel(12, "lpg"));
    home.wait(16);
    expect(state(home)).toBe("unacknowledged");
    sign(17);
    home.says(20, lel(0), lel(0, "lpg"));
    home.says(30, lel(0), lel(0, "lpg"));
    expect(state(home)).toBe("latched");
    home.says(60, lel(30));
    expect(state(home)).toBe("unacknowledged");
  });

  test("a signature can be taken back, with a reason", () => {
    const home = openBench();
    home.says(0, lel(25));
    home.does(1, { ...on, kind: "acknowledge" });
    home.does(2, { ...on, kind: "unacknowledge", reason: "签错" });
    expect(state(home)).toBe("unacknowledged");
    expect(home.does(3, { ...on, kind: "unacknowledge", reason: "签错" }).refused).toBe(
      refusals.notSigned,
    );
  });

  test("a fault needs no signature to be over, a tamper does", () => {
    const home = openBench();
    home.says(0, says("sensor-fault"), says("tamper"));
    home.says(10, says("sensor-fault", false), says("tamper", false));
    expect(lifeOf(home.state, "sensor-fault")).toBe("normal");
    expect(lifeOf(home.state, "tamper")).toBe("returned-unacknowledged");
    home.does(20, { kind: "acknowledge", rule: "tamper", by });
    expect(lifeOf(home.state, "tamper")).toBe("normal");
  });

  test("a missing signature is still missing after a shelved alarm, a test and a pre-alarm", () => {
    const device = (home: Bench) => lifeOf(home.state, "device-alarm-gas");
    const home = openBench();
    home.says(0, verdict("methane", true, "high"));
    home.says(100, verdict("methane", false));
    const held = { rule: "device-alarm-gas", by } as const;
    home.does(110, { ...held, kind: "shelve", reason: "装修", duration: hours(1) });
    home.says(800, verdict("methane", true));
    home.says(900, verdict("methane", false));
    home.does(910, { ...held, kind: "unshelve" });
    expect(device(home)).toBe("returned-unacknowledged");
    home.says(1_600, says("self-test"), verdict("methane", true));
    expect(device(home)).toBe("returned-unacknowledged");
    home.says(1_700, says("self-test", false), verdict("methane", false));
    expect(device(home)).toBe("returned-unacknowledged");

    home.says(2_000, lel(25));
    home.says(2_010, lel(0));
    home.says(2_020, lel(0));
    for (let second = 3_000; second <= 3_060; second += 10)
      home.says(second, lel((second - 3_000) / 8));
    home.says(3_200, lel(0));
    expect(home.events.at(-2)).toMatchObject({ kind: "raised", priority: 2 });
    expect(state(home)).toBe("returned-unacknowledged");
  });

  test("a pre-alarm and a test leave nothing behind", () => {
    const home = openBench();
    home.says(0, says("self-test"), verdict("methane", true));
    home.says(10, says("self-test", false), verdict("methane", false));
    expect(lifeOf(home.state, "device-alarm-gas")).toBe("normal");
    for (let second = 20; second <= 130; second += 10) home.says(second, lel((second - 20) / 12));
    expect(state(home)).toBe("unacknowledged");
    home.says(200, lel(0));
    expect(state(home)).toBe("normal");
  });
});

describe("shelving", () => {
  test("holds an alarm back, records it with name and reason, and ends by itself", () => {
    const home = openBench();
    const { action } = home.does(0, shelve);
    expect(action).toMatchObject({
      kind: "shelved",
      by: "李敏",
      reason: "装修",
      untilWallMs: instant(7_200).wallMs,
    });
    expect(state(home)).toBe("shelved");
    home.says(10, lel(12));
    home.wait(20);
    expect(home.events.filter((one) => one.alarmClass === "gas")).toMatchObject([
      { kind: "raised", held: { by: "shelved", who: "李敏", reason: "装修" } },
    ]);
    expect(home.sounding()).toBe("none");
    home.says(7_000, lel(12));
    home.wait(7_201);
    expect(home.actions.at(-1)).toMatchObject({ kind: "shelving-expired", by: "李敏" });
    expect(home.events.at(-1)).toMatchObject({ kind: "worsened", rule: "combustible" });
    expect(home.events.at(-1)?.held).toBeUndefined();
    expect(state(home)).toBe("unacknowledged");
    expect(home.sounding()).toBe("gas");
  });

  test("the high level breaks through", () => {
    const home = openBench();
    home.does(0, shelve);
    home.says(10, lel(12));
    home.says(20, lel(25));
    expect(home.events.at(-1)).toMatchObject({ kind: "worsened", priority: 1 });
    expect(home.events.at(-1)?.held).toBeUndefined();
    expect(home.sounding()).toBe("gas");
    expect(state(home)).toBe("unacknowledged");
  });

  test("lifted with the condition present it is unacknowledged, without it normal", () => {
    const home = openBench();
    home.does(0, shelve);
    home.says(10, lel(12));
    home.wait(20);
    home.does(30, { ...on, kind: "unshelve" });
    expect(state(home)).toBe("unacknowledged");
    const calm = openBench();
    calm.does(0, shelve);
    calm.does(30, { ...on, kind: "unshelve" });
    expect(state(calm)).toBe("normal");
    expect(calm.does(31, { ...on, kind: "unshelve" }).refused).toBe(refusals.notHeld);
  });

  test("is refused for gas and CO that alarm, without name or reason, for too long, and twice", () => {
    const home = openBench();
    expect(home.does(1, { ...shelve, by: userId(" ") }).refused).toBe(refusals.nameless);
    expect(home.does(2, { ...shelve, reason: "" }).refused).toBe(refusals.nameless);
    expect(home.does(3, { ...shelve, duration: hours(25) }).refused?.en).toContain("24 h");
    expect(home.does(4, { ...shelve, duration: minutes(0) }).refused).toBeDefined();
    expect(home.does(4, { ...shelve, duration: minutes(Number.NaN) }).refused).toBeDefined();
    home.says(5, co(400));
    expect(home.does(6, shelve).refused).toBe(refusals.dangerStands);
    expect(home.does(7, { ...shelve, rule: "tamper" }).refused).toBeUndefined();
    expect(home.does(8, { ...shelve, rule: "tamper" }).refused).toBe(refusals.alreadyHeld);
    expect(home.state.alarms.holds).toHaveLength(1);
  });

  test("by design only what is neither gas nor CO can be suppressed", () => {
    const home = openBench();
    const cause = "gateway-offline";
    home.does(0, { kind: "suppress", rule: "silence", cause });
    expect(lifeOf(home.state, "silence")).toBe("suppressed");
    home.wait(200);
    expect(home.events).toMatchObject([{ rule: "silence", held: { by: "suppressed" } }]);
    home.does(300, { kind: "unsuppress", rule: "silence", cause });
    expect(home.events.at(-1)).toMatchObject({ kind: "worsened", rule: "silence" });
    expect(lifeOf(home.state, "silence")).toBe("unacknowledged");
    expect(home.does(301, { kind: "suppress", rule: "co", cause }).refused).toBe(
      refusals.dangerByDesign,
    );
  });
});

describe("out of service", () => {
  test("an alarm that stands needs a person on site; then it rings nobody until the time is up", () => {
    const home = openBench();
    home.says(0, lel(25));
    expect(home.does(1, { ...off, confirmedOnSite: false }).refused).toBe(refusals.dangerStands);
    home.does(2, off);
    expect(home.sounding()).toBe("none");
    expect(state(home)).toBe("out-of-service");
    home.wait(86_403);
    expect(home.actions.at(-1)).toMatchObject({ kind: "service-hold-expired", by: "李敏" });
    expect(home.sounding()).toBe("gas");
    expect(state(home)).toBe("unacknowledged");
  });

  test("returned to service with nothing wrong it is normal", () => {
    const home = openBench();
    home.does(0, off);
    home.does(10, { kind: "return-to-service", by });
    expect(state(home)).toBe("normal");
    expect(home.actions.map((one) => one.kind)).toEqual([
      "taken-out-of-service",
      "returned-to-service",
    ]);
  });
});

describe("several holds at once", () => {
  test("the strongest is shown, and lifting it leaves the others", () => {
    const home = openBench();
    home.does(0, { kind: "suppress", rule: "silence", cause: "link-down:a" });
    home.does(1, { ...shelve, rule: "silence" });
    home.does(2, shelve);
    home.does(3, off);
    expect(lifeOf(home.state, "silence")).toBe("out-of-service");
    expect(state(home)).toBe("out-of-service");
    home.does(4, { kind: "return-to-service", by });
    expect(lifeOf(home.state, "silence")).toBe("shelved");
    expect(state(home)).toBe("shelved");
    home.does(5, { kind: "unshelve", rule: "silence", by });
    expect(lifeOf(home.state, "silence")).toBe("suppressed");
    expect(state(home)).toBe("shelved");
    expect(lifeOf(home.state, "tamper")).toBe("normal");
  });

  test("a suppression ends with its own cause only", () => {
    const home = openBench();
    home.does(0, { kind: "suppress", rule: "silence", cause: "link-down:a" });
    expect(
      home.does(1, { kind: "unsuppress", rule: "silence", cause: "link-down:b" }).refused,
    ).toBe(refusals.notHeld);
    expect(home.does(2, { kind: "unshelve", rule: "silence", by }).refused).toBe(refusals.notHeld);
    expect(home.does(3, { kind: "suppress", rule: "silence", cause: " " }).refused).toBe(
      refusals.nameless,
    );
    expect(lifeOf(home.state, "silence")).toBe("suppressed");
  });

  test("each ends at its own time", () => {
    const home = openBench();
    home.does(0, { ...shelve, rule: "tamper", duration: minutes(10) });
    home.does(0, { ...shelve, rule: "battery-low", duration: minutes(5) });
    home.wait(400);
    expect(home.actions.slice(2)).toMatchObject([
      { kind: "shelving-expired", rule: "battery-low" },
    ]);
    expect(home.actions[2]?.at.monoMs).toBe(300_000);
    expect(home.state.alarms.holds).toMatchObject([{ rule: "tamper" }]);
    home.wait(700);
    expect(home.state.alarms.holds).toEqual([]);
  });
});
