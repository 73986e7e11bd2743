import { describe, expect, test } from "vitest";
import { clockNames, clockPlans, planFor, type ClockOverride } from "./clock-plans.ts";
import { distanceM } from "./distance.ts";
import { dueAt } from "./due-times.ts";

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

test("a street does differently what it says, and the nearest word wins", () => {
  const plan = { steps: [{ afterMs: 1, tell: { roles: ["duty"] } }] } as const;
  const closer = { ...plan, steps: [{ afterMs: 2 }] };
  const overrides: readonly ClockOverride[] = [
    { area: "/pidu/", priority: 1, clock: "sign", plan },
    { area: "/pidu/anjing/", priority: 1, clock: "sign", plan: closer },
  ];
  const sign = (area: string) => planFor({ area, priority: 1, clock: "sign" }, overrides);
  expect(sign("/pidu/anjing/xian/")).toBe(closer);
  expect(sign("/pidu/other/")).toBe(plan);
  expect(sign("/jinniu/")).toBe(clockPlans[1].sign);
  expect(planFor({ area: "/pidu/", priority: 2, clock: "sign" }, overrides)).toBe(
    clockPlans[2].sign,
  );
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
