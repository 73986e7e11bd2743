import { expect, test } from "vitest";
import { alarmRecord, stateRecord } from "#gateway/journal/sample-notice.ts";
import { openStory } from "./open-story.ts";

test("an alarm just written leaves though the disk stalls before it can be read back", async () => {
  const story = openStory({ disk: { beforeRead: () => new Promise(() => {}) } });
  await story.connect();
  const kept = await story.journal.append([alarmRecord("leak"), stateRecord("battery")], []);
  story.uplink.wake(kept);
  await story.rest();
  expect(story.center.seen()).toEqual(["1 leak"]);
});

test("an alarm that left at once is not sent again when it is read", async () => {
  const story = openStory();
  await story.connect();
  story.uplink.wake(await story.journal.append([alarmRecord("leak")], []));
  await story.pass(5_000);
  expect(story.center.seen()).toEqual(["1 leak"]);
});

test("written with the line down and the disk hanging since, it leaves when the line is up", async () => {
  const story = openStory({ disk: { beforeRead: () => new Promise(() => {}) } });
  story.uplink.wake(await story.journal.append([alarmRecord("leak")], []));
  await story.connect();
  expect(story.center.seen()).toEqual(["1 leak"]);
});
