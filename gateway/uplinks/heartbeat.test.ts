import { expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import type { DetectorStatus } from "#domain/wire-shapes.ts";
import { alarmRecord } from "#gateway/journal/sample-notice.ts";
import { many, openStory } from "./open-story.ts";

test("without receipts the link counts as lost within 20 s, though the line stays up", async () => {
  const story = openStory();
  expect(story.uplink.state()).toMatchObject({ link: "lost", unconfirmed: 0 });
  await story.connect();
  expect(story.uplink.state().link).toBe("up");

  story.center.troubles.centerDown = true;
  await story.pass(10_000);
  expect(story.uplink.state().link).toBe("up");
  await story.pass(10_000);
  expect(story.uplink.state().link).toBe("lost");

  story.center.troubles.centerDown = false;
  await story.pass(5_000);
  expect(story.uplink.state().link).toBe("up");
});

const kitchen = (heardAtMs: number, ppm: number): DetectorStatus => ({
  detector: detectorId("kitchen"),
  state: "normal",
  heardAtMs,
  levels: [{ gas: "co", ppm }],
  position: { line: "mqtt", place: "kitchen" },
});

test("status every 5 s: all detectors after a connect, then those that changed", async () => {
  const detectors = [kitchen(0, 1), { ...kitchen(0, 1), detector: "bath" }];
  const story = openStory({ detectors });
  const told = (): readonly string[][] =>
    story.center.statuses().map(({ data }) => data.detectors.map(({ detector }) => detector));
  await story.connect();
  await story.pass(5_000);
  detectors[0] = kitchen(7_000, 12);
  await story.pass(5_000);
  detectors[0] = kitchen(12_000, 12); // heard again, nothing new
  await story.pass(5_000);
  expect(told()).toEqual([["kitchen", "bath"], [], ["kitchen"], []]);

  story.center.setLine(false);
  await story.connect();
  expect(told().at(-1)).toEqual(["kitchen", "bath"]);
});

test("a status message the center did not answer is followed by the whole picture", async () => {
  const story = openStory({ detectors: [kitchen(0, 1)] });
  await story.connect();
  story.center.troubles.centerDown = true;
  await story.pass(5_000);
  story.center.forgetSeen();
  await story.pass(5_000);
  expect(story.center.statuses().map(({ data }) => data.detectors.length)).toEqual([1]);
});

test("a whole picture that is lost while other receipts come is told again within 20 s", async () => {
  const detectors = [kitchen(0, 1), { ...kitchen(0, 1), detector: "bath" }];
  const story = openStory({ detectors });
  story.center.troubles.losesStatus = ({ data }) => data.all !== undefined;
  await story.connect();
  await story.keep([alarmRecord("raised")]);
  expect(story.center.statuses()).toEqual([]);
  delete story.center.troubles.losesStatus;
  const told = () => story.center.statuses().map(({ data }) => data);
  await story.pass(2_000);
  expect(told()).toMatchObject([{ boots: [], detectors: [] }]);
  await story.pass(18_000);
  expect(told()).toContainEqual(expect.objectContaining({ all: ["kitchen", "bath"] }));
  story.center.forgetSeen();
  await story.pass(60_000);
  expect(told().flatMap((one) => one.detectors)).toEqual([]);
});

test("status tells the last number on disk, never less than what was sent", async () => {
  const story = openStory();
  await story.journal.append(many(20, "event").map(alarmRecord), []);
  await story.connect();
  await story.pass(6_000);
  expect(story.center.statuses().at(-1)).toMatchObject({
    journalid: story.journal.id,
    data: { lastSeq: 20, pending: 0 },
  });
});

test("the noise of a healthy sensor is no news; every change is, while it alarms", async () => {
  const detectors = [kitchen(0, 11)];
  const story = openStory({ detectors });
  await story.connect();
  const told = (): number => story.center.statuses().flatMap(({ data }) => data.detectors).length;
  expect(told()).toBe(1);
  detectors[0] = kitchen(5_000, 13);
  await story.pass(5_000);
  expect(told()).toBe(1);
  detectors[0] = { ...kitchen(9_000, 320), state: "alarm" };
  await story.pass(5_000);
  detectors[0] = { ...kitchen(14_000, 321), state: "alarm" };
  await story.pass(5_000);
  expect(told()).toBe(3);
});

test("an alarm brings the picture of its detector along, before the next status is due", async () => {
  const detectors = [kitchen(0, 1)];
  const story = openStory({ detectors });
  await story.connect();
  await story.pass(1_000);
  detectors[0] = { ...kitchen(1_000, 320), state: "alarm" };
  await story.journal.append([alarmRecord("hurried")], []);
  story.uplink.wake();
  await story.pass(1_000);
  expect(story.center.statuses().at(-1)?.data.detectors).toMatchObject([{ state: "alarm" }]);
});
