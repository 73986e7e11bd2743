/** The center's history of a detector as a recording. */
import { describe, expect, test } from "vitest";
import { defaultRules } from "#test/compliance/timetable.ts";
import { parseMinutes } from "./minutes.ts";
import { rehearse, toInputs } from "./rehearse.ts";

const minute = 60_000;
const co = { gas: "co", mark: "real", unit: "ppm", silenceMs: 60_000, gaps: [] };
const methane = { ...co, gas: "methane", unit: "%LEL", lelPercentVolume: 4.4 };
const history = (...series: readonly object[]) => ({
  gateway: "gw",
  detector: "kitchen",
  fromMs: 0,
  toMs: 60 * minute,
  bucketMs: minute,
  losses: [],
  series,
});
const refusal = (value: unknown): string => {
  const result = parseMinutes(typeof value === "string" ? value : JSON.stringify(value));
  return result.ok ? "accepted" : result.error.en;
};
const accepted = (value: object) => {
  const result = parseMinutes(JSON.stringify(value));
  if (!result.ok) throw new Error(result.error.en);
  return result.value;
};

test("an evening of CO alarms when its bands are full, and the minutes say that they are maxima", () => {
  const points = Array.from({ length: 40 }, (_, index) => ({
    atMs: index * minute,
    count: 60,
    min: 90,
    max: 100,
    mean: 95,
  }));
  const { samples, warnings } = accepted(history({ ...co, points }));
  const { events } = rehearse(toInputs(samples, "evening.json"), defaultRules);
  expect(events.find(({ priority }) => priority === 1)?.at.monoMs).toBe(25 * minute);
  expect(warnings[0]?.en).toContain("each stands for its highest reading");
});

test("gases are woven by time, each with its own explosive limit, and what was no value stays none", () => {
  const gas = [
    { atMs: 0, count: 1, max: 3, qualities: { "not-a-number": 1 } },
    { atMs: 2 * minute, count: 1, max: 4 },
  ];
  const none = [
    { atMs: minute, count: 0, qualities: { sentinel: 3 } },
    { atMs: 3 * minute, count: 0 },
  ];
  const { samples } = accepted(history({ ...co, points: none }, { ...methane, points: gas }));
  expect(samples).toEqual([
    {
      atMs: 0,
      values: [{ gas: "methane", level: { gas: "methane", lel: 3, lelPercentVolume: 4.4 } }],
    },
    { atMs: minute, values: [{ gas: "co", level: undefined, quality: "sentinel" }] },
    {
      atMs: 2 * minute,
      values: [{ gas: "methane", level: { gas: "methane", lel: 4, lelPercentVolume: 4.4 } }],
    },
    { atMs: 3 * minute, values: [{ gas: "co", level: undefined }] },
  ]);
});

describe("is refused", () => {
  const points = [{ atMs: 0, count: 1, max: 3 }];
  test.each<[string, unknown]>([
    ["/history): SyntaxError", "not json"],
    ["/history): / ", { series: [] }],
    ["/history): /series/0/gas/ must be equal", history({ ...co, gas: "steam", points })],
    ["5 min wide", { ...history({ ...co, points }), bucketMs: 5 * minute }],
    ["60 min wide", history({ ...co, points: [{ ...points[0], forMs: 60 * minute }] })],
    ["no real readings", history({ ...co, mark: "drill", points })],
    ["no real readings", history()],
  ])("%s: %#", (why, value) => {
    expect(refusal(value)).toContain(why);
  });
});

test("says in Chinese how wide a point is, and how to ask for narrower ones", () => {
  const points = [{ atMs: 0, count: 1, max: 3 }];
  const result = parseMinutes(
    JSON.stringify({ ...history({ ...co, points }), bucketMs: 5 * minute }),
  );
  expect(result.ok ? "" : result.error.zh).toContain("有 5 分钟宽");
});
