import { expect, test } from "vitest";
import { createPinChecker, hashPin, pinMistake, randomPin } from "./pin.ts";

test.each([
  "000000",
  "111222",
  "123456",
  "654321",
  "135791",
  "12345",
  "1234567890123",
  "12a456",
  "",
])("%j is no PIN", (pin) => {
  expect(pinMistake(pin)?.zh).toBeDefined();
});

test("one by chance is one, and its hash knows it and no other", async () => {
  const pin = randomPin();
  expect(pinMistake(pin)).toBeUndefined();
  const hash = await hashPin(pin);
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(hash).not.toContain(pin);
  const { check } = createPinChecker();
  expect(await check(hash, pin)).toBe(true);
  expect(await check(hash, pin.split("").toReversed().join(""))).toBe(false);
  expect(await check(undefined, pin)).toBe(false);
});

test("a crowd of guesses does not pile up in memory: more than eight are told to come back", async () => {
  const hash = await hashPin("739105");
  const { check, isBusy } = createPinChecker();
  const answers = await Promise.all(
    Array.from({ length: 12 }, async () => (isBusy() ? "busy" : check(hash, "000111"))),
  );
  expect(answers.filter((answer) => answer === "busy")).toHaveLength(4);
  expect(isBusy()).toBe(false);
});
