import type { AlarmEvent } from "#domain/alarm.ts";
import type { Sounding } from "#domain/buzzer.ts";
import type { Gas } from "#domain/gas.ts";
import { bootId, detectorId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { amount } from "#rules/level.ts";
import {
  initialState,
  step,
  type ActionEvent,
  type DetectorRules,
  type DetectorState,
  type JudgeInput,
} from "#rules/step.ts";
import type { Sample } from "./recording.ts";

/** What would have happened: the events, when it would have sounded, and what a plot needs. */
export interface Rehearsal {
  readonly rules: DetectorRules;
  readonly fromMs: number;
  readonly toMs: number;
  readonly events: readonly AlarmEvent[];
  readonly actions: readonly ActionEvent[];
  readonly sounding: readonly { readonly atMs: number; readonly sounding: Sounding }[];
  readonly levels: readonly Point[];
  /** %COHb after each reading; empty without CO. */
  readonly dose: readonly { readonly atMs: number; readonly percent: number }[];
}

export interface Point {
  readonly atMs: number;
  readonly gas: Gas;
  /** ppm for CO, %LEL for combustible gas; `undefined`: no value. */
  readonly value: number | undefined;
}

/**
 * Plays recorded inputs through the same `step` as live: the same inputs make the same events, byte
 * for byte. A recording without ticks gets one whenever the state asks for it.
 */
export const rehearse = (inputs: readonly JudgeInput[], rules: DetectorRules): Rehearsal => {
  const times = inputs.map((input) => timeOf(input).monoMs);
  const events: AlarmEvent[] = [];
  const actions: ActionEvent[] = [];
  const sounding: Rehearsal["sounding"][number][] = [];
  const levels: Point[] = [];
  const dose: Rehearsal["dose"][number][] = [];
  let state: DetectorState | undefined;
  const take = (input: JudgeInput): void => {
    const before = state ?? initialState(detectorOf(inputs), timeOf(input));
    const result = step(before, input, rules);
    ({ state } = result);
    events.push(...result.events);
    actions.push(...result.actions);
    const atMs = timeOf(input).monoMs;
    if ((sounding.at(-1)?.sounding ?? "none") !== result.sounding) {
      sounding.push({ atMs, sounding: result.sounding });
    }
    const cohb = state.memory.co?.cohb;
    if (cohb !== undefined || dose.length > 0) dose.push({ atMs, percent: cohb ?? 0 });
  };
  // A history has the ticks that were made live; a mere recording gets them as the state asks.
  const ticked = inputs.some((input) => input.kind === "tick");
  for (const input of inputs) {
    if (!ticked) for (const tick of ticksUntil(() => state, timeOf(input))) take(tick);
    take(input);
    if (input.kind === "report") levels.push(...pointsOf(input.report.findings, timeOf(input)));
  }
  return {
    rules,
    fromMs: times[0] ?? 0,
    toMs: times.at(-1) ?? 0,
    events,
    actions,
    sounding,
    levels,
    dose,
  };
};

const timeOf = (input: JudgeInput): Instant =>
  input.kind === "report" ? input.report.receivedAt : input.now;

const detectorOf = (inputs: readonly JudgeInput[]) =>
  inputs.flatMap((input) => (input.kind === "report" ? [input.report.detector] : []))[0] ??
  detectorId("recording");

/** The ticks a caller owes the state before the next input, made as late as they are asked for. */
const ticksUntil = function* (
  current: () => DetectorState | undefined,
  next: Instant,
): Generator<JudgeInput> {
  for (;;) {
    const state = current();
    const wake = state?.wakeAtMs;
    if (wake === undefined || state?.boot !== next.bootId || wake >= next.monoMs) return;
    const wallMs = epochMs(next.wallMs - (next.monoMs - wake));
    yield { kind: "tick", now: { bootId: next.bootId, monoMs: wake, wallMs } };
  }
};

const pointsOf = (findings: readonly Finding[], at: Instant): readonly Point[] =>
  findings.flatMap((finding): readonly Point[] => {
    if (finding.kind === "level") {
      return [{ atMs: at.monoMs, gas: finding.level.gas, value: amount(finding.level) }];
    }
    return finding.kind === "no-level"
      ? [{ atMs: at.monoMs, gas: finding.gas, value: undefined }]
      : [];
  });

/** A recording as inputs: time begins at its first row, on a boot of its own. */
export const toInputs = (samples: readonly Sample[], name: string): readonly JudgeInput[] =>
  samples.map(({ atMs, values }): JudgeInput => {
    const findings = values.map(({ gas, level, quality = "not-reported", raw = "" }): Finding =>
      level === undefined ? { kind: "no-level", gas, quality, raw } : { kind: "level", level },
    );
    const receivedAt = {
      bootId: bootId("recording"),
      monoMs: monoMs(atMs),
      wallMs: epochMs(atMs),
    };
    const position = { line: "recording", place: name };
    return {
      kind: "report",
      report: { detector: detectorId("recording"), position, receivedAt, findings },
    };
  });
