import { Check } from "typebox/value";
import { expect, test } from "vitest";
import { whatIsWrong } from "./check.ts";
import { adjustLimits, LimitOverridesSchema } from "./adjust.ts";
import { defaultLimits, limitSets } from "./sets.ts";

test("a site may set its own numbers within the legal range", () => {
  const result = adjustLimits(defaultLimits, {
    gas: { lowPercentLel: 6, highDelaySeconds: 3 },
    co: { setPointPpm: 200 },
    holdSeconds: 120,
  });
  if (!result.ok) throw new Error("refused");
  expect(result.value.gas.low.raiseAt.value).toBe(6);
  expect(result.value.gas.low.clearBelow.value).toBe(4);
  expect(result.value.gas.high.onDelay.value).toBe(3_000);
  expect(result.value.co.setPoint?.raiseAt.value).toBe(200);
  expect(result.value.co.setPoint?.holdAbove.value).toBe(150);
  expect(result.value.holdAtMost.value).toBe(120_000);
  expect(result.value.id).not.toBe(defaultLimits.id);
});

test("every mistake is answered at once, with path, value, range and clause", () => {
  const overrides = {
    gas: { lowPercentLel: 50, highDelaySeconds: -1, colour: 3 },
    co: { setPointPpm: "300" },
    muteGas: true,
  };
  expect(Check(LimitOverridesSchema, overrides)).toBe(false);
  const result = adjustLimits(defaultLimits, overrides);
  if (result.ok) throw new Error("accepted");
  expect(result.error.map((mistake) => mistake.path).sort()).toEqual([
    "co.setPointPpm",
    "gas.colour",
    "gas.highDelaySeconds",
    "gas.lowPercentLel",
    "muteGas",
  ]);
  const low = result.error.find((mistake) => mistake.path === "gas.lowPercentLel");
  expect(low?.text.en).toContain("50");
  expect(low?.text.en).toContain("5-25 %LEL");
  expect(low?.text.en).toContain("GB 15322.2-2019");
});

test("levels that contradict one another are refused", () => {
  const result = adjustLimits(defaultLimits, {
    gas: { lowPercentLel: 22, highPercentLel: 21, highClearPercentLel: 24 },
  });
  if (result.ok) throw new Error("accepted");
  expect(result.error.map((mistake) => mistake.path)).toEqual([
    "gas.highClearPercentLel",
    "gas.lowPercentLel",
  ]);
});

test("no override changes nothing but the name", () => {
  const result = adjustLimits(defaultLimits, {});
  expect(result).toEqual({ ok: true, value: { ...defaultLimits, id: "cn-2019+site" } });
});

test("the sets have names of their own, and each number has a source", () => {
  expect(new Set(limitSets.map((set) => set.id)).size).toBe(limitSets.length);
  const unsourced: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    const entries = Object.entries(value);
    const numbers = entries.filter(([, inner]) => typeof inner === "number");
    if (numbers.length > 0 && !("source" in value) && !/routes|\.value$/.test(path))
      unsourced.push(path);
    for (const [name, inner] of entries) visit(inner, `${path}.${name}`);
  };
  for (const set of limitSets) visit(set, set.id);
  expect(unsourced).toEqual([]);
});

test("contradictions and unknown names are told in both languages", () => {
  const crossed = adjustLimits(defaultLimits, { gas: { lowClearPercentLel: 10 } });
  expect(crossed.ok ? [] : crossed.error).toMatchObject([
    {
      path: "gas.lowClearPercentLel",
      text: {
        zh: "limits.gas.lowClearPercentLel = 10 必须小于低报值 10 %LEL。",
        en: "limits.gas.lowClearPercentLel = 10 must be below the low level, 10 %LEL.",
      },
    },
  ]);
  const high = adjustLimits(defaultLimits, {
    gas: { lowPercentLel: 20, highPercentLel: 20, highClearPercentLel: 20 },
  });
  expect(high.ok ? [] : high.error.map(({ text }) => text)).toMatchObject([
    { zh: expect.stringContaining("高报值"), en: expect.stringContaining("high level") },
    { zh: expect.stringContaining("高报值"), en: expect.stringContaining("high level") },
  ]);
  const unknown = adjustLimits(defaultLimits, { gas: { lowest: 1 }, colour: 2 });
  expect(unknown.ok ? [] : unknown.error.map(({ path }) => path).toSorted()).toEqual([
    "colour",
    "gas.lowest",
  ]);
  expect(unknown.ok ? "" : unknown.error[0]?.text.zh).toContain("无法识别");
});

test("at either end of each range a site's numbers are judged by, none is taken for one that mutes", () => {
  const ends = {
    gas: {
      lowPercentLel: [5, 19],
      lowClearPercentLel: [2, 9],
      lowDelaySeconds: [0, 60],
      highPercentLel: [11, 25],
      highClearPercentLel: [2, 19],
      highDelaySeconds: [0, 15],
      offDelaySeconds: [0, 600],
    },
    co: {
      setPointPpm: [150, 300],
      setPointDelaySeconds: [0, 60],
      clearPpm: [10, 30],
      doseLimitPercentCohb: [5.5, 10],
      offDelaySeconds: [0, 600],
    },
  };
  const alone = Object.entries(ends).flatMap(([group, settings]) =>
    Object.entries(settings).flatMap(([name, values]) =>
      values.map((value) => ({ [group]: { [name]: value } })),
    ),
  );
  const times = [
    { holdSeconds: 60 },
    { holdSeconds: 600 },
    { warmUpMinutes: 1 },
    { warmUpMinutes: 30 },
  ];
  for (const overrides of [...alone, ...times]) {
    const adjusted = adjustLimits(defaultLimits, overrides);
    if (!adjusted.ok) throw new Error(JSON.stringify(overrides));
    expect(whatIsWrong(adjusted.value)).toBeUndefined();
  }
});
