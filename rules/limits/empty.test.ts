/** Limits that look whole and would judge nothing: refused when published, replaced when met. */
import { describe, expect, test } from "vitest";
import { epochMs, milliseconds, minutes, seconds } from "#domain/quantity.ts";
import { publish, readBook } from "#rules/rule-book.ts";
import { co, openBench } from "#test/compliance/timetable.ts";
import { usable, whatIsWrong } from "./check.ts";
import type { LimitSet } from "./limit-set.ts";
import { defaultLimits } from "./sets.ts";

const { bands, dose, averages } = defaultLimits.co;
const nought = milliseconds(0);
const withCo = (change: Partial<LimitSet["co"]>): LimitSet => ({
  ...defaultLimits,
  co: { ...defaultLimits.co, ...change },
});

const useless: readonly (readonly [reason: string, LimitSet])[] = [
  ["co.bands.points = []", withCo({ bands: { ...bands, points: [] } })],
  [
    "co.bands.points.2.alarmAfter = 0",
    withCo({
      bands: {
        ...bands,
        points: bands.points.map((point, index) =>
          index === 2 ? { ...point, alarmAfter: nought } : point,
        ),
      },
    }),
  ],
  [
    "co.bands.recovery.value = 0",
    withCo({ bands: { ...bands, recovery: { ...bands.recovery, value: nought } } }),
  ],
  ["co.dose.uptake.value = 0", withCo({ dose: { ...dose, uptake: { ...dose.uptake, value: 0 } } })],
  [
    "co.dose.washOut.value = 0",
    withCo({ dose: { ...dose, washOut: { ...dose.washOut, value: 0 } } }),
  ],
  [
    "co.averages.1.over = 0",
    withCo({
      averages: averages.with(1, { ...averages[1]!, over: nought }),
    }),
  ],
];

describe.each(useless)("%s", (reason, limits) => {
  test("is not published, and both languages say what is wrong", () => {
    const signature = { by: "陈工", reason: "试验", atMs: epochMs(0) };
    const draft = { words: {}, limits, hash: "useless" };
    const published = publish(readBook([]), draft, signature);
    expect(whatIsWrong(limits)).toBe(reason);
    expect(published).toEqual({
      ok: false,
      error: {
        zh: `这套规则不能用于判定,未发布:${reason}。改正后重新发布。`,
        en: `These rules cannot judge and are not published: ${reason}. Put it right and publish again.`,
      },
    });
  });

  test("is named by a fault, and CO alarms by the default bands at its time", () => {
    const rules = { limits, silenceAfter: seconds(180) };
    expect(usable(rules).broken).toEqual([{ rule: "co", reason }]);
    const home = openBench(rules);
    for (let minute = 0; minute <= 30; minute += 1) home.says(minute * 60, co(100));
    const told = home.events.filter(
      ({ priority, alarmClass }) => priority === 1 || alarmClass === "fault",
    );
    expect(told.map(({ rule, at }) => [rule, at.monoMs])).toEqual([
      ["reading-fault", 0],
      ["co", minutes(25)],
    ]);
    expect(told[0]?.cause.text.zh).toContain(reason);
  });
});

test("no means at all are a choice, and so is no set point", () => {
  expect(whatIsWrong(withCo({ averages: [], setPoint: undefined }))).toBeUndefined();
});
