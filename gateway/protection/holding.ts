/**
 * What the last process left sounding when its journal cannot be read: nobody knows whose alarm it
 * was, so nothing is set off before the detectors have spoken. Kept in a file of its own, because the
 * next start finds a new and readable journal.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { detectorId, type BuzzerId, type DetectorId } from "#domain/ids.ts";
import type { GatewayFault } from "../ports.ts";

export interface Holding {
  /** Those among `serves` (absent: all) whose past is unknown and who have not spoken since. */
  readonly unheard: (serves: ReadonlySet<DetectorId> | undefined) => readonly DetectorId[];
}

export interface HoldingDeps {
  /** A small file of our own. */
  readonly file: string;
  /** Registered detectors, when the journal could not be read; none when it could. */
  readonly lost: readonly DetectorId[];
  readonly isHeard: (detector: DetectorId) => boolean;
}

export const createHolding = ({ file, lost, isHeard }: HoldingDeps): Holding => {
  const waiting = new Set([...readWaiting(file), ...lost]);
  if (lost.length > 0) writeWaiting(file, waiting);
  return {
    unheard: (serves) => {
      const before = waiting.size;
      for (const detector of waiting) if (isHeard(detector)) waiting.delete(detector);
      if (waiting.size !== before) writeWaiting(file, waiting);
      return [...waiting].filter((detector) => serves?.has(detector) ?? true);
    },
  };
};

/** One name a line; without a file nobody is waited for. */
const readWaiting = (file: string): readonly DetectorId[] => {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).map(detectorId);
  } catch {
    return [];
  }
};

const writeWaiting = (file: string, waiting: ReadonlySet<DetectorId>): void => {
  try {
    if (waiting.size === 0) rmSync(file, { force: true });
    else writeFileSync(file, [...waiting].join("\n"));
  } catch {
    // The disk is what has just failed, and says so itself; this life knows whom it waits for.
  }
};

export const heldFault = (id: BuzzerId, unheard: readonly DetectorId[]): GatewayFault => ({
  key: `buzzer-held:${id}`,
  present: unheard.length > 0,
  text: {
    zh: `报警记录读不出,蜂鸣器 ${id} 保持原状,直到这些探测器有读数:${unheard.slice(0, 10).join("、")}。请到现场核实`,
    en: `the alarm journal could not be read; buzzer ${id} is left as it is until these detectors are heard: ${unheard.slice(0, 10).join(", ")}. Check on site`,
  },
});
