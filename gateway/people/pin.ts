/** PINs: short secrets of people, stored only as a hash that is slow to try. */
import { randomInt } from "node:crypto";
import type { Bilingual } from "#domain/result.ts";

/** argon2id, 19 MiB, 2 passes, 1 lane. Source: OWASP Password Storage. */
const settings = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const pinPattern = /^\d{6,12}$/;
/** Each check takes 19 MiB and a core of a small machine: one at a time, and few in the queue. */
const waitingMax = 8;

/** Loaded with the first PIN: nobody's safety waits for it. */
const argon2 = () => import("@node-rs/argon2");

/** Six digits by chance, none that a guesser tries first. */
export const randomPin = (): string => {
  for (;;) {
    const pin = String(randomInt(1_000_000)).padStart(6, "0");
    if (pinMistake(pin) === undefined) return pin;
  }
};

/** Why this cannot be a PIN; `undefined`: it can. */
export const pinMistake = (pin: string): Bilingual | undefined => {
  if (!pinPattern.test(pin)) {
    return { zh: "PIN 须为 6–12 位数字", en: "a PIN has 6 to 12 digits" };
  }
  const digits = Array.from(pin, Number);
  const steps = new Set(digits.slice(1).map((digit, at) => (digit - (digits[at] ?? 0) + 10) % 10));
  if (steps.size === 1 || new Set(pin).size < 3) {
    return {
      zh: "PIN 太容易猜(重复或连号),请换一个",
      en: "the PIN is too easy to guess (repeated or in a row); choose another",
    };
  }
  return undefined;
};

export const hashPin = async (pin: string): Promise<string> => (await argon2()).hash(pin, settings);

export interface PinChecker {
  /** So many wait to be checked that another must come back; ask before `check`. */
  readonly isBusy: () => boolean;
  /** Takes as long for a person that does not exist (`undefined`) as for one that does. */
  readonly check: (pinHash: string | undefined, pin: string) => Promise<boolean>;
}

export const createPinChecker = (): PinChecker => {
  let nobody: Promise<string> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    isBusy: () => waiting >= waitingMax,
    check: async (pinHash, pin) => {
      waiting += 1;
      const mine = last.then(async () => {
        nobody ??= hashPin("no such person");
        const right = await (await argon2()).verify(pinHash ?? (await nobody), pin);
        return right && pinHash !== undefined;
      });
      last = mine.catch(() => undefined);
      try {
        return await mine;
      } finally {
        waiting -= 1;
      }
    },
  };
};
