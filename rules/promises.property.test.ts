/** Promises about gas and CO that hold for every seed. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { milliseconds } from "#domain/quantity.ts";
import { co, defaultRules, detector, instant, lel, reportAt } from "#test/compliance/timetable.ts";
import type { Command } from "./commands.ts";
import { initialState, isQuiet, step } from "./step.ts";

const by = userId("李敏");

const seeds = Number(process.env["SEEDS"] ?? "100000");

test("one alarm per episode, for every seed of repeated and racing triggers", () => {
  // Small and fast, without fast-check: short bursts, each input up to twice, some at one instant.
  let alarms = 0;
  for (let seed = 0; seed < seeds; seed += 1) {
    let state = initialState(detector, instant(0));
    let bits = Math.imul(seed + 1, 2_654_435_761);
    const ids = new Set<string>();
    let open: string | undefined;
    for (let count = 0; count < 8; count += 1) {
      const high = (bits & 1) === 1;
      const at = instant(count * ((bits & 2) === 2 ? 0.001 : 30));
      bits = (bits >>> 2) | ((bits & 3) << 30);
      const input = { kind: "report", report: reportAt(at, lel(high ? 30 : 0)) } as const;
      for (let repeat = 0; repeat <= (bits & 1); repeat += 1) {
        const { state: next, events } = step(state, input, defaultRules);
        state = next;
        for (const event of events.filter((one) => one.rule === "combustible")) {
          if (ids.has(event.id)) throw new Error(`seed ${seed}: ${event.id} twice`);
          ids.add(event.id);
          if (event.kind === "raised") {
            if (open !== undefined) throw new Error(`seed ${seed}: a second open alarm`);
            open = event.episode;
            alarms += 1;
          } else if (event.episode !== open) throw new Error(`seed ${seed}: stranger`);
          if (event.kind === "returned") open = undefined;
        }
      }
    }
  }
  expect(alarms).toBeGreaterThan(seeds);
}, 60_000);

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constant("shelve" as const),
    rule: fc.constantFrom("co" as const, "combustible" as const, "silence" as const),
    by: fc.constantFrom(by, userId(""), userId("  ")),
    reason: fc.constantFrom("装修", "", " "),
    duration: fc
      .constantFrom(0, 60_000, 86_400_000, 864_000_000, Number.POSITIVE_INFINITY)
      .map(milliseconds),
  }),
  fc.record({
    kind: fc.constant("suppress" as const),
    rule: fc.constantFrom("co" as const, "combustible" as const, "over-range" as const),
    cause: fc.constantFrom("link-down:gw", ""),
  }),
  fc.record({
    kind: fc.constant("take-out-of-service" as const),
    by: fc.constantFrom(by, userId("")),
    reason: fc.constantFrom("损坏", ""),
    duration: fc.constantFrom(-1, 3_600_000, 864_000_000_000).map(milliseconds),
    confirmedOnSite: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("hush" as const),
    by: fc.constantFrom(by, userId("")),
    reason: fc.constantFrom("已通风", ""),
    duration: fc.constantFrom(600_000, 6_000_000).map(milliseconds),
    confirmedOnSite: fc.boolean(),
  }),
);

test("nothing mutes gas or CO without a named person, a reason and an expiry", () => {
  fc.assert(
    fc.property(
      fc.array(anyCommand, { maxLength: 6 }),
      fc.constantFrom(12, 25, 60),
      (commands, level) => {
        let state = initialState(detector, instant(0));
        let second = 0;
        for (const command of commands) {
          second += 1;
          ({ state } = step(
            state,
            { kind: "command", command, now: instant(second) },
            defaultRules,
          ));
        }
        for (const hold of state.alarms.holds) {
          const danger = hold.rule !== "silence";
          expect(hold.by.trim()).not.toBe("");
          expect(hold.reason.trim()).not.toBe("");
          if (danger) expect(hold.untilMs).toBeLessThan(Number.POSITIVE_INFINITY);
        }
        const raise = reportAt(instant(second + 1), lel(level), co(400));
        const result = step(state, { kind: "report", report: raise }, defaultRules);
        const wait = step(result.state, { kind: "tick", now: instant(second + 7) }, defaultRules);
        const told = [...result.events, ...wait.events].filter(
          (event) => event.alarmClass !== "silence",
        );
        // Recorded in any case; if it rings nobody, someone answers for it.
        expect(new Set(told.map((event) => event.rule))).toEqual(new Set(["co", "combustible"]));
        for (const event of told) {
          if (event.held !== undefined) expect(event.held.who).toBe("李敏");
        }
        // And it rings again on the day the last hold ends.
        const last = Math.max(0, ...state.alarms.holds.map((hold) => hold.untilMs ?? 0));
        const again = step(
          wait.state,
          { kind: "tick", now: instant(last / 1_000 + 1_000) },
          defaultRules,
        );
        expect(again.sounding).toBe("co");
      },
    ),
    { numRuns: 2_000 },
  );
});

test("a detector at rest costs nothing to remember", () => {
  expect(isQuiet(initialState(detector, instant(0)))).toBe(true);
});
