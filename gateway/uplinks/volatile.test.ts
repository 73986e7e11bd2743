import { expect, test } from "vitest";
import { alarmRecord, sampleNotice } from "#gateway/journal/sample-notice.ts";
import { minutes, openStory } from "./open-story.ts";

test("a notice the disk refused goes out at once, is repeated until confirmed, and only until then", async () => {
  const story = openStory();
  await story.connect();
  story.center.troubles.centerDown = true;
  story.uplink.sendVolatile(sampleNotice("leak"));
  await story.rest();
  expect(story.center.arrived()).toMatchObject([{ id: "leak", durable: false }]);
  expect(story.center.arrived()[0]).not.toHaveProperty("seq");
  expect(story.uplink.state().unconfirmed).toBe(1);

  await story.pass(10_000);
  expect(story.center.seen()).toEqual(["- leak", "- leak"]);

  story.center.troubles.centerDown = false;
  await story.pass(30_000);
  const sofar = story.center.seen().length;
  await story.pass(10 * minutes);
  expect(story.center.seen()).toHaveLength(sofar);
  expect(story.uplink.state().unconfirmed).toBe(0);
});

test("a notice the disk refused while the line was down goes out with the line, before any backlog", async () => {
  const story = openStory();
  await story.journal.append([alarmRecord("older")], []);
  story.uplink.sendVolatile(sampleNotice("leak"));
  await story.connect();
  expect(story.center.seen()).toEqual(["- leak", "1 older"]);
});

test("a notice that reached the disk after all is sent numbered and no longer without", async () => {
  const story = openStory();
  story.uplink.sendVolatile(sampleNotice("leak"));
  await story.journal.append([alarmRecord("leak")], []);
  story.center.troubles.centerDown = true;
  await story.connect();
  story.center.forgetSeen();
  await story.pass(5 * minutes);
  expect(new Set(story.center.seen())).toEqual(new Set(["1 leak"]));
});

test("a stalled disk holds up neither heartbeat nor volatile alarms", async () => {
  let stalled = false;
  const story = openStory({
    disk: { beforeCommit: () => (stalled ? new Promise(() => {}) : Promise.resolve()) },
  });
  await story.connect();
  await story.keep([alarmRecord("before")]);
  stalled = true;
  story.journal.append([alarmRecord("stuck")], []).catch(() => undefined);
  story.uplink.sendVolatile(sampleNotice("stuck"));
  await story.pass(30_000);

  expect(story.center.committed()).toEqual(new Set(["before", "stuck"]));
  expect(story.uplink.state()).toMatchObject({ link: "up" });
});
