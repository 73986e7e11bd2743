import { describe, expect, test } from "vitest";
import type { AlarmEvent } from "#domain/alarm.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import {
  beyond,
  co,
  defaultRules,
  detector,
  instant,
  lel,
  reportAt,
  verdict,
} from "#test/compliance/timetable.ts";
import { initialState, step } from "./step.ts";

const hour = 3_600;
const warmsUp: Finding = { kind: "condition", condition: "warming-up", present: true };

/** A detector that sends its own time with every reading; its clock may be wrong by a constant. */
const openStore = (clockErrorSeconds = 0) => {
  let state = initialState(detector, instant(0));
  const events: AlarmEvent[] = [];
  const take = (result: ReturnType<typeof step>) => {
    ({ state } = result);
    events.push(...result.events);
    return result;
  };
  return {
    events,
    state: () => state,
    /** Arrives at `second`, was taken at `takenSecond`. */
    says: (second: number, takenSecond: number, ...findings: readonly Finding[]) => {
      const deviceAtMs = epochMs(instant(takenSecond + clockErrorSeconds).wallMs);
      const report = { ...reportAt(instant(second), ...findings), deviceAtMs };
      return take(step(state, { kind: "report", report }, defaultRules));
    },
    tick: (second: number) =>
      take(step(state, { kind: "tick", now: instant(second) }, defaultRules)),
    ringing: () => events.filter((event) => event.held === undefined && event.rule !== "silence"),
  };
};

describe("six hours of stored readings after an outage", () => {
  test("with a leak that is over make no live alarm, and all of the history", () => {
    const home = openStore();
    home.says(0, 0, lel(0), co(0));
    const back = 6 * hour;
    for (let minute = 1; minute < 360; minute += 1) {
      const leak = minute >= 100 && minute < 160;
      home.says(back + minute / 1_000, minute * 60, lel(leak ? 30 : 0), co(0));
    }
    home.says(back + 1, back + 1, lel(0), co(0));
    home.tick(back + 60);
    expect(home.ringing()).toEqual([]);
    const past = home.events.filter((event) => event.late === true);
    expect(past.map((event) => `${event.kind} ${event.rule}`)).toEqual([
      "raised combustible",
      "returned combustible",
    ]);
    expect(past.every((event) => event.held?.by === "late")).toBe(true);
    // In the time it happened: 100 minutes after the start.
    expect(past[0]?.at.wallMs).toBeCloseTo(instant(6_000).wallMs, -1);
  });

  test("with a leak that goes on raise it once nothing newer has come for ten seconds", () => {
    const home = openStore();
    home.says(0, 0, lel(0));
    const back = 6 * hour;
    for (let minute = 300; minute < 357; minute += 1) {
      home.says(back + minute / 1_000, minute * 60, lel(30));
    }
    expect(home.ringing()).toEqual([]);
    expect(home.state().wakeAtMs).toBe((back + 0.3 + 10) * 1_000);
    const result = home.tick(back + 10.4);
    expect(result.events).toMatchObject([
      { kind: "raised", rule: "combustible", late: true },
      { kind: "returned", rule: "combustible", held: { by: "late" } },
    ]);
    expect(result.events[0]?.held).toBeUndefined();
    expect(result.sounding).toBe("gas");
  });

  test("with a leak that the first live reading still shows raise it live", () => {
    const home = openStore();
    home.says(0, 0, lel(0));
    home.says(6 * hour, 5 * hour, lel(30));
    const result = home.says(6 * hour + 1, 6 * hour + 1, lel(30));
    expect(result.events).toMatchObject([
      { kind: "raised", rule: "combustible" },
      { kind: "returned", rule: "combustible", late: true },
    ]);
    expect(result.events[0]?.late).toBeUndefined();
  });

  test("end each alarm they begin: nobody else would ever tell its end", () => {
    const open = (events: readonly AlarmEvent[]) => {
      const standing = new Set<string>();
      for (const { kind, episode } of events) {
        if (kind === "returned") standing.delete(episode);
        else standing.add(episode);
      }
      return standing.size;
    };
    const well = openStore();
    well.says(0, 0, lel(0));
    well.says(6 * hour, 5 * hour, lel(30));
    expect(open(well.events)).toBe(1);
    well.says(6 * hour + 1, 6 * hour + 1, lel(0));
    expect(open(well.events)).toBe(0);

    const leaks = openStore();
    leaks.says(0, 0, lel(0));
    leaks.says(6 * hour, 5 * hour, lel(30));
    leaks.tick(6 * hour + 11);
    expect(open(leaks.events)).toBe(1); // the one of now, that rings
    expect(leaks.ringing()).toHaveLength(1);
    leaks.says(6 * hour + 60, 6 * hour + 60, lel(0));
    leaks.says(6 * hour + 90, 6 * hour + 90, lel(0));
    expect(open(leaks.events)).toBe(0);
  });

  test("prove that the detector lives", () => {
    const home = openStore();
    home.says(0, 0, lel(0));
    home.tick(200);
    home.says(6 * hour, 3 * hour, lel(0));
    expect(home.events.map((event) => `${event.kind} ${event.rule}`)).toEqual([
      "raised silence",
      "returned silence",
    ]);
  });
});

describe("a device whose clock is wrong", () => {
  test("by a constant is judged live from the first reading on", () => {
    const home = openStore(-3 * hour);
    expect(home.says(0, 0, lel(30)).events).toHaveLength(1);
  });

  test("that is set back while it runs is believed again after five minutes, and rings before", () => {
    const home = openStore();
    home.says(0, 0, lel(0));
    for (let second = 10; second <= 320; second += 10) {
      home.says(second, second - hour, lel(0));
    }
    expect(home.state().alarms.history).toBeUndefined();
    expect(home.says(330, 330 - hour, lel(30)).events).toMatchObject([{ kind: "raised" }]);

    const other = openStore();
    other.says(0, 0, lel(0));
    other.says(10, 10 - hour, lel(30));
    expect(other.tick(20).events[0]).toMatchObject({ kind: "raised", late: true });
    expect(other.ringing()).toHaveLength(1);
  });

  test("that drifts slowly is never late", () => {
    const home = openStore();
    for (let day = 0; day < 30; day += 1) home.says(day * 86_400, day * 86_340, lel(0));
    const at = 30 * 86_400;
    expect(home.says(at, 30 * 86_340, lel(30)).events.at(-1)).toMatchObject({ kind: "raised" });
  });
});

describe("what is late, to the second", () => {
  /** The second at which gas, that came late each time before, is first believed to be there now. */
  const believedAt = (lateBy: (second: number) => number): number | undefined => {
    for (let second = 20; second <= 900; second += 10) {
      if (lateBy(second) === 0) continue;
      const home = openStore();
      home.says(0, 0, lel(0));
      for (let before = 10; before < second; before += 10) {
        home.says(before, before - lateBy(before), lel(0));
      }
      home.says(second, second - lateBy(second), lel(30));
      if (home.ringing().length > 0) return second;
    }
    return undefined;
  };

  test.each([
    [120, "live"],
    [120.1, "history"],
  ])("a reading taken %d s before the device's usual lag is %s", (seconds, as) => {
    const home = openStore(-hour);
    home.says(0, 0, lel(0));
    const [event] = home.says(1_000, 1_000 - seconds, lel(30)).events;
    expect(event?.late === true ? "history" : "live").toBe(as);
  });

  test("five minutes late by the same is the clock, and it rings from then on", () => {
    expect(believedAt(() => hour)).toBe(310);
  });

  test("the same is within 30 s of how late it first was", () => {
    expect(believedAt((second) => hour + (second % 20 === 0 ? 30 : 0))).toBe(310);
    expect(believedAt((second) => hour + (second % 20 === 0 ? 31 : 0))).toBeUndefined();
  });

  test("late by another amount begins the five minutes anew", () => {
    expect(believedAt((second) => (second < 200 ? hour : 2 * hour))).toBe(500);
  });

  test("a usual reading between two late ones begins them anew", () => {
    expect(believedAt((second) => (second === 200 ? 0 : hour))).toBe(510);
  });

  test("when our own clock was set, nothing is late that was not before", () => {
    const home = openStore();
    home.says(0, 0, lel(0));
    const set = { ...instant(10), wallMs: epochMs(instant(10).wallMs + hour * 1_000) };
    const report = { ...reportAt(set, lel(30)), deviceAtMs: epochMs(instant(10).wallMs) };
    const { events } = step(home.state(), { kind: "report", report }, defaultRules);
    expect(events).toMatchObject([{ kind: "raised", rule: "combustible" }]);
    expect(events[0]?.late).toBeUndefined();
  });

  test.each<[string, readonly Finding[]]>([
    ["of a battery", [{ kind: "condition", condition: "battery-low", present: false }]],
    ["of another gas", [co(0)]],
    ["that is no number", [lel(Number.NaN)]],
    ["of a sensor that warms up", [warmsUp, verdict("methane", false), verdict("co", false)]],
    ["of a sensor that warms up, with a level", [warmsUp, lel(0)]],
  ])("a word %s takes nothing away from an alarm that history ends with", (_, findings) => {
    const home = openStore();
    home.says(0, 0, co(0), lel(0));
    home.says(6 * hour, 5 * hour, lel(60));
    home.says(6 * hour + 2, 6 * hour + 2, ...findings);
    home.tick(6 * hour + 13);
    home.tick(6 * hour + 25);
    expect(home.ringing().map(({ kind, rule }) => `${kind} ${rule}`)).toContain(
      "raised combustible",
    );
  });

  test("what history knows and the present does not is taken over, gas by gas", () => {
    const home = openStore();
    home.says(0, 0, lel(0));
    home.says(10, 10 - hour, lel(30), lel(25, "lpg"), co(400), verdict("co", true));
    home.says(11, 11 - hour, beyond(lel(100, "hydrogen")));
    const { events, state } = home.tick(30);
    expect(new Set(events.map(({ rule }) => rule))).toEqual(
      new Set(["combustible", "co", "device-alarm-co", "over-range"]),
    );
    expect(state.memory.gases.map(({ level }) => level.gas)).toEqual([
      "methane",
      "lpg",
      "hydrogen",
    ]);
    expect(events.every(({ late }) => late === true)).toBe(true);
    expect(events.every(({ kind, held }) => (kind === "raised") === (held === undefined))).toBe(
      true,
    );
  });
});

test("history without a time of its own is taken as of now, whatever the device's clock was", () => {
  const home = openStore(-3 * hour);
  home.says(0, 0, lel(0));
  const report = reportAt(instant(10), lel(30));
  const { events } = step(home.state(), { kind: "report", report, late: true }, defaultRules);
  expect(events).toMatchObject([{ at: instant(10), late: true }]);
});

test("a source may say itself that a reading is history", () => {
  const report = reportAt(instant(10), lel(30));
  const { events } = step(
    initialState(detector, instant(0)),
    { kind: "report", report, late: true },
    defaultRules,
  );
  expect(events).toMatchObject([{ rule: "combustible", late: true, held: { by: "late" } }]);
});

test("carbon monoxide that history tells of for hours rings with the live reading that still shows it", () => {
  const home = openStore();
  home.says(0, 0, co(0));
  const back = 6 * hour;
  for (let minute = 100; minute < 358; minute += 1) {
    home.says(back + minute / 1_000, minute * 60, co(60));
  }
  expect(home.ringing()).toEqual([]);
  for (let second = 1; second <= 60; second += 5) home.says(back + second, back + second, co(60));
  expect(home.ringing()).toMatchObject([{ kind: "raised", rule: "co", priority: 1 }]);
});

test("what was measured before an outage does not stand in the way of what history tells of", () => {
  const home = openStore();
  home.says(0, 0, co(10), lel(6));
  const back = 6 * hour;
  for (let minute = 100; minute < 358; minute += 1) {
    home.says(back + minute / 1_000, minute * 60, co(60), lel(30));
  }
  home.tick(back + 11);
  expect(home.ringing().map(({ kind, rule }) => `${kind} ${rule}`)).toEqual([
    "raised co",
    "raised combustible",
  ]);
});

test("a clean live reading rings for nothing that history ended with", () => {
  const home = openStore();
  home.says(0, 0, co(0));
  home.says(6 * hour, 5 * hour, co(400));
  for (let second = 1; second < 60; second += 5) {
    home.says(6 * hour + second, 6 * hour + second, co(0));
  }
  expect(home.ringing()).toEqual([]);
});
