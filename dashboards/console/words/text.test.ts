import { expect, test } from "vitest";
import type { Bilingual } from "#domain/result.ts";
import { classWord, gasWord, linkWord, priorityWord, text } from "./text.ts";

const sentences: readonly Bilingual[] = [text, classWord, gasWord, linkWord, priorityWord].flatMap(
  (words) =>
    Object.values(words).map((sentence) =>
      typeof sentence === "function"
        ? Reflect.apply(sentence, undefined, ["…", "…", "…"])
        : sentence,
    ),
);

test("every sentence is written in both languages", () => {
  for (const { zh, en } of sentences) {
    expect(zh).not.toBe("");
    expect(en).toMatch(/[A-Za-z中]/);
  }
});

test("words the house does not use for an alarm are not used", () => {
  for (const { zh } of sentences) expect(zh).not.toMatch(/告警|警报|缺陷|故障报警/);
});

test("the button that signs says neither mute nor clear nor close", () => {
  for (const { zh, en } of [text.sign, text.signing]) {
    expect(zh).not.toMatch(/消音|清除|关闭|办结|恢复/);
    expect(en).not.toMatch(/mute|silence|clear|close|ack/i);
  }
});
