import { expect, test } from "vitest";
import { noticeId } from "#domain/notice.ts";
import { alarmRecord } from "#gateway/journal/sample-notice.ts";
import { openStory } from "./open-story.ts";

const foreign = "f".repeat(64);

test("a receipt for records the card has lost confirms none of those that have their numbers", async () => {
  const { journal, center, keep, connect, pass, shownFaults } = openStory();
  const { id } = journal;
  center.troubles.centerDown = true; // it has 1 and 2 of before the power cut, and is silent
  await keep([alarmRecord("a"), alarmRecord("b"), alarmRecord("c")]);
  await connect();

  center.deliver({ journalid: id, upTo: 3, holes: [[3, 3]], ends: [[2, foreign]] });
  await pass(1_000);
  expect(journal.id).not.toBe(id);
  expect((await journal.counts()).pending).toBe(3);
  expect(shownFaults()).toEqual(["journal-tail-lost"]);

  center.troubles.centerDown = false;
  await pass(60_000);
  expect((await journal.counts()).pending).toBe(0);
  expect([...center.committed()].sort()).toEqual(["a", "b", "c"]);
});

test("an alarm just written is not sent on as a record of the journal that it was", async () => {
  let disk = Promise.resolve();
  const { journal, uplink, center, connect, rest, pass } = openStory({
    disk: { beforeRead: () => disk },
  });
  const { id } = journal;
  center.troubles.centerDown = true;
  uplink.wake(await journal.append([alarmRecord("a"), alarmRecord("b")], []));
  await connect();
  center.deliver({ journalid: id, upTo: 2, holes: [[2, 2]], ends: [[1, foreign]] });
  await rest();
  const slowRead = Promise.withResolvers<void>();
  disk = slowRead.promise;
  await pass(1_000);
  // There is room for more, says the receipt, before the renewed record could be read.
  center.deliver({ journalid: journal.id, upTo: 0, holes: [] });
  await rest();
  slowRead.resolve();
  center.troubles.centerDown = false;
  await pass(5_000);
  const asWritten = center.arrived().filter(({ journalid }) => journalid === id);
  expect(asWritten.map((message) => message.id)).toEqual(["a", "b"]); // before the renewal
  expect((await journal.counts()).pending).toBe(0);
});

test("what is still said of the id before is nobody's mistake", async () => {
  const { journal, center, keep, connect, pass, rest, shownFaults } = openStory();
  const { id } = journal;
  await keep([alarmRecord("a")]);
  await connect();
  center.deliver({ journalid: id, upTo: 1, holes: [], ends: [[1, foreign]] });
  await pass(1_000);
  center.deliver({ journalid: id, upTo: 1, holes: [], ends: [[1, foreign]] });
  await rest();
  expect(shownFaults()).toEqual(["journal-tail-lost"]);
  center.deliver({ journalid: "somebody-else", upTo: 1, holes: [] });
  await rest();
  expect(shownFaults()).toContain("receipt-foreign");
});

test("an older center that names no ends is believed as before", async () => {
  const { journal, center, keep, connect, rest } = openStory();
  center.troubles.centerDown = true;
  await keep([alarmRecord("a")]);
  await connect();
  center.deliver({ journalid: journal.id, upTo: 1, holes: [] });
  await rest();
  expect((await journal.pending("alarm", 0, 9)).map(({ notice }) => noticeId(notice))).toEqual([]);
});

test("a clock that differs from the center's by more than 5 s is a fault while it does", async () => {
  const { center, centerAhead, connect, pass, shownFaults, faults } = openStory();
  await connect();
  centerAhead.ms = 6_000;
  await pass(16_000);
  expect(shownFaults()).toEqual(["clock-offset"]);
  expect(faults.get("clock-offset")?.text.en).toContain("by -6 s");
  centerAhead.ms = 0;
  await pass(6_000);
  expect(shownFaults()).toEqual([]);
  expect(center.statuses().length).toBeGreaterThan(3);
});
