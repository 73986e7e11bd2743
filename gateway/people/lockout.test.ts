/** Guessing PINs at the board, as a timetable: `enter` answers the wait in ms, or 0 when one may try. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { monoMs } from "#domain/quantity.ts";
import { createLockout, type Lockout } from "./lockout.ts";

const tryAt = (
  lockout: Lockout,
  seconds: number,
  person = "wang",
  address = "10.0.0.1",
): number => {
  const answer = lockout.enter(person, address, monoMs(seconds * 1_000));
  return answer === "enter" ? 0 : answer;
};

test("four tries are free; then the wait doubles with every failure, up to five minutes", () => {
  const lockout = createLockout();
  for (let tries = 0; tries < 4; tries += 1) expect(tryAt(lockout, 0)).toBe(0);
  let second = 0;
  for (const wait of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
    expect(tryAt(lockout, second)).toBe(wait * 1_000);
    expect(tryAt(lockout, second + wait - 0.001)).toBe(1);
    second += wait;
    expect(tryAt(lockout, second)).toBe(0);
  }
});

test("one who comes too early is not made to wait longer for it", () => {
  const lockout = createLockout();
  for (let tries = 0; tries < 4; tries += 1) tryAt(lockout, 0);
  for (let asked = 0; asked < 50; asked += 1) expect(tryAt(lockout, 0.5)).toBe(500);
  expect(tryAt(lockout, 1)).toBe(0);
});

test("half an hour without a failure forgets them", () => {
  const lockout = createLockout();
  for (let tries = 0; tries < 4; tries += 1) tryAt(lockout, 0);
  expect(tryAt(lockout, 0.5)).toBeGreaterThan(0);
  for (let tries = 0; tries < 4; tries += 1) expect(tryAt(lockout, 1_801)).toBe(0);
});

test("whoever guesses, from however many addresses, cannot keep a person out where they are known", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 2, max: 250 }), fc.integer({ min: 0, max: 20 })), {
        maxLength: 300,
      }),
      (guesses) => {
        const lockout = createLockout();
        expect(tryAt(lockout, 0)).toBe(0);
        lockout.succeeded("wang", "10.0.0.1");
        let second = 1;
        for (const [address, passes] of guesses) {
          second += passes;
          tryAt(lockout, second, "wang", `10.0.0.${address}`);
        }
        expect(tryAt(lockout, second)).toBe(0);
      },
    ),
  );
});

test("from ever new addresses one person's PIN can be tried some three hundred times a day", () => {
  const lockout = createLockout();
  let tries = 0;
  for (let second = 0; second < 86_400; second += 1) {
    if (tryAt(lockout, second, "wang", `2001:db8::${second.toString(16)}`) === 0) tries += 1;
  }
  expect(tries).toBeLessThan(320);
});

test("one address cannot try all people one after the other", () => {
  const lockout = createLockout();
  const tries = Array.from({ length: 100 }, (_, at) => tryAt(lockout, 0, `person-${at}`));
  expect(tries.filter((wait) => wait === 0)).toHaveLength(20);
});
