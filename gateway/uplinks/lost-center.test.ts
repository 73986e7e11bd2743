import { expect, test } from "vitest";
import { alarmRecord, stateRecord } from "#gateway/journal/sample-notice.ts";
import { many, openStory } from "./open-story.ts";

test("a center restored from an older copy asks for what it has lost, and gets exactly that", async () => {
  const story = openStory();
  await story.connect();
  await story.keep(many(6, "event").map(alarmRecord));
  expect(await story.journal.counts()).toEqual({ lastSeq: 6, pending: 0 });

  story.center.restoreWithout(["event-3", "event-4"]);
  story.center.forgetSeen();
  await story.pass(6_000);

  expect(story.center.seen()).toEqual(["3 event-3", "4 event-4"]);
  expect(await story.journal.counts()).toEqual({ lastSeq: 6, pending: 0 });
});

test("a center whose database was deleted gets everything again, alarms first", async () => {
  const story = openStory();
  await story.connect();
  await story.keep([stateRecord("silent"), alarmRecord("leak"), alarmRecord("co")]);
  story.center.restoreWithout(["silent", "leak", "co"]);
  story.center.forgetSeen();
  await story.pass(6_000);

  expect(story.center.seen()).toEqual(["2 leak", "3 co", "1 silent"]);
  expect(await story.journal.counts()).toEqual({ lastSeq: 3, pending: 0 });
  expect(story.shownFaults()).toEqual([]);
});
