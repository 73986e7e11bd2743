import { expect, test } from "vitest";
import type { CaseView } from "#domain/case-view.ts";
import { nightMs, sampleAlarm } from "../testing/sample-alarm.ts";
import { planSound } from "./sound-plan.ts";
import { waitingCases } from "./waiting-cases.ts";

const lostGateway: CaseView = {
  id: "AJ-000001",
  version: 1,
  kind: "fault",
  source: "gateway",
  priority: 2,
  peakPriority: 2,
  state: "reported",
  level: "community",
  drill: false,
  test: false,
  place: "网关 gw-xian-1 下 3 户探测器失联",
  area: "/anjing/xian/",
  alarms: 0,
  unsigned: 0,
  active: 0,
  pendingUpper: false,
  casualty: false,
  extended: false,
  createdAtMs: nightMs,
  enteredAtMs: nightMs,
};
const idsOf = (one: Partial<CaseView>, alarms = [sampleAlarm()]) =>
  waitingCases([{ ...lostGateway, ...one }], alarms).map(({ id }) => id);

test("a lost gateway that nobody has signed for waits at the top, though no alarm speaks of it", () => {
  expect(idsOf({})).toEqual(["AJ-000001"]);
  expect(idsOf({ state: "dispatched", priority: 1 })).toEqual(["AJ-000001"]);
});

test("it leaves with the signature; what has a row of its own, a plain fault and a test never stood there", () => {
  expect(idsOf({ signedAtMs: nightMs, state: "accepted" })).toEqual([]);
  expect(idsOf({ id: sampleAlarm().case.id })).toEqual([]);
  expect(idsOf({ priority: 3 })).toEqual([]);
  expect(idsOf({ test: true })).toEqual([]);
  expect(idsOf({ state: "closed" })).toEqual([]);
});

test("it chimes until somebody signs, and never over an alarm", () => {
  expect(planSound([], false, [lostGateway])).toBe("high");
  expect(planSound([], true, [lostGateway])).toBe("high");
  expect(planSound([sampleAlarm()], false, [lostGateway])).toBe("co");
});

test("gas that somebody smells sounds like gas, not like a fault", () => {
  expect(planSound([], false, [{ ...lostGateway, kind: "smell", priority: 1 }])).toBe("gas");
  expect(planSound([], false, [{ ...lostGateway, kind: "co", priority: 1 }])).toBe("co");
});
