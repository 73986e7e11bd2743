/** A new alarm and a backlog: who goes first, and what the receipts say meanwhile. */
import { expect, test } from "vitest";
import { alarmRecord } from "#gateway/journal/sample-notice.ts";
import { many, openStory } from "./open-story.ts";

const backlogOf = async (count: number) => {
  const story = openStory();
  await story.journal.append(many(count, "night").map(alarmRecord), []);
  story.center.troubles.centerDown = true; // the window fills and stands
  await story.connect();
  return story;
};

test("an alarm of now leaves at once though the window is full of a long night", async () => {
  const story = await backlogOf(5_000);
  const before = story.center.seen().length;
  story.uplink.wake(await story.journal.append([alarmRecord("leak")], []));
  await story.rest();
  expect(story.center.seen().slice(before)).toEqual(["5001 leak"]);
});

test("sixty-four of now pass a full window; the next goes before the rest of the night", async () => {
  const story = await backlogOf(1_000);
  const before = story.center.seen().length;
  story.uplink.wake(await story.journal.append(many(65, "leak").map(alarmRecord), []));
  await story.rest();
  expect(story.center.seen()).toHaveLength(before + 64);

  const { id: journalid } = story.journal;
  story.center.deliver({ journalid, upTo: 64, holes: [] });
  await story.rest();
  expect(story.center.seen()[before + 64]).toBe("1065 leak-65");
});

test("the receipt for the alarm of now confirms none of the night: its numbers are holes", async () => {
  const story = await backlogOf(1_000);
  story.uplink.wake(await story.journal.append([alarmRecord("leak")], []));
  await story.rest();
  const { id: journalid } = story.journal;
  story.center.deliver({ journalid, upTo: 1_001, holes: [[11, 1_000]] });
  await story.rest();
  expect(await story.journal.counts()).toEqual({ lastSeq: 1_001, pending: 990 });
});

test("receipts in any order settle the same, and nothing twice", async () => {
  const words = [
    { upTo: 1_001, holes: [[11, 1_000] as [number, number]] },
    { upTo: 1_001, holes: [[301, 1_000] as [number, number]] },
    { upTo: 200, holes: [] },
  ];
  for (const order of [words, words.toReversed()]) {
    const story = await backlogOf(1_000);
    story.uplink.wake(await story.journal.append([alarmRecord("leak")], []));
    const { id: journalid } = story.journal;
    for (const word of order) {
      story.center.deliver({ journalid, ...word });
      await story.rest();
    }
    story.center.troubles.centerDown = false;
    await story.pass(120_000);
    expect(story.center.committed().size).toBe(1_001);
    expect(await story.journal.counts()).toEqual({ lastSeq: 1_001, pending: 0 });
  }
});

test("an alarm every so often while 3,000 drain: each is there before the night is", async () => {
  const story = openStory();
  await story.journal.append(many(3_000, "night").map(alarmRecord), []);
  story.center.setLine(true);
  for (const leak of many(10, "leak")) {
    story.uplink.wake(await story.journal.append([alarmRecord(leak)], []));
  }
  await story.rest();
  await story.pass(1_000);
  const names = story.center.seen().map((line) => line.split(" ")[1] ?? "");
  const lastOfNight = names.indexOf("night-3000");
  for (const leak of many(10, "leak")) expect(names.indexOf(leak)).toBeLessThan(lastOfNight);
  expect(await story.journal.counts()).toEqual({ lastSeq: 3_010, pending: 0 });
});
