import { expect, test } from "vitest";
import { ruleIds } from "#domain/alarm.ts";
import { sources } from "#rules/limits/sources.ts";
import { clauseWord, ruleWord } from "./rule-words.ts";

test.each(Object.entries(sources))("the clause %s has words in both languages", (_, source) => {
  const { zh, en } = clauseWord(source);
  expect(zh).toMatch(/[一-龥]/u);
  expect(en).not.toMatch(/[一-龥]/u);
  expect(zh).not.toMatch(/our own choice|alarm conditions|set point/);
});

test("every rule has words in both languages, and none is its id", () => {
  for (const id of ruleIds) {
    expect(ruleWord[id].zh, id).toMatch(/[一-龥]/u);
    expect(ruleWord[id].en, id).toMatch(/ /);
    expect(ruleWord[id].en, id).not.toBe(id);
  }
  expect(new Set(ruleIds.map((id) => ruleWord[id].zh)).size).toBe(ruleIds.length);
});

test("a clause of a newer gateway is shown as it was written", () => {
  const clause = { standard: "EN 50292", clause: "clause 9.9" };
  expect(clauseWord(clause)).toEqual({ zh: "EN 50292 clause 9.9", en: "EN 50292 clause 9.9" });
});
