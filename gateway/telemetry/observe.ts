import type { Report } from "#domain/reading.ts";
import type { Point } from "#gateway/points.ts";
import { isLate, takenAt } from "#rules/late.ts";
import { isTesting, isWarmingUp } from "#rules/readings.ts";
import type { Recorder } from "./recorder.ts";

/** Tells the recorder of every report what the judge has found out about it. */
export const createObserver =
  (recorder: Pick<Recorder, "note">) =>
  (report: Report, { state, rules, registered }: Point): void => {
    const { memory, lag } = state;
    const { limits, silenceAfter } = rules;
    // Late against the device's own usual lag, as `rules/late.ts` tells it.
    const late = isLate(lag);
    const nowMs = report.receivedAt.monoMs;
    const context = { nowMs, limits, silenceAfter, silentFromMs: nowMs };
    const stands = memory.notes.standing.length > 0;
    recorder.note(report, {
      takenAt: late ? takenAt(report, lag) : report.receivedAt,
      late,
      warmingUp: stands && isWarmingUp(memory, context),
      testing: stands && isTesting(memory, context),
      profile: registered?.profileId,
      silenceMs: silenceAfter,
    });
  };
