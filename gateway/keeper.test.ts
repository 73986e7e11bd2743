import { noticeId } from "#domain/notice.ts";
import { expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { createMemoryJournal } from "./journal/memory-journal.ts";
import { alarmRecord } from "./journal/sample-notice.ts";
import { createKeeper } from "./keeper.ts";
import type { Journal } from "./ports.ts";

const kitchen = detectorId("kitchen");
const cellar = detectorId("cellar");

/** A keeper over a disk that answers each commit as the story says: first in, first out. */
const openStory = (wrap: (journal: Journal) => Journal = (journal) => journal) => {
  const time = createManualTime();
  const asked: PromiseWithResolvers<void>[] = [];
  let script = true;
  const journal = createMemoryJournal({
    beforeCommit: () => {
      if (!script) return Promise.resolve();
      const answer = Promise.withResolvers<void>();
      asked.push(answer);
      return answer.promise;
    },
  });
  const left: string[] = [];
  const faults = new Map<string, boolean>();
  const keeper = createKeeper({
    journal: wrap(journal),
    timers: time.timers,
    reportFault: ({ key, present }) => void faults.set(key, present),
    onKept: () => {},
    onUnkept: (notice) => void left.push(noticeId(notice)),
  });
  const outcome = (promise: Promise<void> | undefined) => {
    let now: "waiting" | "written" | "refused" = promise === undefined ? "written" : "waiting";
    promise?.then(
      () => (now = "written"),
      () => (now = "refused"),
    );
    return () => now;
  };
  return {
    ...time,
    journal,
    keeper,
    left,
    faults,
    keep: (detector: typeof kitchen, event: string, state = JSON.stringify(event)) =>
      outcome(keeper.keep(detector, [alarmRecord(event)], state)),
    repeat: (detector: typeof kitchen) => outcome(keeper.owed(detector)),
    /** The disk answers the oldest commit it was asked for. */
    disk: async (how: "writes" | "refuses") => {
      await time.rest();
      const oldest = asked.shift();
      if (oldest === undefined) throw new Error("the disk was not asked");
      if (how === "writes") oldest.resolve();
      else oldest.reject(new Error("EIO: i/o error"));
      await time.rest();
    },
    mend: async () => {
      script = false;
      for (const answer of asked.splice(0)) answer.resolve();
      await time.pass(2_000);
    },
    ids: async () => (await journal.pending("alarm", 0, 100)).map(({ notice }) => noticeId(notice)),
  };
};

test("0 s refused · 1 s tried again, and the disk hangs · 2 s another alarm: it leaves by 3 s all the same", async () => {
  const story = openStory();
  story.keep(kitchen, "first");
  await story.disk("refuses");
  expect(story.left).toEqual(["first"]);
  await story.pass(2_000);

  const second = story.keep(cellar, "second");
  await story.pass(1_000);
  expect(story.left).toContain("second");
  expect(second()).toBe("waiting");

  await story.mend();
  expect(second()).toBe("written");
  expect((await story.ids()).sort()).toEqual(["first", "second"]);
});

test("the state of a later event is never overwritten by that of an earlier one", async () => {
  const story = openStory();
  story.keep(kitchen, "raised");
  story.keep(kitchen, "worsened");
  await story.disk("refuses");
  await story.mend();

  expect((await story.ids()).sort()).toEqual(["raised", "worsened"]);
  expect(await story.journal.states()).toEqual([{ detector: kitchen, json: '"worsened"' }]);
});

test("a repeat waits for everything its detector is owed, not only for the newest of it", async () => {
  const story = openStory();
  const raised = story.keep(kitchen, "raised");
  const worsened = story.keep(kitchen, "worsened");
  await story.disk("refuses");
  expect(raised()).toBe("refused");
  const repeat = story.repeat(kitchen);
  await story.disk("writes");
  if (repeat() === "written") expect(await story.ids()).toContain("raised");

  await story.mend();
  expect(worsened()).toBe("written");
  expect(await story.ids()).toContain("raised");
});

test("one record that the journal will never have holds up no other", async () => {
  const story = openStory((journal) => ({
    ...journal,
    append: (records, states) =>
      records.some(({ notice }) => noticeId(notice) === "poison")
        ? Promise.reject(new Error("SQLITE_CONSTRAINT"))
        : journal.append(records, states),
  }));
  const poison = story.keep(kitchen, "poison");
  await story.mend();
  expect(poison()).toBe("refused");

  const other = story.keep(cellar, "leak");
  await story.pass(2_000);
  expect(other()).toBe("written");
  expect(await story.ids()).toEqual(["leak"]);
});

test("records of one detector are numbered in the order they happened, though the disk refused the first", async () => {
  const story = openStory();
  story.keep(kitchen, "raised");
  await story.disk("refuses");
  story.keep(kitchen, "worsened");
  story.keep(kitchen, "returned");
  await story.mend();
  expect(await story.ids()).toEqual(["raised", "worsened", "returned"]);
});

test("what the disk refused is owed until it is written", async () => {
  const story = openStory();
  story.keep(kitchen, "raised");
  await story.disk("refuses");
  expect(story.keeper.unwritten()).toBe(1);
  expect(story.faults.get("journal-write")).toBe(true);
  await story.mend();
  expect(story.keeper.unwritten()).toBe(0);
  expect(story.faults.get("journal-write")).toBe(false);
});
