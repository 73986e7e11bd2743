import { describe, expect, test } from "vitest";
import { seconds } from "#domain/quantity.ts";
import {
  boot,
  co,
  defaultRules,
  fault,
  instant,
  lel,
  noLevel,
  openBench,
  reportAt,
  says,
} from "#test/compliance/timetable.ts";
import { isQuiet, statusOf, step } from "./step.ts";

describe("reported states", () => {
  test.each([
    ["sensor-fault", "sensor-fault", "fault", 3],
    ["power-loss", "power-loss", "power", 3],
    ["battery-low", "battery-low", "battery", 3],
    ["tamper", "tamper", "tamper", 3],
    ["end-of-life", "end-of-life", "end-of-life", 3],
    ["self-test", "self-test", "test", 4],
  ] as const)("%s is %s, class %s, priority %i", (condition, rule, alarmClass, priority) => {
    const home = openBench();
    home.says(0, says(condition), co(0));
    home.says(10, says(condition), co(0));
    home.says(20, says(condition, false), co(0));
    expect(home.story()).toEqual([`0 raised ${rule}`, `20 returned ${rule}`]);
    expect(home.events[0]).toMatchObject({ alarmClass, priority });
    expect(home.sounding()).toBe("none");
  });

  test("warm-up shows as such, its levels do not count, and after ten minutes it is a fault", () => {
    const home = openBench({ ...defaultRules, silenceAfter: seconds(3_600) });
    home.says(0, says("warming-up"), lel(60));
    expect(statusOf(home.state)).toBe("warming-up");
    home.says(599, lel(60));
    expect(home.story()).toEqual([]);
    home.says(601, lel(60));
    expect(home.story()).toEqual(["600 raised sensor-fault", "601 raised combustible"]);
  });

  test("warm-up told by the value itself ends with the first value", () => {
    const home = openBench();
    home.says(0, noLevel("warming-up", "methane"));
    expect(statusOf(home.state)).toBe("warming-up");
    home.says(30, lel(0));
    expect(statusOf(home.state)).toBe("normal");
    expect(home.events).toEqual([]);
  });
});

describe("warm-up told gas by gas", () => {
  const patient = { ...defaultRules, silenceAfter: seconds(3_600) };

  test("counts from the first word of each, however often it is said, and is a fault after ten minutes", () => {
    const home = openBench(patient);
    home.says(0, noLevel("warming-up", "methane"));
    home.says(300, noLevel("warming-up", "methane"), noLevel("warming-up", "lpg"));
    expect(home.state.memory.notes.warming).toHaveLength(2);
    home.wait(700);
    expect(home.story()).toEqual(["600 raised sensor-fault"]);
    expect(home.events[0]?.cause).toMatchObject({ inputs: { warmUpMinutes: 10 } });
  });

  test("ends for the gas that is read, or turns out bad, and for no other", () => {
    const home = openBench(patient);
    home.says(0, noLevel("warming-up", "methane"), noLevel("warming-up", "lpg"), says("tamper"));
    home.says(10, lel(0));
    expect(home.state.memory.notes.warming.map(({ gas }) => gas)).toEqual(["lpg"]);
    home.says(20, noLevel("sentinel", "lpg"));
    expect(home.state.memory.notes.warming).toEqual([]);
    home.says(30, noLevel("warming-up", "co"), lel(-1));
    home.says(40, co(-1));
    expect(home.state.memory.notes.warming.map(({ gas }) => gas)).toEqual(["co"]);
  });
});

describe("what cannot be read", () => {
  test("garbage is a fault at once, and a good reading ends it", () => {
    const home = openBench();
    home.says(0, fault("malformed"));
    home.says(1, fault("malformed"));
    home.says(5, co(0));
    expect(home.story()).toEqual(["0 raised reading-fault", "5 returned reading-fault"]);
  });

  test("a missing reply counts when it repeats for half a minute", () => {
    const home = openBench();
    home.says(0, co(0));
    for (const second of [10, 20, 30, 39]) home.says(second, fault("no-reply"));
    expect(home.story()).toEqual([]);
    home.says(40, fault("no-reply"));
    expect(home.story()).toEqual(["40 raised reading-fault"]);
  });

  test("one missing reply between good ones is nothing", () => {
    const home = openBench();
    for (let second = 0; second < 300; second += 20) {
      home.says(second, co(0));
      home.says(second + 10, fault("no-reply"));
    }
    expect(home.story()).toEqual([]);
  });

  test.each(["sentinel", "not-a-number", "out-of-range", "unit-unknown"] as const)(
    "%s never clears an alarm",
    (quality) => {
      const home = openBench();
      home.says(0, lel(25), co(400));
      for (let second = 10; second < 900; second += 10) {
        home.says(second, noLevel(quality, "methane"), noLevel(quality, "co"));
      }
      expect(home.events.filter((event) => event.kind === "returned")).toEqual([]);
      expect(home.sounding()).toBe("co");
    },
  );

  test("a level that is no number is a fault, not a level", () => {
    const home = openBench();
    home.says(0, co(Number.NaN));
    home.says(1, lel(-1));
    expect(home.story()).toEqual(["0 raised reading-fault"]);
    expect(home.state.memory.notes.badGases.map((bad) => bad.quality)).toEqual([
      "not-a-number",
      "out-of-range",
    ]);
  });
});

describe("silence", () => {
  test("is counted from the start, told once, and ends with the next usable report", () => {
    const home = openBench();
    home.wait(1_000);
    home.says(1_001, fault("no-reply"));
    home.says(1_002, co(0));
    home.says(1_100, co(0));
    home.wait(1_200);
    expect(home.story()).toEqual(["180 raised silence", "1002 returned silence"]);
  });

  test("neither missing replies nor garbage count as being heard", () => {
    const home = openBench();
    home.says(0, co(0));
    for (let second = 10; second <= 200; second += 10) home.says(second, fault("malformed"));
    expect(home.story()).toContain("180 raised silence");
    expect(statusOf(home.state)).toBe("unknown");
  });

  test("a wall clock that jumps makes no silence and hides none", () => {
    const home = openBench();
    home.says(0, co(0));
    const jumped = { ...instant(100), wallMs: instant(9_000_000).wallMs };
    const next = step(
      home.state,
      { kind: "report", report: reportAt(jumped, co(0)) },
      defaultRules,
    );
    expect(next.events).toEqual([]);
    const back = { ...instant(281), wallMs: instant(-9_000_000).wallMs };
    expect(step(next.state, { kind: "tick", now: back }, defaultRules).events).toHaveLength(1);
  });

  test("a detector never heard is unknown, one that is heard and well is normal", () => {
    const home = openBench();
    expect(statusOf(home.state)).toBe("unknown");
    home.says(0, co(0));
    expect(statusOf(home.state)).toBe("normal");
  });
});

describe("the quiet way", () => {
  test("a tick that is not due changes nothing, not even the object", () => {
    const home = openBench();
    home.says(0, co(0), lel(0));
    const result = step(home.state, { kind: "tick", now: instant(100) }, defaultRules);
    expect(result.state).toBe(home.state);
    expect(result.events).toBe(
      step(home.state, { kind: "report", report: reportAt(instant(1), co(1)) }, defaultRules)
        .events,
    );
  });

  test("a report that says all is well leaves nothing to save", () => {
    const home = openBench();
    for (let second = 0; second < 100; second += 1) home.says(second, co(4), lel(1.9));
    expect(isQuiet(home.state)).toBe(true);
    expect(home.state.wakeAtMs).toBe(99_000 + 180_000);
  });

  test("an input older than the state is judged as if it came now", () => {
    const home = openBench();
    home.says(100, co(0));
    const late = reportAt(instant(50), lel(25));
    const result = step(home.state, { kind: "report", report: late }, defaultRules);
    expect(result.events[0]?.at).toEqual(instant(100, boot));
  });
});
