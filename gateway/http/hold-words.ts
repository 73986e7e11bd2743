/** What the board says of holding back and letting ring again. */
import type { RuleId } from "#domain/alarm.ts";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";

const two = (zh: string, en: string): Bilingual => ({ zh, en });

export const holdPhrases = {
  holds: two("搁置与停用:不响铃", "Shelved or out of service: rings nobody"),
  ended: two("已到期,恢复响铃", "Time is up, rings again"),
  hold: two("搁置或停用", "Hold back"),
  holdShort: two("维护", "Hold"),
  what: two("做什么", "What"),
  choose: two("请选择", "choose"),
  howLong: two("多久", "How long"),
  outOfService: two("停用整台探测器", "Whole detector out of service"),
  shelve: two("只搁置:", "Shelve only: "),
  missing: two("请先选择停用整台,还是只搁置哪一项", "choose what is to be held back first"),
  holdHint: two("如:更换传感器,已通知住户", "such as: sensor being replaced, resident told"),
  unshelve: two("解除搁置", "End shelving"),
  returnToService: two("恢复使用", "Back in service"),
  until: two("至", "until"),
  endedAt: two("到期", "ended"),
  seen: two("知道了", "I have seen it"),
} as const;

const ruleWords: Readonly<Record<RuleId, Bilingual>> = {
  co: two("一氧化碳浓度", "Carbon monoxide level"),
  combustible: two("燃气浓度", "Combustible gas level"),
  "device-alarm-co": two("设备自身的一氧化碳报警", "The device's own CO alarm"),
  "device-alarm-gas": two("设备自身的燃气报警", "The device's own gas alarm"),
  "over-range": two("超量程", "Beyond range"),
  "sensor-fault": two("传感器故障", "Sensor fault"),
  "reading-fault": two("读数故障", "Reading fault"),
  silence: two("失联", "Silence"),
  "power-loss": two("断电", "Power loss"),
  "battery-low": two("电池低", "Battery low"),
  tamper: two("被拆动", "Tampering"),
  "end-of-life": two("探测器到期", "End of life"),
  "self-test": two("自检", "Self-test"),
};

/** What of a detector is held back. */
export const heldWord = (rule: RuleId | "all"): Bilingual =>
  rule === "all" ? two("整台探测器", "whole detector") : ruleWords[rule];

/** Lengths the form offers; one that is too long for what is held back, the rules refuse in words. */
export const lengths: readonly { readonly minutes: number; readonly text: Bilingual }[] = [
  { minutes: 30, text: two("30 分钟", "30 min") },
  { minutes: 60, text: two("1 小时", "1 h") },
  { minutes: 120, text: two("2 小时", "2 h") },
  { minutes: 240, text: two("4 小时", "4 h") },
  { minutes: 480, text: two("8 小时", "8 h") },
  { minutes: 1_440, text: two("24 小时", "24 h") },
  { minutes: 4_320, text: two("3 天", "3 d") },
  { minutes: 10_080, text: two("7 天", "7 d") },
];

/** `11-22 14:03` in Chengdu. */
export const dayText = (wallMs: number): string =>
  epochToRfc3339(epochMs(Math.round(wallMs)))
    .slice(5, 16)
    .replace("T", " ");
