/** What one detector asks for, read off its judgement as it goes. */
import { expect, test } from "vitest";
import type { RuleId } from "#domain/alarm.ts";
import { userId } from "#domain/ids.ts";
import { minutes } from "#domain/quantity.ts";
import { co, lel, openBench, says, verdict, type Bench } from "#test/compliance/timetable.ts";
import type { Command } from "../commands.ts";
import { demandOf, noDemand, type Demand } from "./demand.ts";

const by = userId("李敏");
const sign = (rule: RuleId): Command => ({ kind: "acknowledge", rule, by });
const hush: Command = {
  kind: "hush",
  by,
  reason: "已通风",
  duration: minutes(5),
  confirmedOnSite: true,
};

const openHome = () => {
  const bench = openBench();
  return { ...bench, asks: (before?: Demand): Demand => demandOf(bench.state, before) };
};

/** 2, 5 and 8 %LEL: a rise that is a pre-alarm. */
const rises = (home: Bench): void => {
  home.says(0, lel(2));
  home.says(6, lel(5));
  home.says(12, lel(8));
};

test("a quiet home asks for nothing, also one that has just become quiet", () => {
  const home = openHome();
  home.says(0, lel(1), co(2));
  expect(home.asks()).toBe(noDemand);
  home.says(10, says("tamper"));
  const before = home.asks();
  expect(before.fault).toBe(true);
  home.says(20, says("tamper", false));
  expect(home.asks(before)).toBe(noDemand);
});

test("a pre-alarm is for early buzzers: it shuts no valve and waits for no signature", () => {
  const home = openHome();
  rises(home);
  expect(home.story()).toEqual(["12 raised combustible"]);
  expect(home.asks()).toEqual({ ...noDemand, early: "gas", gasAround: true });
});

test("what somebody answers for asks for nothing, but nothing near it may spark", () => {
  const home = openHome();
  for (const rule of ["combustible", "sensor-fault"] as const) {
    home.does(0, { kind: "shelve", rule, by, reason: "换表", duration: minutes(60) });
  }
  rises(home);
  home.says(15, says("sensor-fault"));
  expect(home.events.map(({ held }) => held?.by)).toEqual(["shelved", "shelved"]);
  expect(home.asks()).toEqual({ ...noDemand, gasAround: true });
});

test("a fault beside gas takes nothing from it, nor gas from the fault", () => {
  const home = openHome();
  home.says(0, verdict("methane", true));
  home.says(5, says("tamper"));
  expect(home.asks()).toMatchObject({ urgent: "gas", early: "gas", gas: true, fault: true });
});

test("gas that stood before CO came is what waits for a signature longest", () => {
  const home = openHome();
  home.says(10, verdict("methane", true));
  home.says(40, verdict("co", true));
  expect(home.asks().unsignedSinceMs).toBe(10_000);
});

test("gas at the low level is a sound, a valve, something not to spark near, and a signature owed", () => {
  const home = openHome();
  home.says(0, verdict("methane", true));
  expect(home.asks()).toMatchObject({
    urgent: "gas",
    early: "gas",
    gas: true,
    gasAround: true,
    hushedUntilMs: undefined,
    fault: false,
  });
  expect(home.asks().unsignedSinceMs).toBeDefined();
});

test("CO outranks gas, moves no valve, and leaves nothing not to spark near", () => {
  const home = openHome();
  home.says(0, verdict("co", true));
  expect(home.asks()).toMatchObject({ urgent: "co", early: "co", gas: false, gasAround: false });
  home.says(5, verdict("methane", true));
  expect(home.asks()).toMatchObject({ urgent: "co", early: "co", gas: true, gasAround: true });
});

test("a signature ends what is owed and nothing else; the oldest unsigned alarm counts", () => {
  const home = openHome();
  home.says(0, verdict("co", true));
  const first = home.asks().unsignedSinceMs;
  home.says(30, verdict("methane", true));
  expect(home.asks().unsignedSinceMs).toBe(first);
  home.does(40, sign("device-alarm-co"));
  expect(home.asks().unsignedSinceMs).toBeGreaterThan(first ?? Infinity);
  home.does(41, sign("device-alarm-gas"));
  expect(home.asks()).toMatchObject({ urgent: "co", gas: true, unsignedSinceMs: undefined });
});

test("who must sign has their time from when the alarm became urgent, not from the pre-alarm before it", () => {
  const home = openHome();
  // WHO's mean is told of after 13.5 minutes, the bands alarm after 25.
  for (let second = 0; second <= 26 * 60; second += 10) home.says(second, co(100));
  expect(home.story()).toEqual(["810 raised co", "1500 worsened co"]);
  expect(home.asks().unsignedSinceMs).toBe(1_500_000);
});

test("and from the worsening that set their signature aside; what nobody signed is owed all along", () => {
  const home = openHome();
  home.says(0, lel(12));
  home.wait(6);
  home.does(10, sign("combustible"));
  expect(home.asks().unsignedSinceMs).toBeUndefined();
  home.says(600, lel(21));
  expect(home.asks().unsignedSinceMs).toBe(600_000);

  const nobody = openHome();
  nobody.says(0, lel(12));
  nobody.wait(6);
  nobody.says(600, lel(21));
  expect(nobody.asks().unsignedSinceMs).toBe(5_000);
});

test("and from the end of a shelving, when nobody answers for it any more", () => {
  const home = openHome();
  home.does(0, { kind: "shelve", rule: "combustible", by, reason: "换表", duration: minutes(60) });
  home.says(1, lel(12));
  home.wait(3_601);
  expect(home.asks().unsignedSinceMs).toBe(3_600_000);
});

test("a fault is one until somebody has signed for it", () => {
  const home = openHome();
  home.says(0, says("sensor-fault"));
  expect(home.asks()).toMatchObject({ urgent: "none", early: "none", gas: false, fault: true });
  expect(home.asks().unsignedSinceMs).toBeUndefined();
  home.does(5, sign("sensor-fault"));
  expect(home.asks().fault).toBe(false);
});

test("a test of the device asks for no sound, no valve and no signature", () => {
  const home = openHome();
  home.says(0, says("self-test"), verdict("methane", true));
  expect(home.asks()).toMatchObject({
    urgent: "none",
    early: "none",
    gas: false,
    gasAround: false,
    unsignedSinceMs: undefined,
    fault: false,
  });
});

test("a hush is told with its end, and changes nothing that is asked for", () => {
  const home = openHome();
  home.says(0, lel(12));
  home.wait(6);
  home.says(10, lel(9));
  expect(home.does(11, hush).refused).toBeUndefined();
  expect(home.asks()).toMatchObject({ urgent: "gas", gas: true });
  expect(home.asks().hushedUntilMs).toBeDefined();
});

test("is the same object while nothing in it changes, and another for each single change", () => {
  const home = openHome();
  home.says(0, verdict("methane", true));
  const before = home.asks();
  home.says(3, verdict("methane", true));
  expect(home.asks(before)).toBe(before);
  const others: readonly Partial<Demand>[] = [
    { urgent: "co" },
    { early: "co" },
    { gas: false },
    { gasAround: false },
    { hushedUntilMs: before.unsignedSinceMs },
    { unsignedSinceMs: undefined },
    { fault: true },
  ];
  for (const other of others) {
    const changed = { ...before, ...other };
    expect(home.asks(changed)).not.toBe(changed);
    expect(home.asks(changed)).toEqual(before);
  }
});
