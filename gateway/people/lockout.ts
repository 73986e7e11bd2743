/**
 * Slows guessing down without locking anybody out. Pure memory, bounded; time is a parameter.
 *
 * Three doors, each with free tries and then a wait that doubles: one per (person, address), one per
 * address, one per person over all addresses. The last is not asked for an address from which this
 * person has come in before, so that whoever guesses from a phone in the stairwell cannot keep the
 * guard out at the duty room's screen. A PIN has a million values: at the doors of strangers some
 * 300 a day can be tried for one person, at whatever number of addresses.
 */
import { elapsed, milliseconds, type DurationMs, type MonoMs } from "#domain/quantity.ts";

const doors = {
  pair: { freeTries: 4, waitMaxMs: 300_000 },
  address: { freeTries: 20, waitMaxMs: 60_000 },
  person: { freeTries: 10, waitMaxMs: 300_000 },
} as const;
type Door = keyof typeof doors;

/** Failures are forgotten after this long without another one. */
const forgetAfterMs = 30 * 60_000;
const entriesMax = 5_000;

export interface Lockout {
  /**
   * Asks to try now. Counts as a failure until `succeeded` is called, so that many tries at once
   * cannot slip through together. Answers how long to wait when it is too early; such a try is not
   * counted and does not lengthen the wait.
   */
  readonly enter: (person: string, address: string, now: MonoMs) => DurationMs | "enter";
  readonly succeeded: (person: string, address: string) => void;
  /** Failures for this person that are not forgotten, over all addresses. */
  readonly failures: (person: string, now: MonoMs) => number;
}

interface Entry {
  readonly failures: number;
  readonly lastAt: MonoMs;
}

export const createLockout = (): Lockout => {
  const entries = new Map<string, Entry>();
  const known = new Set<string>();

  const note = (key: string, entry: Entry): void => {
    entries.delete(key);
    entries.set(key, entry);
    // The longest untouched goes first; a Map keeps the order of insertion.
    const [oldest] = entries.keys();
    if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest);
  };
  const fresh = (key: string, now: MonoMs): Entry | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && elapsed(entry.lastAt, now) <= forgetAfterMs ? entry : undefined;
  };

  return {
    enter: (person, address, now) => {
      const pair = keyOf("pair", person, address);
      const asked: readonly (readonly [Door, string])[] = [
        ["pair", pair],
        ["address", keyOf("address", address)],
        ...(known.has(pair) ? [] : [["person", keyOf("person", person)] as const]),
      ];
      const waitMs = Math.max(...asked.map(([door, key]) => waitAt(door, fresh(key, now), now)));
      if (waitMs > 0) return milliseconds(waitMs);
      for (const [, key] of asked) {
        note(key, { failures: (fresh(key, now)?.failures ?? 0) + 1, lastAt: now });
      }
      return "enter";
    },
    succeeded: (person, address) => {
      const pair = keyOf("pair", person, address);
      const others = [keyOf("address", address)];
      if (!known.has(pair)) others.push(keyOf("person", person));
      for (const key of others) {
        const before = entries.get(key);
        // Others' failures stay: one's own success must not wash a guesser's slate clean.
        if (before !== undefined) entries.set(key, { ...before, failures: before.failures - 1 });
      }
      entries.delete(pair);
      known.add(pair);
      const [oldest] = known;
      if (known.size > entriesMax && oldest !== undefined) known.delete(oldest);
    },
    failures: (person, now) => fresh(keyOf("person", person), now)?.failures ?? 0,
  };
};

const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);

const waitAt = (door: Door, entry: Entry | undefined, now: MonoMs): number => {
  if (entry === undefined) return 0;
  const { freeTries, waitMaxMs } = doors[door];
  const over = entry.failures - freeTries;
  if (over < 0) return 0;
  const wait = Math.min(waitMaxMs, 1_000 * 2 ** Math.min(over, 20));
  return Math.max(0, entry.lastAt + wait - now);
};
