import { expect, test } from "vitest";
import { gasEvent, nightMs, sampleAlarm, troubleEvent } from "../testing/sample-alarm.ts";
import {
  formatAge,
  formatClock,
  formatLevel,
  formatMoment,
  formatTimer,
  nameAlarm,
  namePlace,
  returnedWord,
} from "./format.ts";

test("a level carries its unit and at most one decimal", () => {
  expect(formatLevel({ gas: "co", ppm: 310 })).toBe("310 ppm");
  expect(formatLevel({ gas: "co", ppm: 31.456 })).toBe("31.5 ppm");
  expect(formatLevel({ gas: "methane", lel: 14.04, lelPercentVolume: 5 })).toBe("14 %LEL");
});

test.each([
  [-2_000, "0 s 前", "0 s ago"],
  [3_900, "3 s 前", "3 s ago"],
  [59_999, "59 s 前", "59 s ago"],
  [26 * 60_000, "26 分钟前", "26 min ago"],
  [47 * 3_600_000, "47 小时前", "47 h ago"],
  [48 * 3_600_000, "2 天前", "2 days ago"],
])("%d ms ago reads %s", (ageMs, zh, en) => {
  expect(formatAge(ageMs)).toEqual({ zh, en });
});

test("a timer runs in minutes and seconds, and in hours without a limit", () => {
  expect([-1, 0, 21_999, 75_000, 3_723_000, 183_845_000].map(formatTimer)).toEqual([
    "00:00",
    "00:00",
    "00:21",
    "01:15",
    "1:02:03",
    "51:04:05",
  ]);
});

test("times are Chengdu's, wherever the computer thinks it stands", () => {
  expect(formatClock(nightMs)).toBe("03:14:00");
  expect(formatMoment(nightMs)).toBe("11-22 03:14:00");
});

test("an alarm is called by its gas, a pre-alarm says so, a fault is never called an alarm", () => {
  expect(nameAlarm(sampleAlarm()).zh).toBe("一氧化碳");
  expect(nameAlarm(sampleAlarm({ event: { priority: 2 } })).zh).toBe("一氧化碳 预警");
  expect(nameAlarm(sampleAlarm({ event: gasEvent(14) })).en).toBe("Natural gas (methane)");
  expect(nameAlarm(sampleAlarm({ noLevel: true, event: { alarmClass: "gas" } })).zh).toBe(
    "可燃气体",
  );
  expect(nameAlarm(sampleAlarm({ event: troubleEvent("power", "", "") })).zh).toBe("断电");
});

test("an alarm that a person has ended is told apart from one its device says is over", () => {
  expect(returnedWord(sampleAlarm({ condition: "returned" })).zh).toBe("已恢复");
  const ended = { by: "chen", atMs: nightMs, reason: "换卡" };
  expect(returnedWord(sampleAlarm({ condition: "returned", ended }))).toEqual({
    zh: "chen 人工结束 11-22 03:14:00(非设备报告)",
    en: "ended by chen 11-22 03:14:00, not by its device",
  });
});

test("without an address the place is the gateway and the position on its wires", () => {
  expect(namePlace(sampleAlarm()).zh).toBe("喜安社区2栋1单元603");
  expect(namePlace(sampleAlarm({ address: undefined }))).toEqual({
    zh: "地址未知 · 网关 xian-01 · mqtt · canary/v1/detectors/det-ep-1",
    en: "Address unknown · Gateway xian-01 · mqtt · canary/v1/detectors/det-ep-1",
  });
});
