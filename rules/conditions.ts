import type { Clause, RuleId } from "#domain/alarm.ts";
import { monoMs } from "#domain/quantity.ts";
import type { Condition, Report } from "#domain/reading.ts";
import type { Bilingual } from "#domain/result.ts";
import { isSound } from "./level.ts";
import { withNotes, type Memory, type Notes, type Standing } from "./memory.ts";
import { because, never, type Context, type Opinion, type Rule } from "./rule.ts";

/**
 * What a detector reports of itself, each state a class of its own. Class and priority come from
 * the limit set's routes; the words are here.
 */
const words = {
  "sensor-fault": {
    zh: "探测器传感器故障,此处没有有效监测。派人检修或更换。",
    en: "The detector's sensor has failed; nothing is watched here. Send someone to repair or replace it.",
  },
  "power-loss": {
    zh: "探测器断电,此处可能没有监测。联系住户检查插头和电源。",
    en: "The detector has lost its supply and may soon be off. Ask the household to check plug and power.",
  },
  "battery-low": {
    zh: "探测器电池电量低。尽快更换电池。",
    en: "The detector's battery is low. Replace it soon.",
  },
  tamper: {
    zh: "探测器被拆动。派人核查是否仍在原位工作。",
    en: "The detector has been opened or removed. Check that it is in place and working.",
  },
  "end-of-life": {
    zh: "探测器寿命到期,读数不再可靠。安排更换。",
    en: "The detector has reached the end of its life; its readings can no longer be trusted. Have it replaced.",
  },
  "self-test": {
    zh: "探测器正在自检,期间本机报警标为测试。",
    en: "The detector is testing itself; alarms it makes of its own meanwhile are marked as test.",
  },
} as const satisfies Partial<Record<RuleId, Bilingual>>;

type ConditionRule = keyof typeof words;

const conditionRule = (id: ConditionRule): Rule => ({
  id,
  ignoresLevels: true,
  rests: ({ notes }) => notes.standing.length === 0,
  perceive: (memory) => memory,
  judge: (memory, context) =>
    memory.notes.standing.some((one) => one.condition === id)
      ? stands(id, context, words[id], {}, context.limits.reportedState)
      : isOver(id, context),
  wakeAt: () => never,
});

/**
 * Listens for all reported states, and judges the sensor's own fault: reported, or a warm-up that
 * does not end.
 */
export const sensorFaultRule: Rule = {
  id: "sensor-fault",

  ignoresLevels: true,

  rests: ({ notes: { standing, warming } }) => standing.length === 0 && warming.length === 0,

  perceive: (memory, report, context) => {
    if (report === undefined) return memory;
    const { notes } = memory;
    const standing = reported(notes.standing, report, context);
    const warming = warmingGases(notes.warming, report, context);
    return standing === notes.standing && warming === notes.warming
      ? memory
      : withNotes(memory, { standing, warming });
  },

  judge: (memory, context) => {
    if (memory.notes.standing.some((one) => one.condition === "sensor-fault")) {
      return stands(
        "sensor-fault",
        context,
        words["sensor-fault"],
        {},
        context.limits.reportedState,
      );
    }
    const limit = context.limits.warmUpAtMost;
    if (context.nowMs - warmingSince(memory) < limit.value) return isOver("sensor-fault", context);
    return stands(
      "sensor-fault",
      context,
      {
        zh: `探测器预热超过 ${limit.value / 60_000} 分钟仍未结束,没有有效读数。派人检修。`,
        en: `The detector has been warming up for more than ${limit.value / 60_000} minutes and gives no level. Have it repaired.`,
      },
      { warmUpMinutes: limit.value / 60_000 },
      limit.source,
    );
  },

  wakeAt: (memory, context) => {
    const end = monoMs(warmingSince(memory) + context.limits.warmUpAtMost.value);
    return end > context.nowMs ? end : never;
  },
};

export const conditionRules: readonly Rule[] = [
  conditionRule("power-loss"),
  conditionRule("battery-low"),
  conditionRule("tamper"),
  conditionRule("end-of-life"),
  {
    ...conditionRule("self-test"),
    // The end of belief in a test changes what its verdicts are.
    wakeAt: (memory, context) => {
      const test = memory.notes.standing.find((one) => one.condition === "self-test");
      const end = monoMs((test?.sinceMs ?? never) + context.limits.selfTestAtMost.value);
      return end > context.nowMs ? end : never;
    },
  },
];

const stands = (
  id: ConditionRule,
  context: Context,
  text: Bilingual,
  inputs: Readonly<Record<string, number | string>>,
  source: Clause,
): Opinion => ({
  stands: true,
  grade: 1,
  ...context.limits.routes[id],
  test: false,
  cause: () => because(context, source, text, inputs),
});

const isOver = (id: ConditionRule, context: Context): Opinion => ({
  stands: false,
  cause: () =>
    because(
      context,
      context.limits.reportedState,
      {
        zh: "探测器报告该状态已解除。",
        en: "The detector reports that this state is over.",
      },
      { condition: id },
    ),
});

const reported = (
  before: readonly Standing[],
  report: Report,
  { nowMs }: Context,
): readonly Standing[] => {
  let standing = before;
  for (const finding of report.findings) {
    if (finding.kind !== "condition") continue;
    const { condition, present } = finding;
    const known = has(standing, condition);
    if (present && !known) standing = standing.concat({ condition, sinceMs: nowMs });
    if (!present && known) standing = standing.filter((one) => one.condition !== condition);
  }
  return standing;
};

const has = (standing: readonly Standing[], condition: Condition): boolean =>
  standing.some((one) => one.condition === condition);

/** Gases whose place of a value says "warming up", until a value or another quality comes. */
const warmingGases = (
  before: Notes["warming"],
  report: Report,
  { nowMs }: Context,
): Notes["warming"] => {
  let warming = before;
  for (const finding of report.findings) {
    if (finding.kind === "no-level" && finding.quality === "warming-up") {
      if (warming.every((one) => one.gas !== finding.gas)) {
        warming = warming.concat({ gas: finding.gas, sinceMs: nowMs });
      }
    } else if (
      finding.kind === "no-level" ||
      (finding.kind === "level" && isSound(finding.level))
    ) {
      const gas = finding.kind === "level" ? finding.level.gas : finding.gas;
      if (warming.some((one) => one.gas === gas)) {
        warming = warming.filter((one) => one.gas !== gas);
      }
    }
  }
  return warming;
};

const warmingSince = ({ notes }: Memory): number => {
  let since: number = never;
  for (const one of notes.standing) {
    if (one.condition === "warming-up") since = Math.min(since, one.sinceMs);
  }
  for (const one of notes.warming) since = Math.min(since, one.sinceMs);
  return since;
};
