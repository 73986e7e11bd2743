import { describe, expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { epochMs, hours } from "#domain/quantity.ts";
import {
  co,
  defaultRules,
  instant,
  lel,
  openBench,
  reportAt,
  says,
  verdict,
} from "#test/compliance/timetable.ts";
import { isQuiet, reviveState, saveState, statusOf, step, type DetectorState } from "./step.ts";

const by = userId("李敏");

describe("something is worth saving", () => {
  const cases: readonly (readonly [string, () => DetectorState])[] = [
    ["a dose that builds up", () => home().after((one) => one.says(0, co(40)))],
    ["an open alarm alone", () => home().after((one) => one.wait(200))],
    [
      "a latch alone",
      () =>
        home().after((one) => {
          one.says(0, verdict("methane", true));
          one.says(100, verdict("methane", false));
          one.says(2_000, says("tamper", false));
        }),
    ],
    [
      "a shelving alone",
      () =>
        home().after((one) =>
          one.does(0, {
            kind: "shelve",
            rule: "tamper",
            by,
            reason: "装修",
            duration: hours(1),
          }),
        ),
    ],
    [
      "a history alone",
      () =>
        home().after((one) => {
          const report = { ...reportAt(instant(1), lel(0)), deviceAtMs: epochMs(0) };
          one.state = step(one.state, { kind: "report", report, late: true }, defaultRules).state;
        }),
    ],
  ];
  const home = () => {
    const bench = openBench();
    return {
      after: (what: (one: typeof bench) => unknown) => {
        what(bench);
        return bench.state;
      },
    };
  };

  test.each(cases)("%s", (_, state) => {
    expect(isQuiet(state())).toBe(false);
  });

  test("and of clean air nothing is", () => {
    const bench = openBench();
    expect(isQuiet(bench.state)).toBe(true);
    bench.says(0, co(2), lel(0));
    expect(isQuiet(bench.state)).toBe(true);
    expect(isQuiet({ ...bench.state, memory: { ...bench.state.memory } })).toBe(true);
  });
});

test("a gas alarm of low priority, and one of another class, sound nowhere", () => {
  const home = openBench();
  home.says(0, says("tamper"), says("sensor-fault"));
  expect(home.sounding()).toBe("none");
  expect(statusOf(home.state)).toBe("fault");
  home.says(1, verdict("lpg", true));
  expect(home.sounding()).toBe("gas");
});

describe("a saved state that is none", () => {
  test.each([
    ["{", "SyntaxError"],
    ["{}", "must have required properties"],
    [
      saveState(openBench().state).replace('"heard":false', '"heard":"no"'),
      "/heard must be boolean",
    ],
  ])("%s says why", (json, why) => {
    const revived = reviveState(json, instant(0));
    expect(revived.ok ? "" : revived.error.en).toContain(why);
    expect(revived.ok ? "" : revived.error.zh).toContain(why);
  });

  test("and one with a hush keeps who hushed, and for how long", () => {
    const home = openBench();
    home.says(0, lel(12));
    home.says(10, lel(9));
    home.does(20, {
      kind: "hush",
      by,
      reason: "已通风",
      duration: hours(0.1),
      confirmedOnSite: true,
    });
    const later = { ...instant(0), bootId: instant(0).bootId, monoMs: instant(5).monoMs };
    const nextBoot = reviveState(
      saveState(home.state).replaceAll("boot-one-2026", "boot-before-2026"),
      { ...later, wallMs: instant(100).wallMs },
    );
    expect(nextBoot.ok && nextBoot.value.alarms.hush).toEqual({
      by,
      reason: "已通风",
      untilMs: (20 + 360 - 100 + 5) * 1_000,
      levels: [{ gas: "methane", lel: 9, lelPercentVolume: 5 }],
    });
  });
});

test("a wall clock that ran backwards over a restart leaves the dose incomplete, one that stood does not", () => {
  const home = openBench();
  home.says(100, co(60));
  const saved = saveState(home.state).replaceAll("boot-one-2026", "boot-before-2026");
  for (const [second, incomplete] of [
    [99, true],
    [100, false],
    [101, false],
  ] as const) {
    const revived = reviveState(saved, instant(second));
    expect(revived.ok && revived.value.memory.co?.incomplete).toBe(incomplete);
  }
});
