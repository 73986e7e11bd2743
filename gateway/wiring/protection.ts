/** From the site file's words to the policy of the buzzers. */
import { seconds } from "#domain/quantity.ts";
import type { BuzzerSite, Site } from "#platform/site-file/schema.ts";
import type { BuzzerPolicy, ProtectionPolicy } from "#rules/protection/decide.ts";
import type { SelfTestPlan } from "#rules/protection/self-test.ts";

type ProtectionSite = Site["gateway"]["protection"];

export const buzzerPolicy = ({ soundsOn, level, chirpsForFaults }: BuzzerSite): BuzzerPolicy => ({
  causes: soundsOn,
  level: level === "pre-alarm" ? "early" : "urgent",
  chirpsForFaults,
});

export const protectionPolicy = (one: ProtectionSite): ProtectionPolicy => ({
  linkLostAfter: seconds(one.linkLostAfterSeconds),
  noReceiptAfter: seconds(one.noReceiptAfterSeconds),
  noAckAfter: seconds(one.noAckAfterSeconds),
  patterns: one.patterns,
  quietHours: { from: minuteOf(one.quietHours.from), to: minuteOf(one.quietHours.to) },
});

export const selfTestPlan = ({ selfTest: { everyDays, at } }: ProtectionSite): SelfTestPlan => ({
  everyDays,
  fromMinute: minuteOf(at),
});

/** `22:30` as minutes since midnight; the schema has seen to its form. */
const minuteOf = (text: string): number => {
  const [hour = 0, minute = 0] = text.split(":").map(Number);
  return hour * 60 + minute;
};
