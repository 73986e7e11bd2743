import { expect, test } from "vitest";
import { milliseconds, minutes, seconds } from "#domain/quantity.ts";
import { usable } from "./check.ts";
import type { LimitSet } from "./limit-set.ts";
import { defaultLimits, limitSets } from "./sets.ts";

const silenceAfter = seconds(180);
/** The default set with one part as a broken file or a bug may leave it. */
const broken = (part: keyof LimitSet, value: unknown): LimitSet =>
  Object.defineProperty({ ...defaultLimits }, part, { value, enumerable: true });
const gas = (change: object): unknown => ({ ...defaultLimits.gas, ...change });

test("every set we ship can be used as it is", () => {
  for (const limits of limitSets) {
    expect(usable({ limits, silenceAfter })).toEqual({ limits, silenceAfter, broken: [] });
    expect(usable({ limits, silenceAfter }).limits).toBe(limits);
    expect(usable({ limits, silenceAfter })).toBe(usable({ limits, silenceAfter }));
  }
});

test.each([
  ["gas", gas({ watchFrom: { value: Number.NaN } }), "combustible", "gas.watchFrom.value = NaN"],
  ["gas", gas({ low: undefined }), "combustible", "gas.low is missing"],
  ["co", { ...defaultLimits.co, bands: 7 }, "co", "co.bands is a number"],
  ["co", { ...defaultLimits.co, averages: {} }, "co", "co.averages is no list"],
  ["holdAtMost", { value: -1 }, "limits.holdAtMost", "holdAtMost.value = -1"],
  ["stuckAfter", { value: "12" }, "limits.stuckAfter", "stuckAfter.value is a string"],
  ["lateAfter", null, "limits.lateAfter", "lateAfter is a object"],
  ["chatter", undefined, "limits.chatter", "chatter is missing"],
] as const)(
  "a broken part %s is replaced by the default and named",
  (part, value, rule, reason) => {
    const result = usable({ limits: broken(part, value), silenceAfter });
    expect(result.broken[0]).toMatchObject({ rule, reason: expect.stringContaining(reason) });
    expect(result.broken).toHaveLength(1);
    expect(result.limits[part]).toBe(defaultLimits[part]);
  },
);

test("a part that throws is named by what it threw, cut to what a message can hold", () => {
  const limits = Object.defineProperty({ ...defaultLimits }, "co", {
    get: () => {
      throw new Error("x".repeat(500));
    },
  });
  const result = usable({ limits, silenceAfter });
  expect(result.broken).toEqual([{ rule: "co", reason: `Error: ${"x".repeat(193)}` }]);
  expect(result.limits.co).toBe(defaultLimits.co);
});

test("what a set may leave out is not missed", () => {
  const co = { ...defaultLimits.co, setPoint: undefined };
  expect(usable({ limits: { ...defaultLimits, co }, silenceAfter }).broken).toEqual([]);
});

test("a silence limit that is none is ten minutes, and named each time it is asked for", () => {
  for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const rules = { limits: { ...defaultLimits }, silenceAfter: milliseconds(wrong) };
    const once = usable(rules);
    expect(once).toMatchObject({
      silenceAfter: minutes(10),
      broken: [{ rule: "silence", reason: `silenceAfter = ${wrong}` }],
    });
    expect(usable(rules)).toEqual(once);
  }
  expect(usable({ limits: defaultLimits, silenceAfter: seconds(60) }).silenceAfter).toBe(60_000);
  expect(usable({ limits: defaultLimits, silenceAfter: seconds(90) }).silenceAfter).toBe(90_000);
});
