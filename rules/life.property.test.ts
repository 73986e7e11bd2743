/** The life of an alarm against a small model of ISA-18.2: every legal step, every refused one. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { milliseconds } from "#domain/quantity.ts";
import { defaultRules, detector, instant, reportAt, verdict } from "#test/compliance/timetable.ts";
import type { Command } from "./commands.ts";
import { initialState, lifeOf, step, type DetectorState, type LifeState } from "./step.ts";

const rule = "device-alarm-gas";
const by = userId("李敏");

/** What a person would expect, in ten lines: the condition, the signature, the latch, the holds. */
interface Model {
  standing: boolean;
  severe: boolean;
  signed: boolean;
  latched: boolean;
  shelved: boolean;
  out: boolean;
}

interface Real {
  state: DetectorState;
  second: number;
}

const expected = (model: Model): LifeState => {
  const open = model.standing;
  if (model.out) return "out-of-service";
  if (model.shelved && !(open && model.severe)) return "shelved";
  if (open) return model.signed ? "acknowledged" : "unacknowledged";
  if (!model.latched) return "normal";
  return model.signed ? "latched" : "returned-unacknowledged";
};

const check = (model: Model, real: Real): void => {
  expect(lifeOf(real.state, rule)).toBe(expected(model));
};

const report = (real: Real, alarming: boolean, high: boolean): void => {
  // Ten minutes on: long enough for every episode to end and every spell of chatter to be over.
  real.second += 700;
  const finding = verdict("methane", alarming, high ? "high" : "low");
  const input = { kind: "report", report: reportAt(instant(real.second), finding) } as const;
  real.state = step(real.state, input, defaultRules).state;
};

const alarm = (high: boolean): fc.Command<Model, Real> => ({
  check: () => true,
  run: (model, real) => {
    report(real, true, high);
    const worse = !model.standing || (high && !model.severe);
    if (!model.standing) model.severe = false;
    model.severe ||= high;
    const held = model.out || (model.shelved && !model.severe);
    if (worse && !held) {
      model.signed = false;
      model.latched = false;
    }
    model.standing = true;
    check(model, real);
  },
  toString: () => (high ? "alarm high" : "alarm"),
});

const clear: fc.Command<Model, Real> = {
  check: (model) => model.standing,
  run: (model, real) => {
    const held = model.out || (model.shelved && !model.severe);
    report(real, false, false);
    model.standing = false;
    // What was held back asks nothing of people when it is over.
    if (!held) model.latched = true;
    else if (!model.latched) model.signed = false;
    model.severe = false;
    check(model, real);
  },
  toString: () => "clear",
};

/** A command and where the standard allows it; elsewhere it must be refused and change nothing. */
const person = (
  command: Command,
  allowed: (model: Model) => boolean,
  then: (model: Model) => void,
): fc.Command<Model, Real> => ({
  check: () => true,
  run: (model, real) => {
    real.second += 1;
    const input = { kind: "command", command, now: instant(real.second) } as const;
    const result = step(real.state, input, defaultRules);
    const may = allowed(model);
    expect(result.refused === undefined).toBe(may);
    if (may) then(model);
    else {
      expect(result.state).toBe(real.state);
      expect(result.refused?.zh).not.toBe("");
    }
    real.state = result.state;
    check(model, real);
  },
  toString: () => command.kind,
});

const held = (model: Model): boolean =>
  model.out || (model.shelved && !(model.standing && model.severe));
const week = milliseconds(7 * 86_400_000);
const people = [
  person(
    { kind: "acknowledge", rule, by },
    (model) => !held(model) && !model.signed && (model.standing || model.latched),
    (model) => {
      model.signed = true;
    },
  ),
  person(
    { kind: "unacknowledge", rule, by, reason: "签错" },
    (model) => !held(model) && model.standing && model.signed,
    (model) => {
      model.signed = false;
    },
  ),
  person(
    { kind: "reset", rule, by, reason: "已修复" },
    (model) => !held(model) && !model.standing && model.latched && model.signed,
    (model) => {
      model.latched = false;
      model.signed = false;
    },
  ),
  person(
    { kind: "shelve", rule, by, reason: "装修", duration: milliseconds(86_400_000) },
    (model) => !model.shelved && (!model.standing || model.out),
    (model) => {
      model.shelved = true;
    },
  ),
  person(
    { kind: "unshelve", rule, by },
    (model) => model.shelved,
    (model) => {
      const freed = model.standing && !model.out && !model.severe;
      model.shelved = false;
      if (freed) {
        model.signed = false;
        model.latched = false;
      }
    },
  ),
  person(
    { kind: "take-out-of-service", by, reason: "损坏", duration: week, confirmedOnSite: true },
    (model) => !model.out,
    (model) => {
      model.out = true;
    },
  ),
  person(
    { kind: "return-to-service", by },
    (model) => model.out,
    (model) => {
      model.out = false;
      if (model.standing && !held(model)) {
        model.signed = false;
        model.latched = false;
      }
    },
  ),
];

test("every command does what the standard says where it may, and is refused where it may not", () => {
  fc.assert(
    fc.property(
      fc.commands(
        [
          fc.constant(alarm(false)),
          fc.constant(alarm(true)),
          fc.constant(clear),
          ...people.map((one) => fc.constant(one)),
        ],
        {
          maxCommands: 25,
        },
      ),
      (commands) => {
        fc.modelRun(
          () => ({
            model: {
              standing: false,
              severe: false,
              signed: false,
              latched: false,
              shelved: false,
              out: false,
            },
            real: { state: initialState(detector, instant(0)), second: 0 },
          }),
          commands,
        );
      },
    ),
    { numRuns: 2_000 },
  );
});
