import type { AlarmEvent, RuleId } from "#domain/alarm.ts";
import type { Rehearsal } from "./rehearse.ts";

/** How one set of rules would have fared against another on the same recording. */
export interface Difference {
  readonly kind: "gained" | "lost" | "earlier" | "later" | "same";
  readonly rule: RuleId;
  readonly urgent: boolean;
  /** When each would have told it; ms of the recording. */
  readonly beforeMs: number | undefined;
  readonly afterMs: number | undefined;
}

/** Alarms of one episode that a person would notice apart: raised, and become urgent. */
interface Told {
  readonly rule: RuleId;
  readonly urgent: boolean;
  readonly atMs: number;
}

/**
 * Pairs the alarms of two rehearsals in order, rule by rule, pre-alarms and urgent ones apart: what
 * has no partner is gained or lost, what has one is earlier, later or the same.
 */
export const compare = (before: Rehearsal, after: Rehearsal): readonly Difference[] => {
  const old = told(before.events);
  const fresh = told(after.events);
  const keys = new Set([...old.keys(), ...fresh.keys()]);
  return [...keys]
    .flatMap((key) => pair(old.get(key) ?? [], fresh.get(key) ?? []))
    .toSorted((a, b) => timeOf(a) - timeOf(b));
};

const timeOf = (one: Difference): number => one.beforeMs ?? one.afterMs ?? 0;

const told = (events: readonly AlarmEvent[]): Map<string, Told[]> => {
  const urgent = new Set<string>();
  const found = events.flatMap((event): readonly Told[] => {
    const isUrgent = event.priority === 1 && !event.test;
    const first = event.kind === "raised";
    const nowUrgent = isUrgent && !urgent.has(event.episode);
    if (nowUrgent) urgent.add(event.episode);
    if (event.kind === "returned" || !(first || nowUrgent)) return [];
    return [{ rule: event.rule, urgent: isUrgent, atMs: event.at.monoMs }];
  });
  return Map.groupBy(found, (one) => `${one.rule} ${one.urgent}`);
};

const pair = (before: readonly Told[], after: readonly Told[]): readonly Difference[] => {
  const count = Math.max(before.length, after.length);
  return Array.from({ length: count }, (_, index): Difference => {
    const beforeMs = before[index]?.atMs;
    const afterMs = after[index]?.atMs;
    const model = before[index] ?? after[index];
    return {
      kind: kindOf(beforeMs, afterMs),
      rule: model?.rule ?? "co",
      urgent: model?.urgent ?? false,
      beforeMs,
      afterMs,
    };
  });
};

const kindOf = (beforeMs: number | undefined, afterMs: number | undefined): Difference["kind"] => {
  if (beforeMs === undefined) return "gained";
  if (afterMs === undefined) return "lost";
  if (beforeMs === afterMs) return "same";
  return afterMs < beforeMs ? "earlier" : "later";
};
