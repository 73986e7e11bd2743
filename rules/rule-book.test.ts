import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { adjustLimits } from "#rules/limits/adjust.ts";
import { defaultLimits, limitSets } from "#rules/limits/sets.ts";
import { defaultRules, detector, instant, lel, reportAt } from "#test/compliance/timetable.ts";
import {
  activate,
  canonicalJson,
  editionOf,
  openRuleBook,
  publish,
  tryInShadow,
  type RuleBook,
} from "./rule-book.ts";
import { beginShadow, stepWithShadow } from "./shadow.ts";
import { initialState } from "./step.ts";

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const signature = { by: "陈工", reason: "按街道要求", at: instant(0) };
const stricter = adjustLimits(defaultLimits, { gas: { lowPercentLel: 6 } });
if (!stricter.ok) throw new Error("limits");

const value = (result: ReturnType<typeof publish>): RuleBook => {
  if (!result.ok) throw new Error(result.error.en);
  return result.value;
};

const book = value(
  publish(openRuleBook(defaultLimits, signature, hash), stricter.value, signature, hash),
);

test("an edition judges only once it is activated, and the old one can be brought back", () => {
  expect(book).toMatchObject({ active: 1, shadow: undefined });
  const active = value(activate(book, 2, signature));
  expect(editionOf(active, active.active)?.limits.gas.low.raiseAt.value).toBe(6);
  const back = value(activate(active, 1, signature));
  expect(editionOf(back, back.active)?.hash).toBe(editionOf(book, 1)?.hash);
  expect(back.editions).toHaveLength(2);
});

test("the hash follows the content, not the order it was written in", () => {
  const reversed = Object.fromEntries(Object.entries(defaultLimits).toReversed());
  expect(canonicalJson(reversed)).toBe(canonicalJson(defaultLimits));
  expect(new Set(book.editions.map((one) => one.hash)).size).toBe(2);
  expect(publish(book, stricter.value, signature, hash)).toMatchObject({
    ok: false,
    error: { en: "The same as version 2; not published." },
  });
});

test("nothing is published or activated without a name and a reason, and no unknown version", () => {
  const last = limitSets.at(-1);
  if (last === undefined) throw new Error("no set");
  expect(publish(book, last, { ...signature, by: " " }, hash).ok).toBe(false);
  expect(activate(book, 2, { ...signature, reason: "" }).ok).toBe(false);
  expect(activate(book, 3, signature).ok).toBe(false);
  expect(tryInShadow(book, 3).ok).toBe(false);
  expect(tryInShadow(book, 1).ok).toBe(false);
});

test("an edition in the shadow is recorded and rings nobody; activated, its shadow ends", () => {
  const trying = value(tryInShadow(book, 2));
  expect(value(activate(trying, 2, signature)).shadow).toBeUndefined();
  expect(value(activate(trying, 1, signature)).shadow).toBe(2);
  expect(value(tryInShadow(trying, undefined)).shadow).toBeUndefined();

  const trial = { limits: stricter.value, silenceAfter: defaultRules.silenceAfter };
  let live = initialState(detector, instant(0));
  let shadow = beginShadow(live, instant(0));
  const told: string[] = [];
  const tried: (string | undefined)[] = [];
  for (let second = 0; second < 30; second += 1) {
    const report = reportAt(instant(second), lel(7));
    const result = stepWithShadow(live, shadow, { kind: "report", report }, defaultRules, trial);
    ({ state: live, shadow } = result);
    told.push(...result.events.map((event) => event.rule));
    tried.push(...result.shadowEvents.map((event) => event.held?.by));
    expect(result.sounding).toBe("none");
  }
  expect(told).toEqual([]);
  expect(tried).toEqual(["shadow"]);
  const command = { kind: "return-to-service", by: userId("李敏") } as const;
  const now = instant(31);
  expect(
    stepWithShadow(live, shadow, { kind: "command", command, now }, defaultRules, trial).shadow,
  ).toBe(shadow);
});

test("refusals say which version, in both languages; a version counts from one", () => {
  expect(book.editions.map((one) => one.version)).toEqual([1, 2]);
  const refused = activate(book, 7, signature);
  expect(refused.ok ? {} : refused.error).toEqual({
    zh: "没有第 7 版规则。",
    en: "There is no version 7.",
  });
  const unsigned = activate(book, 2, { ...signature, reason: "  " });
  expect(unsigned.ok ? "" : unsigned.error.zh).toContain("姓名和原因");
  expect(unsigned.ok ? "" : unsigned.error.en).toContain("a name and a reason");
  expect(canonicalJson({ b: null, a: [{ d: 1, c: null }] })).toBe(
    '{"a":[{"c":null,"d":1}],"b":null}',
  );
});
