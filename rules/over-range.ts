import type { Level } from "#domain/gas.ts";
import { amount, isSound } from "./level.ts";
import { withNotes } from "./memory.ts";
import { isWarmingUp } from "./readings.ts";
import { because, never, round, type Rule } from "./rule.ts";

/**
 * More gas than the sensor can measure is an alarm of its own, at once: the true level is unknown
 * and high. Over when every gas reads within its range again.
 */
export const overRangeRule: Rule = {
  id: "over-range",

  ignoresLevels: true,

  rests: ({ notes: { overRange } }) => overRange.length === 0,

  perceive: (memory, report, context) => {
    if (report === undefined || isWarmingUp(memory, context)) return memory;
    let { overRange } = memory.notes;
    for (const finding of report.findings) {
      if (finding.kind !== "level" || !isSound(finding.level)) continue;
      const before = overRange.find((one) => one.gas === finding.level.gas);
      if (finding.overRange === true) {
        if (before === undefined) overRange = overRange.concat(finding.level);
      } else if (before !== undefined) {
        overRange = overRange.filter((one) => one !== before);
      }
    }
    return overRange === memory.notes.overRange ? memory : withNotes(memory, { overRange });
  },

  judge: ({ notes: { overRange } }, context) => {
    const level = overRange.find((one) => one.gas === "co") ?? overRange[0];
    if (level === undefined) {
      return {
        stands: false,
        cause: () =>
          because(context, context.limits.overRange, {
            zh: "读数已回到量程内。查明原因后再办结。",
            en: "The reading is back within range. Find the cause before closing.",
          }),
      };
    }
    return {
      stands: true,
      grade: overRange.length,
      alarmClass: level.gas === "co" ? "co" : "gas",
      priority: context.limits.routes["over-range"].priority,
      test: false,
      severe: true,
      level,
      cause: () =>
        because(
          context,
          context.limits.overRange,
          {
            zh: `读数超出量程(${inWords(level)} 以上),实际浓度更高。立即撤离、关阀、通风,派人到场。`,
            en: `The reading is beyond the sensor's range (above ${inWords(level)}); the true level is higher. Get everyone out, shut the valve, air the rooms, send someone.`,
          },
          { atLeast: inWords(level) },
        ),
    };
  },

  wakeAt: () => never,
};

const inWords = (level: Level): string =>
  `${round(amount(level))} ${level.gas === "co" ? "ppm" : "%LEL"}`;
