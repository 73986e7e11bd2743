import { describe, expect, test } from "vitest";
import { clockNames, clockPlans } from "./clock-plans.ts";
import { distanceM } from "./distance.ts";
import { dueAt } from "./due-times.ts";
import { boundsOf, planFor, type ClockOverride } from "./street-plans.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Chengdu wall clock, 2026-11-20 being a Friday. */
const at = (text: string): number => Date.parse(`${text}+08:00`);

test("no clock ever falls silent, and those who are told become more and more", () => {
  for (const priority of [1, 2, 3, 4] as const)
    for (const clock of clockNames) {
      const { steps, again } = clockPlans[priority][clock];
      expect(again, `P${priority} ${clock}`).toBeDefined();
      const times = steps.map(({ afterMs }) => afterMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      if (clock === "archive") continue; // waits for nobody
      const told = again?.tell ?? [];
      expect(told.length).toBeGreaterThan(0);
      for (const [index, { roles }] of told.entries()) {
        expect(roles).toEqual(expect.arrayContaining([...(told[index - 1]?.roles ?? [])]));
      }
      // Gas and what is nearly gas: told again every five minutes until somebody has acted.
      if (priority <= 2 && ["sign", "upper", "dispatch", "take", "arrive"].includes(clock)) {
        expect(again?.everyMs).toBe(5 * minute);
      }
    }
});

test("a street's own time moves every step in proportion, tells the same people, and the nearest word wins", () => {
  const overrides: readonly ClockOverride[] = [
    { area: "/pidu/", priority: 1, clock: "arrive", withinMs: 30 * minute },
    { area: "/pidu/anjing/", priority: 1, clock: "arrive", withinMs: 7.5 * minute },
  ];
  const arrive = (area: string) => planFor({ area, priority: 1, clock: "arrive" }, overrides);
  const times = (area: string) => arrive(area).steps.map(({ afterMs }) => afterMs / minute);
  expect(times("/jinniu/")).toEqual([5, 8, 10, 15]);
  expect(times("/pidu/other/")).toEqual([10, 16, 20, 30]);
  expect(times("/pidu/anjing/xian/")).toEqual([2.5, 4, 5, 7.5]);
  const told = (area: string) => arrive(area).steps.map(({ tell, does }) => [tell, does]);
  expect(told("/pidu/anjing/xian/")).toEqual(told("/jinniu/"));
  expect(arrive("/pidu/").again).toBe(clockPlans[1].arrive.again);
  expect(planFor({ area: "/pidu/", priority: 2, clock: "arrive" }, overrides)).toBe(
    clockPlans[2].arrive,
  );
});

test("no street can make gas wait: bounds of every clock that may be set", () => {
  const bounds = [1, 2, 3, 4].flatMap((level) =>
    clockNames.flatMap((clock) => {
      const priority = level === 1 || level === 2 || level === 3 ? level : 4;
      const of = boundsOf(priority, clock);
      return of === undefined ? [] : [{ priority, clock, ...of }];
    }),
  );
  for (const { priority, clock, minMs, maxMs, standardMs } of bounds) {
    expect(minMs, `P${priority} ${clock}`).toBeGreaterThan(0);
    expect(minMs).toBeLessThan(standardMs);
    expect(maxMs).toBeGreaterThanOrEqual(standardMs);
    if (clock === "sign") expect(maxMs).toBeLessThan(7 * day);
    if (priority === 1 && clock === "sign") expect(maxMs).toBe(5 * minute);
    if (priority === 2 && clock === "sign") expect(maxMs).toBe(10 * minute);
  }
  for (const clock of ["due", "resume", "archive"] as const) {
    expect(boundsOf(1, clock)).toBeUndefined();
  }
  expect(boundsOf(3, "verify")).toBeUndefined();
});

describe("a due time", () => {
  test("of gas is due at any hour", () => {
    expect(dueAt(at("2026-11-22T03:00"), minute)).toBe(at("2026-11-22T03:01"));
  });

  test("of a fault at night is 08:30", () => {
    const due = (text: string) => dueAt(at(text), 30 * minute, "daytime");
    expect(due("2026-11-22T14:00")).toBe(at("2026-11-22T14:30"));
    expect(due("2026-11-22T21:45")).toBe(at("2026-11-23T08:30"));
    expect(due("2026-11-22T03:00")).toBe(at("2026-11-22T08:30"));
    expect(due("2026-11-22T08:05")).toBe(at("2026-11-22T08:35"));
  });

  test("in workdays leaves the weekend out", () => {
    const due = (text: string, days: number) => dueAt(at(text), days * day, "workdays");
    expect(due("2026-11-19T10:00", 1)).toBe(at("2026-11-20T10:00"));
    expect(due("2026-11-20T10:00", 1)).toBe(at("2026-11-23T10:00"));
    expect(due("2026-11-21T10:00", 3)).toBe(at("2026-11-25T10:00"));
  });
});

test("a thousandth of a degree of latitude is 111 m", () => {
  const from = { latitude: 30.8, longitude: 103.9 };
  expect(distanceM(from, { ...from, latitude: 30.801 })).toBeCloseTo(111.2, 0);
  expect(distanceM(from, from)).toBe(0);
});
