import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seconds, type DurationMs } from "#domain/quantity.ts";
import {
  co,
  defaultRules,
  detector,
  instant,
  lel,
  reportAt,
  says,
  verdict,
} from "#test/compliance/timetable.ts";
import { allRules, judge } from "./judge.ts";
import { usable } from "./limits/check.ts";
import { defaultLimits, limitSets } from "./limits/sets.ts";
import { initialState, step, type DetectorRules } from "./step.ts";

const everything = reportAt(
  instant(1),
  lel(25),
  co(400),
  verdict("co", true),
  says("power-loss"),
  says("tamper"),
);

const rulesThatRaise: ReadonlySet<string> = new Set([
  "power-loss",
  "tamper",
  "co",
  "combustible",
  "device-alarm-co",
]);

describe("a rule that throws", () => {
  test.each(allRules.slice(0, -1).map((rule) => rule.id))(
    "%s is named by a fault, and the others run",
    (bad) => {
      const sick = allRules.map((rule) =>
        rule.id === bad
          ? Object.assign({}, rule, {
              rests: () => false,
              judge: () => {
                throw new Error("planted");
              },
            })
          : rule,
      );
      const { events, state } = judge(
        initialState(detector, instant(0)),
        everything,
        instant(1),
        usable(defaultRules),
        sick,
      );
      expect(events.map((event) => event.rule)).toEqual(
        allRules
          .map((rule) => rule.id)
          .filter((id) => rulesThatRaise.has(id) && id !== bad)
          .concat("reading-fault"),
      );
      expect(events.at(-1)?.cause.inputs).toMatchObject({ rules: bad });
      // Mended, the rule catches up and the fault is over.
      const next = judge(state, undefined, instant(10), usable(defaultRules));
      expect(next.events.some((event) => event.kind === "returned")).toBe(true);
    },
  );

  test("an open alarm of a rule that breaks stays open", () => {
    const raised = judge(
      initialState(detector, instant(0)),
      everything,
      instant(1),
      usable(defaultRules),
    );
    const sick = allRules.map((rule) =>
      Object.assign({}, rule, {
        perceive: () => {
          throw new Error("planted");
        },
      }),
    );
    const { state } = judge(raised.state, everything, instant(2), usable(defaultRules), sick);
    expect(state.alarms.episodes).toEqual(raised.state.alarms.episodes);
  });
});

describe("limits that cannot be used", () => {
  const parts = Object.keys(defaultLimits);

  test.each(parts)(
    "%s missing or throwing: replaced, named, and gas and CO still alarm",
    (part) => {
      for (const property of [
        { value: undefined },
        {
          get: (): never => {
            throw new Error("planted");
          },
        },
      ]) {
        const limits = Object.defineProperty({ ...defaultLimits }, part, property);
        const rules = { limits, silenceAfter: seconds(180) };
        const { events } = step(
          initialState(detector, instant(0)),
          { kind: "report", report: everything },
          rules,
        );
        const raised = events.map((event) => event.rule);
        expect(raised).toEqual(expect.arrayContaining(["co", "combustible", "reading-fault"]));
      }
    },
  );

  test("any number in the set being none never mutes gas or CO", () => {
    const spots: (readonly string[])[] = [];
    const visit = (value: unknown, path: readonly string[]): void => {
      if (typeof value === "number") spots.push(path);
      if (typeof value !== "object" || value === null) return;
      for (const [name, inner] of Object.entries(value)) visit(inner, path.concat(name));
    };
    visit(defaultLimits, []);
    const spoil = (value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown => {
      if (name === undefined) return by;
      if (Array.isArray(value)) {
        return value.map((one, index) => (String(index) === name ? spoil(one, rest, by) : one));
      }
      return typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value).map(([key, one]) => [
              key,
              key === name ? spoil(one, rest, by) : one,
            ]),
          )
        : value;
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...spots),
        fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, "10", null, undefined),
        (spot, by) => {
          const rules: DetectorRules = {
            ...defaultRules,
            // oxlint-disable-next-line typescript/no-unsafe-type-assertion
            limits: spoil(defaultLimits, spot, by) as typeof defaultLimits,
          };
          const { events, sounding } = step(
            initialState(detector, instant(0)),
            { kind: "report", report: everything },
            rules,
          );
          expect(events.map((event) => event.rule)).toEqual(
            expect.arrayContaining(["co", "combustible", "reading-fault"]),
          );
          expect(sounding).toBe("co");
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([Number.NaN, 0, -5, Number.POSITIVE_INFINITY])(
    "a silence limit of %d falls back to ten minutes, with a fault",
    (silenceAfter) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const rules = { limits: defaultLimits, silenceAfter: silenceAfter as DurationMs };
      let { state, events } = step(
        initialState(detector, instant(0)),
        { kind: "report", report: reportAt(instant(0), co(0)) },
        rules,
      );
      expect(events.map((event) => event.rule)).toEqual(["reading-fault"]);
      expect(state.wakeAtMs).toBe(600_000);
      ({ state, events } = step(state, { kind: "tick", now: instant(600) }, rules));
      expect(events.map((event) => event.rule)).toEqual(["silence"]);
    },
  );

  test("the sets that are shipped are usable as they are", () => {
    for (const limits of limitSets) {
      expect(usable({ limits, silenceAfter: seconds(180) })).toMatchObject({ limits, broken: [] });
    }
  });
});
