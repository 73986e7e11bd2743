import { chengduDay, type LossReason, type TelemetryLoss } from "#domain/telemetry.ts";
import type { Lost } from "./store.ts";

/** Which total a loss belongs to: one for each day and reason. */
export const lossKey = ({ reason, dayMs }: Pick<TelemetryLoss, "reason" | "dayMs">): string =>
  `${reason} ${dayMs}`;

/** Adds up by day and reason; readings of one block count on the day it began. */
export const addUp = (
  before: ReadonlyMap<string, TelemetryLoss>,
  lost: readonly Lost[],
): ReadonlyMap<string, TelemetryLoss> => {
  const changed = new Map<string, TelemetryLoss>();
  for (const { reason, fromMs, toMs, readings } of lost) {
    const one = { reason, dayMs: chengduDay(fromMs), fromMs, toMs, readings };
    const key = lossKey(one);
    const known = changed.get(key) ?? before.get(key);
    changed.set(
      key,
      known === undefined
        ? one
        : {
            ...known,
            fromMs: Math.min(known.fromMs, fromMs),
            toMs: Math.max(known.toMs, toMs),
            readings: known.readings + readings,
          },
    );
  }
  return changed;
};

/** Readings by reason, over all days. */
export const totalsOf = (
  losses: readonly Pick<TelemetryLoss, "reason" | "readings">[],
): Readonly<Partial<Record<LossReason, number>>> => {
  const totals: Partial<Record<LossReason, number>> = {};
  for (const { reason, readings } of losses) totals[reason] = (totals[reason] ?? 0) + readings;
  return totals;
};
