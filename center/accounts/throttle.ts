import { elapsed, milliseconds, type DurationMs, type MonoMs } from "#domain/quantity.ts";

/**
 * Slows down guessing without locking anybody out. Pure memory, bounded.
 *
 * Three doors, each with free tries and then a delay that doubles with every further failure:
 * one per (account, source), one per source, one per account over all sources. The last is not
 * asked for a source from which this account has logged in before, so that somebody who guesses
 * from elsewhere cannot keep the duty officer out of a known seat; and its delay stays short, so
 * that an officer at a new seat waits half a minute at most.
 *
 * A whole street's offices may sit behind one address, with a guesser among them. A browser on
 * which this account has logged in before therefore has a door of its own, and is asked for no
 * other: whatever is tried beside it, the officer's own browser stays open (`devices.ts`).
 */
const doors = {
  device: { freeTries: 4, delayMaxMs: 300_000 },
  pair: { freeTries: 4, delayMaxMs: 300_000 },
  source: { freeTries: 20, delayMaxMs: 60_000 },
  account: { freeTries: 20, delayMaxMs: 30_000 },
} as const;

/** Failures are forgotten after this long without another one. */
const forgetAfter = milliseconds(30 * 60_000);
const entriesMax = 20_000;

export interface Attempt {
  readonly account: string;
  /** Address; an IPv6 network of a /64 counts as one. */
  readonly source: string;
  /** This account has logged in from this source before. */
  readonly known: boolean;
  /** Names the browser, when this account has logged in with it before. */
  readonly device?: string;
}

export interface Throttle {
  /**
   * Asks to try now. Counts as a failure until `succeeded` is called, so that many tries at once
   * cannot slip through together. Answers how long to wait when it is too early; such an early
   * try is not counted and does not lengthen the wait.
   */
  readonly enter: (attempt: Attempt, now: MonoMs) => DurationMs | "enter";
  readonly succeeded: (attempt: Attempt) => void;
  /**
   * What was shown was right, though not all there is to show: this try is no failure, and those
   * before it, which may have been guesses at the rest, stay.
   */
  readonly halfWay: (attempt: Attempt) => void;
}

interface Entry {
  readonly failures: number;
  readonly lastAt: MonoMs;
}

export const createThrottle = (): Throttle => {
  const entries = new Map<string, Entry>();

  const note = (key: string, entry: Entry): void => {
    entries.delete(key);
    entries.set(key, entry);
    // The longest untouched goes first; a Map keeps the order of insertion.
    const [oldest] = entries.keys();
    if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest);
  };

  const takeBackOne = (key: string): void => {
    const before = entries.get(key);
    if (before === undefined) return;
    entries.set(key, { ...before, failures: Math.max(0, before.failures - 1) });
  };

  return {
    enter: (attempt, now) => {
      const keys = doorsOf(attempt);
      const waits = keys.map(([door, key]) => waitAt(door, entries.get(key), now));
      const wait = Math.max(...waits);
      if (wait > 0) return milliseconds(wait);
      for (const [, key] of keys) {
        const before = entries.get(key);
        const fresh = before === undefined || elapsed(before.lastAt, now) > forgetAfter;
        note(key, { failures: fresh ? 1 : before.failures + 1, lastAt: now });
      }
      return "enter";
    },
    succeeded: (attempt) => {
      for (const [door, key] of doorsOf(attempt)) {
        if (door === "pair" || door === "device") entries.delete(key);
        // Others' failures stay: one's own success must not wash a guesser's slate clean.
        else takeBackOne(key);
      }
    },
    halfWay: (attempt) => {
      for (const [, key] of doorsOf(attempt)) takeBackOne(key);
    },
  };
};

type Door = keyof typeof doors;

const doorsOf = (attempt: Attempt): readonly (readonly [Door, string])[] => {
  const { account, source, known, device } = attempt;
  if (device !== undefined) return [["device", JSON.stringify(["device", account, device])]];
  const network = networkOf(source);
  return [
    ["pair", JSON.stringify(["pair", account, network])],
    ["source", JSON.stringify(["source", network])],
    ...(known ? [] : [["account", JSON.stringify(["account", account])] as const]),
  ];
};

const waitAt = (door: Door, entry: Entry | undefined, now: MonoMs): number => {
  if (entry === undefined) return 0;
  const { freeTries, delayMaxMs } = doors[door];
  const over = entry.failures - freeTries;
  if (over < 0 || elapsed(entry.lastAt, now) > forgetAfter) return 0;
  const delay = Math.min(delayMaxMs, 1_000 * 2 ** Math.min(over, 20));
  return Math.max(0, entry.lastAt + delay - now);
};

/** One IPv6 customer has a whole /64 of addresses to try from. */
export const networkOf = (source: string): string => {
  const plain = source.replace(/^::ffff:(?=\d+\.)/, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail = ""] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = plain.includes("::") ? Math.max(0, 8 - left.length - right.length) : 0;
  return [...left, ...Array.from({ length: zeros }, () => "0"), ...right].slice(0, 4).join(":");
};
