import type { AlarmEvent } from "#domain/alarm.ts";
import type { Bilingual } from "#domain/result.ts";
import { amount } from "#rules/level.ts";
import type { Difference } from "./compare.ts";
import type { Rehearsal } from "./rehearse.ts";

export type Language = "zh" | "en";

/** The rehearsal as people read it: one line an event, then how long it would have sounded. */
export const timetableText = (rehearsal: Rehearsal, language: Language): string => {
  const { events, fromMs, toMs, rules } = rehearsal;
  const lines = events.map((event) => line(event, fromMs, language));
  const nothing = { zh: "没有任何报警。", en: "No alarm at all." };
  const head = {
    zh: `规则 ${rules.limits.id},时长 ${clock(toMs - fromMs)},事件 ${events.length} 条,声响 ${clock(soundedMs(rehearsal))}`,
    en: `rules ${rules.limits.id}, ${clock(toMs - fromMs)} long, ${events.length} events, sounding for ${clock(soundedMs(rehearsal))}`,
  };
  return [head[language], ...(lines.length === 0 ? [nothing[language]] : lines)].join("\n");
};

/** The same as data, stable from version to version. */
export const timetableJson = (rehearsal: Rehearsal): object => ({
  rules: rehearsal.rules.limits.id,
  fromMs: rehearsal.fromMs,
  toMs: rehearsal.toMs,
  soundedMs: soundedMs(rehearsal),
  events: rehearsal.events,
});

/** Two sets of rules side by side: what would be gained and lost, and what would come when. */
export const differenceText = (
  differences: readonly Difference[],
  fromMs: number,
  language: Language,
): string => {
  if (differences.length === 0) {
    return { zh: "两套规则都没有报警。", en: "Neither set alarms." }[language];
  }
  const at = (time: number | undefined): string =>
    time === undefined ? "—" : clock(time - fromMs);
  return differences
    .map(({ kind, rule, urgent, beforeMs, afterMs }) =>
      [
        kinds[kind][language].padEnd(language === "zh" ? 4 : 8),
        `${at(beforeMs)} → ${at(afterMs)}`,
        rule,
        (urgent ? urgency.urgent : urgency.other)[language],
      ].join("  "),
    )
    .join("\n");
};

const kinds: Readonly<Record<Difference["kind"], Bilingual>> = {
  gained: { zh: "新增", en: "gained" },
  lost: { zh: "消失", en: "lost" },
  earlier: { zh: "提前", en: "earlier" },
  later: { zh: "推迟", en: "later" },
  same: { zh: "相同", en: "same" },
};

const urgency = {
  urgent: { zh: "紧急", en: "urgent" },
  other: { zh: "其他", en: "other" },
} as const;

const verbs: Readonly<Record<AlarmEvent["kind"], Bilingual>> = {
  raised: { zh: "报警", en: "raised" },
  worsened: { zh: "加重", en: "worsened" },
  returned: { zh: "恢复", en: "returned" },
};

const line = (event: AlarmEvent, fromMs: number, language: Language): string => {
  const { level, priority, cause, kind, rule } = event;
  const value =
    level === undefined
      ? ""
      : `${Math.round(amount(level) * 100) / 100} ${level.gas === "co" ? "ppm" : "%LEL"}`;
  const marks = [event.test ? "test" : "", event.late === true ? "late" : "", event.held?.by ?? ""];
  return [
    clock(event.at.monoMs - fromMs),
    verbs[kind][language],
    `P${priority}`,
    rule,
    value,
    `[${cause.source.standard}]`,
    cause.text[language],
    ...marks,
  ]
    .filter((part) => part !== "")
    .join("  ");
};

/** `1:02:03`, hours as many as it takes. */
export const clock = (durationMs: number): string => {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

const soundedMs = ({ sounding, toMs }: Rehearsal): number =>
  sounding.reduce((sum, one, index) => {
    const endMs = sounding[index + 1]?.atMs ?? toMs;
    return one.sounding === "none" ? sum : sum + endMs - one.atMs;
  }, 0);
