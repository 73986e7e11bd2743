import { expect, test } from "vitest";
import { monoMs } from "#domain/quantity.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { createLinkPicture } from "./link-picture.ts";

type State = Parameters<typeof createLinkPicture>[1] extends () => infer Read ? Read : never;

const open = ({ wasLost = false } = {}) => {
  const time = createManualTime();
  let state: State = { link: "up", connected: true, alarmWaitsSinceMs: undefined };
  const read = createLinkPicture(time.clock, () => state, wasLost);
  return {
    at: (nowMs: number, next: Partial<State> = {}) => {
      time.advance(nowMs - time.nowMs());
      state = { ...state, ...next };
      const { linkLostSinceMs, unconfirmedSinceMs } = read();
      return [linkLostSinceMs, unconfirmedSinceMs];
    },
  };
};

test("a center that answers and owes nothing asks for no buzzer", () => {
  expect(open().at(5_000)).toEqual([undefined, undefined]);
});

test("a black-holed link is first mute, then lost, and both count from the same moment", () => {
  const link = open();
  expect(link.at(15_000, { link: "lost" })).toEqual([undefined, 15_000]);
  expect(link.at(20_000, { connected: false })).toEqual([15_000, undefined]);
  expect(link.at(30_000)).toEqual([15_000, undefined]);
});

test("a link that flaps without one answer goes on counting; an answer ends it", () => {
  const link = open();
  link.at(1_000, { link: "lost", connected: false });
  link.at(9_000, { connected: true });
  expect(link.at(10_000, { connected: false })).toEqual([1_000, undefined]);
  expect(link.at(11_000, { connected: true, link: "up" })).toEqual([undefined, undefined]);
  expect(link.at(12_000, { connected: false, link: "lost" })).toEqual([12_000, undefined]);
});

test("a center that answers but leaves an alarm unconfirmed is counted from the alarm", () => {
  const link = open();
  expect(link.at(60_000, { alarmWaitsSinceMs: monoMs(40_000) })).toEqual([undefined, 40_000]);
});

test("an alarm that nobody confirms stays unconfirmed when the cable is cut as well", () => {
  const link = open();
  link.at(60_000, { alarmWaitsSinceMs: monoMs(40_000) });
  expect(link.at(61_000, { link: "lost", connected: false })).toEqual([61_000, 40_000]);
});

test("what sounded for want of the center when the last process ended goes on until it is heard", () => {
  const link = open({ wasLost: true });
  expect(link.at(0, { link: "lost", connected: false })).toEqual([-Infinity, undefined]);
  expect(link.at(1_000, { connected: true })).toEqual([undefined, -Infinity]);
  expect(link.at(2_000, { link: "up" })).toEqual([undefined, undefined]);
  expect(link.at(3_000, { link: "lost" })).toEqual([undefined, 3_000]);
});
