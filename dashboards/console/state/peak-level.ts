import type { DeskAlarm } from "#domain/desk.ts";
import { shownValue } from "./shown-value.ts";

type Level = NonNullable<DeskAlarm["notice"]["event"]["peak"]>;

/**
 * The highest level of the alarm that is known. The notice tells the peak up to its own moment; while
 * the alarm stands the level goes on rising, and a peak below it would be read as the worst is over.
 */
export const peakLevel = (alarm: DeskAlarm, nowMs: number): Level | undefined => {
  const { peak } = alarm.notice.event;
  // What is measured after the return belongs to another alarm.
  if (alarm.condition === "returned") return peak;
  const value = shownValue(alarm, nowMs);
  const present = value.kind === "none" ? undefined : value.level;
  if (peak === undefined || present === undefined) return peak ?? present;
  return present.gas === peak.gas && numberOf(present) > numberOf(peak) ? present : peak;
};

const numberOf = (level: Level): number => (level.gas === "co" ? level.ppm : level.lel);
