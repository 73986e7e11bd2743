import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { epochMs } from "#domain/quantity.ts";
import type { SelfTestMemory } from "./self-tests.ts";

/**
 * When each buzzer was last tried, in a small file. One that cannot be read or written costs a chirp
 * too many, never one too few.
 */
export const openSelfTestMemory = (file: string): SelfTestMemory => {
  const lastMsByBuzzer = new Map(Object.entries(read(file)));
  return {
    last: (buzzer) => {
      const last = lastMsByBuzzer.get(buzzer);
      return last === undefined ? undefined : epochMs(last);
    },
    note: (buzzer, at) => {
      lastMsByBuzzer.set(buzzer, at);
      try {
        writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(lastMsByBuzzer)));
        renameSync(`${file}.new`, file);
      } catch {
        // Tried again after the next trial; the journal reports a disk that fails.
      }
    },
  };
};

const read = (file: string): Record<string, number> => {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(entries.filter(([, at]) => typeof at === "number"));
  } catch {
    return {};
  }
};
