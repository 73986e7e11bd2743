import type { Cause } from "#domain/alarm.ts";
import type { FaultCode, Finding, Report } from "#domain/reading.ts";
import { amount, isSound } from "./level.ts";
import { withNotes, type BadGas, type BadMessages, type Memory, type Watch } from "./memory.ts";
import { isWarmingUp } from "./readings.ts";
import { suspect } from "./suspects.ts";
import { because, never, round, type Context, type Rule } from "./rule.ts";

/**
 * What came in could not be used: a message that cannot be read, a value that is none. Never
 * silence, never a value, and never the end of a gas or CO alarm.
 *
 * Garbage is a fault at once. A missing or wrong reply and a value not given are faults when they
 * last and repeat, because one lost frame on a bus says nothing about the detector.
 */
export const readingFaultRule: Rule = {
  id: "reading-fault",

  rests: (memory) =>
    memory.notes.badMessages === undefined &&
    memory.notes.badGases.length === 0 &&
    memory.notes.broken.length === 0 &&
    suspect(memory) === undefined,

  perceive: (memory, report, context) => {
    if (report === undefined) return memory;
    const { notes } = memory;
    const badMessages = messages(notes.badMessages, report, context);
    const badGases = gases(memory, report, context);
    return badMessages === notes.badMessages && badGases === notes.badGases
      ? memory
      : withNotes(memory, { badMessages, badGases });
  },

  judge: (memory, context) => {
    const { badMessages, badGases, broken } = memory.notes;
    const badGas = badGases.find((one) => one.alarm);
    const doubted = suspect(memory);
    const cause =
      broken.length > 0
        ? () => brokenCause(memory, context)
        : badMessages?.alarm === true
          ? () => messageCause(badMessages, context)
          : badGas === undefined
            ? doubted && (() => suspectCause(doubted, context))
            : () => gasCause(badGas, context);
    if (cause === undefined) return { stands: false, cause: () => returned(context) };
    return {
      stands: true,
      grade: broken.length > 0 ? 2 : 1,
      ...context.limits.routes["reading-fault"],
      test: false,
      cause,
    };
  },

  wakeAt: () => never,
};

/** Faults of the line rather than of the content: they must last before they count. */
const passing: ReadonlySet<FaultCode> = new Set(["no-reply", "wrong-reply", "exception"]);

const messages = (
  before: BadMessages | undefined,
  report: Report,
  context: Context,
): BadMessages | undefined => {
  if (before === undefined && !report.findings.some(isFault)) return undefined;
  const faults = report.findings.filter(isFault);
  const found = faults.find(({ fault }) => !passing.has(fault.code)) ?? faults[0];
  if (found === undefined) return report.findings.some(isGood) ? undefined : before;
  const { fault } = found;
  const sinceMs = before?.sinceMs ?? context.nowMs;
  const count = Math.min(1_000_000, (before?.count ?? 0) + 1);
  const lasts = count >= 2 && context.nowMs - sinceMs >= context.limits.faultPersistence.value;
  return {
    fault,
    sinceMs,
    count,
    alarm: before?.alarm === true || !passing.has(fault.code) || lasts,
  };
};

const isFault = (finding: Finding): finding is Extract<Finding, { kind: "fault" }> =>
  finding.kind === "fault";

/** A good reading ends a fault: a sound level, a verdict, a reported state. */
const isGood = (finding: Finding): boolean =>
  finding.kind === "level"
    ? isSound(finding.level)
    : finding.kind === "verdict" || finding.kind === "condition";

const gases = (memory: Memory, report: Report, context: Context): readonly BadGas[] => {
  let bad = memory.notes.badGases;
  for (const finding of report.findings) {
    if (finding.kind === "level" && isSound(finding.level)) {
      const { gas } = finding.level;
      // A level read while warming up is none: it neither counts nor heals.
      if (isWarmingUp(memory, context)) continue;
      if (bad.some((one) => one.gas === gas)) bad = bad.filter((one) => one.gas !== gas);
    } else if (finding.kind === "level") {
      const { gas } = finding.level;
      const value = amount(finding.level);
      const quality = Number.isNaN(value) ? "not-a-number" : "out-of-range";
      bad = note(bad, { gas, quality, raw: String(value) }, context);
    } else if (finding.kind === "no-level" && finding.quality !== "warming-up") {
      bad = note(bad, finding, context);
    }
  }
  return bad;
};

const note = (
  bad: readonly BadGas[],
  found: Pick<BadGas, "gas" | "quality" | "raw">,
  context: Context,
): readonly BadGas[] => {
  const before = bad.find((one) => one.gas === found.gas);
  if (before?.alarm === true && before.quality === found.quality) return bad;
  const sinceMs = before?.sinceMs ?? context.nowMs;
  const lasts =
    before !== undefined && context.nowMs - sinceMs >= context.limits.faultPersistence.value;
  const { gas, quality, raw } = found;
  const alarm = before?.alarm === true || quality !== "not-reported" || lasts;
  return [...bad.filter((one) => one !== before), { gas, quality, raw, sinceMs, alarm }];
};

const messageCause = ({ fault, count }: BadMessages, context: Context): Cause =>
  because(
    context,
    context.limits.faultPersistence.source,
    {
      zh: `读不出探测器数据:${fault.text.zh}(${fault.at})。检查接线、地址和设备类型设置。`,
      en: `The detector's data cannot be read: ${fault.text.en} (${fault.at}). Check wiring, address and device profile.`,
    },
    { code: fault.code, at: fault.at, count },
  );

const gasCause = (bad: BadGas, context: Context): Cause =>
  because(
    context,
    context.limits.faultPersistence.source,
    {
      zh: `探测器没有给出有效读数(${bad.gas}:${bad.quality},原始值 ${bad.raw})。此处可能没有监测,派人检查。`,
      en: `The detector gives no valid level (${bad.gas}: ${bad.quality}, raw ${bad.raw}). This place may not be watched; have it checked.`,
    },
    { gas: bad.gas, quality: bad.quality, raw: bad.raw },
  );

const suspectCause = (doubted: Watch, context: Context): Cause =>
  because(
    context,
    context.limits.stuckAfter.source,
    doubted.stuck
      ? {
          zh: `读数长时间一动不动(${doubted.gas} ${round(doubted.value)}),传感器可能卡死。派人用标气检查或更换。`,
          en: `The level has not moved at all for hours (${doubted.gas} ${round(doubted.value)}); the sensor may be stuck. Check it with test gas or replace it.`,
        }
      : {
          zh: `读数反复瞬间跌落(${doubted.gas}),传感器不可能这样快,多为接线或探头故障。派人检查。`,
          en: `The level keeps collapsing faster than any sensor can (${doubted.gas}): wiring or probe. Have it checked.`,
        },
    { gas: doubted.gas, value: round(doubted.value), jumps: doubted.jumps },
  );

const brokenCause = ({ notes: { broken } }: Memory, context: Context): Cause => {
  const rules = broken.map((one) => one.rule).join(", ");
  const reason = broken[0]?.reason ?? "";
  return because(
    context,
    context.limits.reportedState,
    {
      zh: `判定规则 ${rules} 自身出错(${reason}),其余规则照常运行。立即通知软件维护人员。`,
      en: `The rule ${rules} failed of itself (${reason}); the other rules go on. Tell the maintainers at once.`,
    },
    { rules, reason },
  );
};

const returned = (context: Context): Cause =>
  because(context, context.limits.reportedState, {
    zh: "探测器数据恢复正常。",
    en: "The detector's data can be read again.",
  });
