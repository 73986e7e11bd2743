import { expect, test } from "vitest";
import { createGatherer } from "./gather.ts";

test("what comes alone is handed on before the call returns", () => {
  const handed: (readonly number[])[] = [];
  const gatherer = createGatherer<number>((items) => handed.push(items), 60_000);
  gatherer.add(1);
  expect(handed).toEqual([[1]]);
  gatherer.drop();
});

test("a flood is handed on in few handfuls, in order, nothing lost", async () => {
  const handed: (readonly number[])[] = [];
  const numbers = Array.from({ length: 500 }, (_, i) => i);
  await new Promise<void>((resolve) => {
    const gatherer = createGatherer<number>((items) => {
      handed.push(items);
      if (items.includes(499)) resolve();
    }, 20);
    for (const number of numbers) gatherer.add(number);
  });
  expect(handed.flat()).toEqual(numbers);
  expect(handed.length).toBeLessThan(5);
});

test("flush hands on what waits and drop forgets it", () => {
  const handed: (readonly number[])[] = [];
  const gatherer = createGatherer<number>((items) => handed.push(items), 60_000);
  for (const number of [1, 2, 3]) gatherer.add(number);
  gatherer.flush();
  gatherer.add(4);
  gatherer.drop();
  gatherer.flush();
  expect(handed).toEqual([[1], [2, 3]]);
});
