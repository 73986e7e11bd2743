import { expect, test } from "vitest";
import { bootId } from "#domain/ids.ts";
import { epochMs, monoMs, seconds } from "#domain/quantity.ts";
import { isDeadManDue } from "./dead-man.ts";
import { isSelfTestDue } from "./self-test.ts";

const day = 86_400_000;
/** 22 November 2026, 10:00 in Chengdu. */
const ten = Date.UTC(2026, 10, 22, 2);
const plan = { everyDays: 30, fromMinute: 600 };
const due = (wallMs: number, last?: number, fromMinute = plan.fromMinute): boolean =>
  isSelfTestDue({ ...plan, fromMinute }, last === undefined ? undefined : epochMs(last), {
    bootId: bootId("b"),
    monoMs: monoMs(0),
    wallMs: epochMs(wallMs),
  });

test("a buzzer never tried is tried within its hour, and only then", () => {
  expect(due(ten - 60_000)).toBe(false);
  expect(due(ten)).toBe(true);
  expect(due(ten + 59 * 60_000)).toBe(true);
  expect(due(ten + 60 * 60_000)).toBe(false);
});

test("the hour may run over midnight", () => {
  const lateStart = 23 * 60 + 30;
  const halfPastEleven = ten + 13.5 * 3_600_000;
  expect(due(halfPastEleven - 60_000, undefined, lateStart)).toBe(false);
  expect(due(halfPastEleven + 40 * 60_000, undefined, lateStart)).toBe(true);
  expect(due(halfPastEleven + 60 * 60_000, undefined, lateStart)).toBe(false);
});

test("it is tried again after its days, half a day sooner at most", () => {
  expect(due(ten, ten - 29 * day)).toBe(false);
  expect(due(ten, ten - 29.5 * day + 1)).toBe(false);
  expect(due(ten, ten - 29.5 * day)).toBe(true);
  expect(due(ten, ten - 30 * day)).toBe(true);
});

test("a wall clock that has run backwards makes it due", () => {
  expect(due(ten, ten + 1)).toBe(true);
  expect(due(ten, ten)).toBe(false);
});

test("the dead-man is due once an open alarm has had no sign of life for its time", () => {
  const heardAtMs = monoMs(1_000);
  const isDue = (open: boolean, nowMs: number): boolean =>
    isDeadManDue({ heardAtMs, open }, monoMs(nowMs), seconds(8));
  expect(isDue(true, 8_999)).toBe(false);
  expect(isDue(true, 9_000)).toBe(true);
  expect(isDue(true, 60_000)).toBe(true);
  expect(isDue(false, 60_000)).toBe(false);
});
