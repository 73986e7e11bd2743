import { expect, test } from "vitest";
import { journalId } from "#domain/ids.ts";
import { createCounts } from "./counts.ts";

test("a hundred who ask at once cost two questions, and each learns a number of after they asked", async () => {
  let lastSeq = 0;
  let questions = 0;
  const counts = createCounts({
    id: journalId("j"),
    counts: async () => {
      questions += 1;
      const asked = lastSeq;
      await Promise.resolve();
      return { lastSeq: asked, pending: asked };
    },
  });

  const learned = Array.from({ length: 100 }, async () => {
    lastSeq += 1;
    const mine = lastSeq;
    await counts.refresh();
    return counts.pending() >= mine;
  });

  expect(await Promise.all(learned)).not.toContain(false);
  expect(questions).toBe(2);
});

test("a journal that fails leaves the old numbers, and the next question is asked again", async () => {
  let fails = false;
  const counts = createCounts({
    id: journalId("j"),
    counts: () =>
      fails ? Promise.reject(new Error("disk")) : Promise.resolve({ lastSeq: 7, pending: 3 }),
  });
  await counts.refresh();
  fails = true;
  await counts.refresh();
  expect(counts.pending()).toBe(3);
  fails = false;
  await Promise.all([counts.refresh(), counts.refresh()]);
  expect(counts.last()?.lastSeq).toBe(7);
});
