import * as fc from "fast-check";
import { expect, test } from "vitest";
import { combustibleGases } from "#domain/gas.ts";
import { badQualities, conditions, faultCodes, type Finding } from "#domain/reading.ts";
import {
  beyond,
  co,
  defaultRules,
  detector,
  fault,
  instant,
  lel,
  noLevel,
  reportAt,
} from "#test/compliance/timetable.ts";
import { initialState, reviveState, saveState, step, type JudgeInput } from "./step.ts";
import { lastHeard } from "./state.ts";

const gas = fc.constantFrom("co" as const, ...combustibleGases);

/** Everything a decoder can say, and numbers it should not. */
const finding: fc.Arbitrary<Finding> = fc.oneof(
  fc.double({ min: 0, max: 1_000 }).map((value) => co(value)),
  fc.double({ min: 0, max: 100 }).map((value) => lel(value)),
  fc.tuple(gas, fc.double(), fc.boolean()).map(([gas, value, over]) => {
    // JSON knows no −0, and neither does a detector.
    const found = gas === "co" ? co(value + 0) : lel(value + 0, gas);
    return over ? beyond(found) : found;
  }),
  fc.tuple(fc.constantFrom(...badQualities), gas).map(([quality, gas]) => noLevel(quality, gas)),
  fc
    .tuple(gas, fc.boolean(), fc.constantFrom("low" as const, "high" as const))
    .map(([gas, alarming, grade]): Finding => ({ kind: "verdict", gas, alarming, grade })),
  fc
    .tuple(fc.constantFrom(...conditions), fc.boolean())
    .map(([condition, present]): Finding => ({ kind: "condition", condition, present })),
  fc.constantFrom(...faultCodes).map((code) => fault(code)),
);

const input: fc.Arbitrary<{ readonly afterMs: number; readonly findings: Finding[] | undefined }> =
  fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.nat(2_000), fc.nat(600_000)),
    findings: fc.option(fc.array(finding, { maxLength: 4 }), { nil: undefined }),
  });

const toInputs = (script: readonly { afterMs: number; findings: Finding[] | undefined }[]) => {
  let ms = 0;
  return script.map(({ afterMs, findings }): JudgeInput => {
    ms += afterMs;
    const now = instant(ms / 1_000);
    return findings === undefined
      ? { kind: "tick", now }
      : { kind: "report", report: reportAt(now, ...findings) };
  });
};

const play = (inputs: readonly JudgeInput[]) => {
  let state = initialState(detector, instant(0));
  const events = inputs.flatMap((one) => {
    const result = step(state, one, defaultRules);
    state = result.state;
    return result.events;
  });
  return { state, events };
};

test("whatever comes in: no throw, each episode raised once, ids never twice, order kept", () => {
  fc.assert(
    fc.property(fc.array(input, { maxLength: 40 }), (script) => {
      const { state, events } = play(toInputs(script));
      expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
      const open = new Map<string, string>();
      for (const event of events) {
        if (event.kind === "raised") {
          expect(open.has(event.rule)).toBe(false);
          open.set(event.rule, event.episode);
        } else expect(open.get(event.rule)).toBe(event.episode);
        if (event.kind === "returned") open.delete(event.rule);
      }
      expect([...open.values()].sort()).toEqual(state.alarms.episodes.map((one) => one.id).sort());
    }),
    { numRuns: 2_000 },
  );
});

test("the same inputs make the same events, byte for byte", () => {
  fc.assert(
    fc.property(fc.array(input, { maxLength: 20 }), (script) => {
      const inputs = toInputs(script);
      expect(JSON.stringify(play(inputs).events)).toBe(JSON.stringify(play(inputs).events));
    }),
    { numRuns: 300 },
  );
});

test("an input repeated at once adds no alarm", () => {
  fc.assert(
    fc.property(fc.array(input, { maxLength: 20 }), (script) => {
      const inputs = toInputs(script);
      const doubled = inputs.flatMap((one) => [one, one]);
      const raised = (all: readonly JudgeInput[]) =>
        play(all)
          .events.filter((event) => event.kind === "raised" && event.rule !== "reading-fault")
          .map((event) => event.episode);
      expect(raised(doubled)).toEqual(raised(inputs));
    }),
    { numRuns: 500 },
  );
});

const garbage: fc.Arbitrary<Finding> = fc.oneof(
  fc.tuple(fc.constantFrom(...badQualities), gas).map(([quality, gas]) => noLevel(quality, gas)),
  fc.constantFrom(...faultCodes).map((code) => fault(code)),
  fc.constantFrom(co(Number.NaN), co(-1), co(Number.POSITIVE_INFINITY), lel(Number.NaN), lel(-0.5)),
);

test("garbage and time never clear gas or CO", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ afterMs: fc.nat(900_000), findings: fc.array(garbage) }), {
        maxLength: 30,
      }),
      (script) => {
        const danger = { afterMs: 0, findings: [co(400), lel(25)] };
        const { state, events } = play(toInputs([danger, ...script]));
        const returned = events.filter(
          (event) => event.kind === "returned" && event.alarmClass !== "fault",
        );
        expect(returned.filter((event) => event.alarmClass !== "silence")).toEqual([]);
        expect(state.alarms.episodes.map((one) => one.rule)).toEqual(
          expect.arrayContaining(["co", "combustible"]),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("a state survives being written and read at any moment", () => {
  fc.assert(
    fc.property(fc.array(input, { maxLength: 20 }), (script) => {
      const { state } = play(toInputs(script));
      const revived = reviveState(saveState(state), lastHeard(state));
      if (!revived.ok) throw new Error(revived.error.en);
      expect(revived.value.alarms.episodes).toEqual(state.alarms.episodes);
      expect(revived.value.memory).toEqual(state.memory);
    }),
    { numRuns: 500 },
  );
});
