/**
 * Who is asked next on one line. Pure: the time is an argument.
 *
 * Every unit has fixed slots, `start + n × period`, so that polling does not drift. A unit that
 * failed leaves its slots and is probed on its own back-off, in the slack between the slots of the
 * others. A line without slack lets a waiting probe pass all the same, so that a unit that is back
 * is seen within 10 s.
 */

export interface TimetableUnit {
  readonly periodMs: number;
  /** Shortest time between two requests to this unit. */
  readonly minGapMs: number;
  /** How long a probe without answer holds the wire; asked anew before each probe. */
  readonly probeCostMs: () => number;
}

/** Units are named by their place in the list the timetable was made from. */
export interface PollTimetable {
  readonly next: (nowMs: number) => Turn;
  /** One of several requests of a poll was answered; the next follows after the unit's gap. */
  readonly partlyRead: (index: number, nowMs: number) => void;
  /** The poll is complete: the unit is asked again in its next slot. */
  readonly read: (index: number, nowMs: number) => void;
  /** Nobody (or somebody else) answered: the unit is probed after its back-off. */
  readonly failed: (index: number, nowMs: number) => void;
}

export type Turn =
  | { readonly kind: "poll" | "probe"; readonly index: number }
  | { readonly kind: "wait"; readonly untilMs: number };

/** The longest back-off, the longest wait for slack and the probe itself stay below 10 s. */
const backOffMs = [1_000, 2_000, 4_000, 7_000];
const longestWaitForSlackMs = 1_500;

export const createPollTimetable = (
  units: readonly TimetableUnit[],
  startMs: number,
): PollTimetable => {
  const rows = units.map((unit, index) => ({
    ...unit,
    index,
    slotMs: startMs,
    readyMs: startMs,
    failures: 0,
  }));
  const rowAt = (index: number) => {
    const row = rows[index];
    if (row === undefined) throw new RangeError(`the timetable has no unit ${index}`);
    return row;
  };
  const earliest = (isFailing: boolean) => {
    let best: (typeof rows)[number] | undefined;
    for (const row of rows) {
      if (row.failures > 0 !== isFailing) continue;
      if (best === undefined || row.readyMs < best.readyMs) best = row;
    }
    return best;
  };

  return {
    next: (nowMs) => {
      const poll = earliest(false);
      const probe = earliest(true);
      const pollAtMs = poll?.readyMs ?? Infinity;
      if (probe !== undefined) {
        const mustAtMs = probe.readyMs + longestWaitForSlackMs;
        const fits = probe.readyMs <= nowMs && nowMs + probe.probeCostMs() <= pollAtMs;
        if (fits || mustAtMs <= nowMs) return { kind: "probe", index: probe.index };
        const untilMs = Math.min(pollAtMs, probe.readyMs > nowMs ? probe.readyMs : mustAtMs);
        if (untilMs > nowMs) return { kind: "wait", untilMs };
      }
      if (poll === undefined) return { kind: "wait", untilMs: Infinity };
      if (pollAtMs > nowMs) return { kind: "wait", untilMs: pollAtMs };
      return { kind: "poll", index: poll.index };
    },

    partlyRead: (index, nowMs) => {
      const row = rowAt(index);
      row.readyMs = nowMs + row.minGapMs;
    },

    read: (index, nowMs) => {
      const row = rowAt(index);
      const slotsPassed = Math.floor(Math.max(0, nowMs - row.slotMs) / row.periodMs);
      row.slotMs += (slotsPassed + 1) * row.periodMs;
      row.readyMs = Math.max(row.slotMs, nowMs + row.minGapMs);
      row.failures = 0;
    },

    failed: (index, nowMs) => {
      const row = rowAt(index);
      row.readyMs = nowMs + (backOffMs[Math.min(row.failures, backOffMs.length - 1)] ?? 0);
      row.failures += 1;
    },
  };
};
