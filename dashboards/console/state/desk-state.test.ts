import { expect, test } from "vitest";
import type { Desk, DeskAlarm } from "#domain/desk.ts";
import { nightMs, sampleAlarm, sampleGateway, sampleStorm } from "../testing/sample-alarm.ts";
import { changeDesk, emptyDesk, type DeskChange, type DeskState } from "./desk-state.ts";

const desk = (...alarms: readonly DeskAlarm[]): DeskChange => {
  const picture: Desk = {
    eventId: 1,
    nowMs: nightMs,
    alarms: [...alarms],
    gateways: [sampleGateway()],
    street: [],
  };
  return { kind: "desk", desk: picture };
};
const alarm = (data: DeskAlarm): DeskChange => ({ kind: "alarm", data });
const play = (...changes: readonly DeskChange[]): DeskState =>
  changes.reduce(changeDesk, emptyDesk);

/** What stands on the desk, in words. */
const tell = (state: DeskState): readonly string[] =>
  [...state.alarms.values()].map(
    ({ episode, condition, case: work }) =>
      `${episode} ${condition} ${work.acceptedBy ?? "nobody"}`,
  );

test("nothing is called loaded before the center has answered", () => {
  expect(emptyDesk.loaded).toBe(false);
  expect(play(desk()).loaded).toBe(true);
});

test("an alarm stays when it is only signed for, and when it has only returned; it leaves when both", () => {
  const raised = play(desk(), alarm(sampleAlarm()));
  expect(tell(raised)).toEqual(["ep-1 active nobody"]);

  const signed = sampleAlarm({ signedBy: "李敏" });
  expect(tell(changeDesk(raised, alarm(signed)))).toEqual(["ep-1 active 李敏"]);

  const returned = sampleAlarm({ condition: "returned" });
  expect(tell(changeDesk(raised, alarm(returned)))).toEqual(["ep-1 returned nobody"]);

  const both = sampleAlarm({ signedBy: "李敏", condition: "returned", version: 3 });
  expect(tell(changeDesk(raised, alarm(both)))).toEqual([]);
});

test("signing for one that has returned takes it off the desk", () => {
  const returned = sampleAlarm({ condition: "returned" });
  const answered = sampleAlarm({ condition: "returned", signedBy: "王强" });
  expect(tell(play(desk(returned), { kind: "answered", alarm: answered }))).toEqual([]);
});

test("an older case never overwrites a newer signature, whichever way the messages cross", () => {
  const answered: DeskChange = {
    kind: "answered",
    alarm: sampleAlarm({ signedBy: "王强", version: 2 }),
  };
  const olderNews = alarm(sampleAlarm({ version: 1, lastAtMs: nightMs + 5_000 }));
  expect(tell(play(desk(sampleAlarm()), answered, olderNews))).toEqual(["ep-1 active 王强"]);
  expect(tell(play(desk(sampleAlarm()), olderNews, answered))).toEqual(["ep-1 active 王强"]);
});

test("the answer to a signature does not undo what the stream told meanwhile about the gas", () => {
  const state = play(
    desk(sampleAlarm()),
    alarm(sampleAlarm({ condition: "returned", version: 1 })),
    { kind: "answered", alarm: sampleAlarm({ signedBy: "王强", condition: "active" }) },
  );
  expect(tell(state)).toEqual([]);
});

test("what began while the page was cut off is marked until the person has looked", () => {
  const first = sampleAlarm();
  const missed = sampleAlarm({ episode: "ep-2" });
  const back = play(desk(first), desk(first, missed));
  expect([...back.arrivedWhileAway]).toEqual(["ep-2"]);
  expect([...changeDesk(back, desk(first, missed)).arrivedWhileAway]).toEqual(["ep-2"]);
  expect([...changeDesk(back, { kind: "away-seen" }).arrivedWhileAway]).toEqual([]);
});

test("the first picture of the day is no news from an absence", () => {
  expect(play(desk(sampleAlarm())).arrivedWhileAway.size).toBe(0);
});

test("a whole picture replaces everything, also what is not in it any more", () => {
  expect(tell(play(desk(sampleAlarm()), desk()))).toEqual([]);
});

test("a gateway's news replaces what was known of it and nothing else", () => {
  const state = play(desk(sampleAlarm()), {
    kind: "gateway",
    data: sampleGateway({ link: "lost" }),
  });
  expect(state.gateways.get("xian-01")?.link).toBe("lost");
  expect(tell(state)).toEqual(["ep-1 active nobody"]);
});

test("a held alarm that never rang leaves the desk when it is over; one from history waits to be seen", () => {
  const shelved = { by: "shelved", who: "李敏", reason: "换电池" } as const;
  const late = { by: "late", who: "history", reason: "judged as history" } as const;
  const over = (episode: string, held: DeskAlarm["held"]) =>
    alarm(sampleAlarm({ episode, held, condition: "returned" }));
  const state = play(
    desk(sampleAlarm({ episode: "a", held: shelved }), sampleAlarm({ episode: "b", held: late })),
    over("a", shelved),
    over("b", late),
  );
  expect(tell(state)).toEqual(["b returned nobody"]);
});

test("a street event stands until it is told to be over", () => {
  const begun = play(desk(), { kind: "street", data: sampleStorm() });
  expect([...begun.street.keys()]).toEqual([sampleStorm().id]);
  const ended = changeDesk(begun, { kind: "street", data: sampleStorm({ stands: false }) });
  expect(ended.street.size).toBe(0);
});
