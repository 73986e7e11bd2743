import type { Cause } from "#domain/alarm.ts";
import { monoMs } from "#domain/quantity.ts";
import type { Report } from "#domain/reading.ts";
import { withNotes, type Memory, type Verdict } from "./memory.ts";
import { isTesting } from "./readings.ts";
import { because, earlier, never, type Context, type Rule } from "./rule.ts";

/**
 * The device's own verdict: an alarm at once, over when the device says so.
 *
 * A verdict given during the device's self-test is marked as test; it is a notice and sounds
 * nowhere but at the device. It becomes real when the device goes on alarming after its test, or
 * when the test outlives its limit. What was real stays real. A level that is measured high is
 * never a test at all: pressing a test button puts no gas into the room.
 */
const deviceAlarm = (kind: "co" | "gas"): Rule => {
  const id = `device-alarm-${kind}` as const;
  const isMine = (verdict: { readonly gas: string }): boolean =>
    (verdict.gas === "co") === (kind === "co");

  return {
    id,

    ignoresLevels: true,

    rests: ({ notes: { verdicts } }) => verdicts.length === 0,

    perceive: (memory, report, context) => {
      if (report === undefined) return memory;
      const verdicts = take(memory, report, context, isMine);
      return verdicts === memory.notes.verdicts ? memory : withNotes(memory, { verdicts });
    },

    judge: (memory, context) => {
      const mine = memory.notes.verdicts.filter(isMine);
      const worst = mine.find((one) => one.grade === 2) ?? mine[0];
      if (worst === undefined) return { stands: false, cause: () => returned(context) };
      const test = mine.every((one) => isStillTest(one, context));
      return {
        stands: true,
        grade: worst.grade * 10 + mine.length,
        alarmClass: context.limits.routes[id].alarmClass,
        priority: test
          ? context.limits.routes["self-test"].priority
          : context.limits.routes[id].priority,
        test,
        severe: worst.grade === 2,
        gas: worst.gas,
        cause: () => cause(worst, test, context),
      };
    },

    wakeAt: (memory, context) => {
      let wake = never;
      for (const one of memory.notes.verdicts) {
        if (isMine(one) && isStillTest(one, context)) {
          wake = earlier(wake, monoMs(one.sinceMs + context.limits.selfTestAtMost.value));
        }
      }
      return wake;
    },
  };
};

export const deviceAlarmCoRule = deviceAlarm("co");
export const deviceAlarmGasRule = deviceAlarm("gas");

const isStillTest = (verdict: Verdict, context: Context): boolean =>
  verdict.test && context.nowMs - verdict.sinceMs < context.limits.selfTestAtMost.value;

const take = (
  memory: Memory,
  report: Report,
  context: Context,
  isMine: (finding: { readonly gas: string }) => boolean,
): readonly Verdict[] => {
  let { verdicts } = memory.notes;
  for (const finding of report.findings) {
    if (finding.kind !== "verdict" || !isMine(finding)) continue;
    const before = verdicts.find((one) => one.gas === finding.gas);
    if (!finding.alarming) {
      if (before !== undefined) verdicts = verdicts.filter((one) => one !== before);
      continue;
    }
    const next: Verdict = {
      gas: finding.gas,
      grade: finding.grade === "high" ? 2 : 1,
      test: isTesting(memory, context) && before?.test !== false,
      sinceMs: before?.sinceMs ?? context.nowMs,
    };
    if (before !== undefined && before.grade === next.grade && before.test === next.test) continue;
    verdicts = [...verdicts.filter((one) => one !== before), next];
  }
  return verdicts;
};

const cause = (verdict: Verdict, test: boolean, context: Context): Cause => {
  const zh = verdict.gas === "co" ? "一氧化碳" : "可燃气体";
  const en = verdict.gas === "co" ? "carbon monoxide" : "combustible gas";
  return because(
    context,
    context.limits.deviceVerdict,
    test
      ? {
          zh: `探测器自检:本机${zh}报警,不是真实报警。`,
          en: `Self-test: the detector sounds its ${en} alarm; not a real alarm.`,
        }
      : {
          zh: `探测器本机判定${zh}报警。立即撤离、开窗通风,派人到场。`,
          en: `The detector itself reports a ${en} alarm. Get everyone out, air the rooms, send someone.`,
        },
    { gas: verdict.gas, grade: verdict.grade === 2 ? "high" : "low" },
  );
};

const returned = (context: Context): Cause =>
  because(context, context.limits.deviceVerdict, {
    zh: "探测器本机报警已恢复。查明原因后再办结。",
    en: "The detector no longer reports its alarm. Find the cause before closing.",
  });
