import { expect, test } from "vitest";
import { alarmRecord, stateRecord } from "#gateway/journal/sample-notice.ts";
import { hours, many, minutes, openStory } from "./open-story.ts";

test("an alarm goes out when it is on disk and is forgotten when the receipt comes", async () => {
  const story = openStory();
  await story.connect();
  await story.keep([alarmRecord("leak")]);

  expect(story.center.seen()).toEqual(["1 leak"]);
  expect(await story.journal.counts()).toEqual({ lastSeq: 1, pending: 0 });
  expect(story.uplink.state()).toMatchObject({ link: "up", unconfirmed: 0 });
});

test("the message carries number, chain and event id, and says whether it is late", async () => {
  const story = openStory();
  await story.pass(5_000);
  const [record] = await story.journal.append([alarmRecord("fresh")], []);
  await story.connect();
  await story.pass(8_000);
  await story.keep([alarmRecord("old")]);

  const [fresh, old] = story.center.arrived();
  expect(fresh).toMatchObject({
    id: "fresh",
    source: "/canary/gateways/gateway-1",
    journalid: story.journal.id,
    seq: "1",
    prev: record?.prev,
    hash: record?.hash,
    durable: true,
    late: false,
    monoms: "1000",
  });
  expect(old).toMatchObject({ id: "old", late: true, prev: record?.hash });
});

test("a PUBACK is no receipt: while the center is down nothing is forgotten", async () => {
  const story = openStory();
  story.center.troubles.centerDown = true;
  await story.connect();
  await story.keep([alarmRecord("leak")]);
  await story.pass(10 * minutes);

  expect(await story.journal.counts()).toEqual({ lastSeq: 1, pending: 1 });
  expect(story.uplink.state()).toMatchObject({ link: "lost", unconfirmed: 1 });
});

test("0 s sent, receipt lost · 10 s sent again, the center has it twice and keeps it once", async () => {
  const story = openStory();
  await story.connect();
  story.center.troubles.receiptsLost = true;
  await story.keep([alarmRecord("leak")]);
  await story.pass(9_000);
  expect(story.center.seen()).toEqual(["1 leak"]);

  await story.pass(1_000);
  expect(story.center.seen()).toEqual(["1 leak", "1 leak"]);

  story.center.troubles.receiptsLost = false;
  await story.pass(5_000);
  expect(await story.journal.counts()).toEqual({ lastSeq: 1, pending: 0 });
});

test("into a silent center copies go out ever more rarely, and at once when it is back", async () => {
  const story = openStory();
  story.center.troubles.centerDown = true;
  await story.connect();
  await story.keep([alarmRecord("leak")]);
  await story.pass(6 * hours);
  expect(story.center.seen().length).toBeLessThan(6 * 60 + 10);

  story.center.troubles.centerDown = false;
  await story.pass(6_000);
  expect([...story.center.committed()]).toEqual(["leak"]);
});

test("the same receipt again, or an older one, changes nothing", async () => {
  const story = openStory();
  await story.connect();
  await story.keep([alarmRecord("a"), alarmRecord("b")]);
  story.center.troubles.centerDown = true;
  await story.keep([alarmRecord("c")]);

  const { id: journalid } = story.journal;
  for (const upTo of [2, 2, 1, 0]) story.center.deliver({ journalid, upTo });
  await story.rest();
  expect(story.center.seen()).toEqual(["1 a", "2 b", "3 c"]);
  expect(await story.journal.counts()).toEqual({ lastSeq: 3, pending: 1 });
});

test("five of forty records lost on the way: exactly those five are sent again, at once", async () => {
  const story = openStory();
  await story.connect();
  const lost = new Set(["event-3", "event-4", "event-11", "event-12", "event-20"]);
  story.center.troubles.loses = ({ id }) => lost.has(id);
  await story.keep(many(39, "event").map(alarmRecord));
  story.center.troubles.loses = () => false;
  story.center.forgetSeen();
  await story.keep([alarmRecord("event-40")]);

  expect(story.center.seen()).toEqual([
    "40 event-40",
    "3 event-3",
    "4 event-4",
    "11 event-11",
    "12 event-12",
    "20 event-20",
  ]);
  expect(await story.journal.counts()).toEqual({ lastSeq: 40, pending: 0 });
});

test("six hours without a center, 10,000 records: the drain starts by itself and leaves nothing", async () => {
  const story = openStory();
  await story.journal.append(many(10_000, "event").map(alarmRecord), []);
  await story.pass(6 * hours);
  await story.connect();
  await story.pass(1_000);

  expect(await story.journal.counts()).toEqual({ lastSeq: 10_000, pending: 0 });
  expect(story.center.seen()).toHaveLength(10_000);
  expect(story.center.seen().slice(0, 2)).toEqual(["1 event-1", "2 event-2"]);
}, 30_000);

test("no more records are on their way than the window allows, however many wait", async () => {
  const story = openStory();
  story.center.troubles.centerDown = true;
  await story.journal.append(many(1_000, "alarm").map(alarmRecord), []);
  await story.journal.append(many(1_000, "state").map(stateRecord), []);
  await story.connect();

  expect(story.center.seen()).toHaveLength(256 + 32);
});

test("an alarm overtakes a backlog of 5,000 records of a lower lane", async () => {
  const story = openStory();
  await story.journal.append(many(5_000, "state").map(stateRecord), []);
  story.center.troubles.centerDown = true; // so the backlog stands, window full
  await story.connect();
  await story.keep([alarmRecord("leak")]);
  expect(story.center.seen().slice(0, 40).at(-1)).toBe("5001 leak");

  story.center.troubles.centerDown = false;
  await story.pass(2 * minutes);
  expect(await story.journal.counts()).toEqual({ lastSeq: 5_001, pending: 0 });
});

test("after a reconnect the alarms of a mixed backlog go first", async () => {
  const story = openStory();
  await story.journal.append(many(500, "state").map(stateRecord), []);
  await story.journal.append(many(300, "alarm").map(alarmRecord), []);
  await story.connect();
  await story.pass(1_000);

  expect(
    story.center
      .seen()
      .slice(0, 300)
      .every((line) => line.includes("alarm")),
  ).toBe(true);
  expect(await story.journal.counts()).toEqual({ lastSeq: 800, pending: 0 });
});

test("a link that flaps a thousand times loses nothing and comes to rest", async () => {
  const story = openStory();
  for (let flap = 1; flap <= 1_000; flap += 1) {
    await story.journal.append([alarmRecord(`event-${flap}`)], []);
    story.center.setLine(true);
    story.uplink.wake();
    if (flap % 3 === 0) await story.rest();
    story.center.troubles.receiptsLost = flap % 5 === 0;
    story.center.setLine(false);
  }
  story.center.troubles.receiptsLost = false;
  await story.connect();
  await story.pass(2_000);

  expect(story.center.committed().size).toBe(1_000);
  expect(await story.journal.counts()).toEqual({ lastSeq: 1_000, pending: 0 });
});

test("a reconnect sends everything unconfirmed again", async () => {
  const story = openStory();
  await story.connect();
  story.center.troubles.loses = () => true;
  await story.keep([alarmRecord("a"), alarmRecord("b")]);
  story.center.troubles.loses = () => false;
  story.center.forgetSeen();

  story.center.setLine(false);
  await story.pass(3_000);
  await story.connect();
  expect(story.center.seen()).toEqual(["1 a", "2 b"]);
});

test("a read that the reconnect overtook leaves no record behind", async () => {
  const release: (() => void)[] = [];
  let slow = false;
  const beforeRead = (): Promise<void> =>
    slow ? new Promise((resolve) => void release.push(resolve)) : Promise.resolve();
  const story = openStory({ disk: { beforeRead } });
  story.center.troubles.receiptsLost = true;
  await story.journal.append(many(64, "event").map(alarmRecord), []);
  await story.connect();
  await story.journal.append(many(100, "more").map(alarmRecord), []);
  slow = true;
  story.uplink.wake(); // reads on from number 65, slowly
  await story.rest();
  story.center.setLine(false);
  story.center.forgetSeen();
  slow = false;
  await story.connect();
  for (const go of release) go();
  await story.pass(1_000);

  expect(story.center.seen()).toHaveLength(164);
  expect(story.center.seen()[0]).toBe("1 event-1");
});

test("a receipt for another journal is no receipt and no sign of life; it is shown", async () => {
  const story = openStory();
  await story.connect();
  story.center.troubles.centerDown = true;
  await story.keep([alarmRecord("leak")]);
  story.center.deliver({ journalid: "somebody-else", upTo: 99 });
  await story.pass(20_000);

  expect(story.shownFaults()).toEqual(["receipt-foreign"]);
  expect(story.uplink.state()).toMatchObject({ link: "lost", unconfirmed: 1 });

  story.center.troubles.centerDown = false;
  await story.pass(10_000);
  expect(story.shownFaults()).toEqual([]);
});

test("a center that has more than the journal: its end was lost, all goes on under a new id", async () => {
  const story = openStory();
  await story.connect();
  const { id: before } = story.journal;
  story.center.troubles.loses = () => true;
  await story.keep([alarmRecord("leak")]);
  story.center.deliver({ journalid: before, upTo: 7 });
  await story.rest();

  expect(story.shownFaults()).toContain("journal-tail-lost");
  expect(story.journal.id).not.toBe(before);
  expect(await story.journal.counts()).toEqual({ lastSeq: 1, pending: 1 });

  story.center.troubles.loses = () => false;
  story.center.forgetSeen();
  await story.pass(2_000);
  expect(story.center.arrived()).toMatchObject([{ id: "leak", journalid: story.journal.id }]);
  expect(story.center.committed()).toEqual(new Set(["leak"]));
  await story.pass(5_000);
  expect(await story.journal.counts()).toEqual({ lastSeq: 1, pending: 0 });
});

test("an unreadable receipt is a fault, never a confirmation", async () => {
  const story = openStory();
  await story.connect();
  story.center.troubles.centerDown = true;
  await story.keep([alarmRecord("leak")]);
  for (const text of ["", "{}", '{"type":"canary.receipt.v2"}', '{"type":"canary.receipt.v1"}']) {
    story.center.deliverText(text);
  }
  await story.pass(20_000);
  expect(story.shownFaults()).toEqual(["receipt-unreadable"]);
  expect(story.uplink.state()).toMatchObject({ link: "lost", unconfirmed: 1 });
});

test("a refused record is shown and kept, holds up no other, and is offered again", async () => {
  const story = openStory();
  await story.connect();
  story.center.troubles.refuses = ({ id }) => id.startsWith("strange");
  await story.keep(many(300, "strange").map(alarmRecord));
  await story.pass(1_000);
  await story.keep([alarmRecord("leak")]);

  expect(story.center.committed()).toEqual(new Set(["leak"]));
  expect(story.shownFaults()).toEqual(["center-refuses"]);
  expect(story.faults.get("center-refuses")?.text.en).toContain("unknown version");
  expect(await story.journal.counts()).toEqual({ lastSeq: 301, pending: 300 });
  expect(story.center.seen()).toHaveLength(301);

  delete story.center.troubles.refuses;
  await story.pass(11 * minutes);
  expect(await story.journal.counts()).toEqual({ lastSeq: 301, pending: 0 });
  expect(story.shownFaults()).toEqual([]);
});

test("after close nothing is sent any more", async () => {
  const story = openStory();
  await story.connect();
  await story.uplink.close();
  story.center.forgetSeen();
  await story.keep([alarmRecord("leak")]);
  await story.pass(1 * minutes);
  expect(story.center.seen()).toEqual([]);
  expect(story.center.statuses()).toEqual([]);
});
