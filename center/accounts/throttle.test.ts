import { expect, test } from "vitest";
import { monoMs } from "#domain/quantity.ts";
import { createThrottle, networkOf, type Attempt } from "./throttle.ts";

const at = (seconds: number) => monoMs(seconds * 1_000);
const attempt = (facts: Partial<Attempt> = {}): Attempt => ({
  account: "admin",
  source: "10.0.0.1",
  known: false,
  ...facts,
});

/** Tries at each second of the list; "+" was let in, a number is the wait in seconds. */
const timetable = (seconds: readonly number[], facts?: Partial<Attempt>): string => {
  const throttle = createThrottle();
  return seconds
    .map((second) => throttle.enter(attempt(facts), at(second)))
    .map((answer) => (answer === "enter" ? "+" : String(answer / 1_000)))
    .join(" ");
};

test("four free tries, then each failure doubles the wait; trying too early changes nothing", () => {
  expect(timetable([0, 0, 0, 0, 0, 0.5, 1, 1, 2, 3, 3])).toBe("+ + + + 1 0.5 + 2 1 + 4");
});

test("the wait has an end, and after half an hour of quiet all is forgotten", () => {
  const throttle = createThrottle();
  let second = 0;
  for (let failure = 0; failure < 40; failure += 1) {
    const answer = throttle.enter(attempt(), at(second));
    if (answer !== "enter") {
      expect(answer).toBeLessThanOrEqual(300_000);
      second += answer / 1_000;
      expect(throttle.enter(attempt(), at(second))).toBe("enter");
    }
  }
  second += 1_801;
  for (let free = 0; free < 4; free += 1) {
    expect(throttle.enter(attempt(), at(second))).toBe("enter");
  }
});

test("somebody who guesses from everywhere cannot keep the officer out of a known seat", () => {
  const throttle = createThrottle();
  for (let index = 0; index < 1_000; index += 1) {
    throttle.enter(attempt({ source: `10.9.${index % 250}.${Math.floor(index / 250)}` }), at(0));
  }
  expect(throttle.enter(attempt({ known: true }), at(0))).toBe("enter");
  const newSeat = throttle.enter(attempt({ source: "10.0.0.2" }), at(0));
  expect(newSeat).not.toBe("enter");
  expect(Number(newSeat)).toBeLessThanOrEqual(30_000);
});

test("one officer's typing errors do not hold up the colleagues behind the same address", () => {
  const throttle = createThrottle();
  for (let error = 0; error < 6; error += 1) throttle.enter(attempt(), at(0));
  expect(throttle.enter(attempt({ account: "li" }), at(0))).toBe("enter");
});

test("success clears one's own failures, not those of a guesser at another account", () => {
  const throttle = createThrottle();
  for (let error = 0; error < 3; error += 1) throttle.enter(attempt(), at(0));
  throttle.enter(attempt(), at(0));
  throttle.succeeded(attempt());
  for (let free = 0; free < 4; free += 1) {
    expect(throttle.enter(attempt(), at(0))).toBe("enter");
  }
  expect(throttle.enter(attempt(), at(0))).toBe(1_000);
});

test("an IPv6 customer is one source however many addresses are used", () => {
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:db8:1:2::9"));
  expect(networkOf("2001:db8:1:2::9")).not.toBe(networkOf("2001:db8:1:3::9"));
  expect(networkOf("::ffff:10.0.0.1")).toBe("10.0.0.1");
  expect(networkOf("::1")).toBe("0:0:0:0");
});

test("a guesser behind the same address cannot keep the officer's own browser out", () => {
  const throttle = createThrottle();
  for (let second = 0; second < 3_600; second += 1) throttle.enter(attempt(), at(second));
  expect(throttle.enter(attempt({ known: true }), at(3_600))).not.toBe("enter");
  expect(throttle.enter(attempt({ known: true, device: "browser-1" }), at(3_600))).toBe("enter");
});

test("a known browser is no way around the delay for who sits at it", () => {
  expect(timetable([0, 0, 0, 0, 0, 1, 1], { known: true, device: "browser-1" })).toBe(
    "+ + + + 1 + 2",
  );
});
