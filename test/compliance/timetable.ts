/** One detector, accelerated time: what it says at which second, and what the judgement makes of it. */
import type { AlarmEvent } from "#domain/alarm.ts";
import { lowerExplosiveLimit, type CombustibleGas } from "#domain/gas.ts";
import { bootId, detectorId } from "#domain/ids.ts";
import { epochMs, monoMs, percentLel, ppm, seconds } from "#domain/quantity.ts";
import type { Condition, FaultCode, Finding, Report } from "#domain/reading.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { defaultLimits } from "#rules/limits/sets.ts";
import {
  initialState,
  step,
  type ActionEvent,
  type Command,
  type DetectorRules,
  type DetectorState,
} from "#rules/step.ts";

export const boot = bootId("boot-one-2026");
export const detector = detectorId("d1");

/** `atSeconds` after this boot's start; the wall clock began 2026-11-22T03:00+08:00. */
export const instant = (atSeconds: number, inBoot = boot): Instant => ({
  bootId: inBoot,
  monoMs: monoMs(atSeconds * 1_000),
  wallMs: epochMs(Date.UTC(2026, 10, 21, 19) + atSeconds * 1_000),
});

export const co = (level: number): Finding => ({
  kind: "level",
  level: { gas: "co", ppm: ppm(level) },
});
export const lel = (level: number, gas: CombustibleGas = "methane"): Finding => ({
  kind: "level",
  level: { gas, lel: percentLel(level), lelPercentVolume: lowerExplosiveLimit[gas] },
});
export const beyond = (finding: Finding): Finding =>
  finding.kind === "level" ? { ...finding, overRange: true } : finding;
export const verdict = (
  gas: "co" | CombustibleGas,
  alarming: boolean,
  grade?: "low" | "high",
): Finding => ({ kind: "verdict", gas, alarming, ...(grade === undefined ? {} : { grade }) });
export const says = (condition: Condition, present = true): Finding => ({
  kind: "condition",
  condition,
  present,
});
export const fault = (code: FaultCode): Finding => ({
  kind: "fault",
  fault: { code, at: "co_ppm", text: { zh: "无法解析", en: "cannot be read" } },
});
export const noLevel = (
  quality: Extract<Finding, { kind: "no-level" }>["quality"],
  gas: "co" | CombustibleGas = "co",
): Finding => ({ kind: "no-level", gas, quality, raw: "65535" });

export const reportAt = (at: Instant, ...findings: readonly Finding[]): Report => ({
  detector,
  position: { line: "mqtt", place: "canary/v1/detectors/d1/reading" },
  receivedAt: at,
  findings,
});

export const defaultRules: DetectorRules = { limits: defaultLimits, silenceAfter: seconds(180) };

/** A detector under test. Between reports it is ticked exactly when it asked to be. */
export interface Bench {
  readonly says: (atSeconds: number, ...findings: readonly Finding[]) => readonly AlarmEvent[];
  /** A person, or the design, does something. */
  readonly does: (
    atSeconds: number,
    command: Command,
  ) => { readonly refused: Bilingual | undefined; readonly action: ActionEvent | undefined };
  /** Lets time pass, ticking whenever the state asks for it. */
  readonly wait: (untilSeconds: number) => readonly AlarmEvent[];
  readonly events: readonly AlarmEvent[];
  readonly actions: readonly ActionEvent[];
  state: DetectorState;
  readonly sounding: () => "none" | "gas" | "co";
  /** The story so far: `second kind rule`, one line an event. */
  readonly story: () => readonly string[];
}

export const openBench = (rules: DetectorRules = defaultRules): Bench => {
  const events: AlarmEvent[] = [];
  const actions: ActionEvent[] = [];
  let sounding: "none" | "gas" | "co" = "none";
  const bench: Bench = {
    state: initialState(detector, instant(0)),
    events,
    actions,
    does: (atSeconds, command) => {
      bench.wait(atSeconds);
      const now = instant(atSeconds, bench.state.boot);
      const result = step(bench.state, { kind: "command", command, now }, rules);
      take(result);
      return { refused: result.refused, action: result.actions[0] };
    },
    sounding: () => sounding,
    says: (atSeconds, ...findings) => {
      const before = events.length;
      bench.wait(atSeconds);
      const report = reportAt(instant(atSeconds, bench.state.boot), ...findings);
      take(step(bench.state, { kind: "report", report }, rules));
      return events.slice(before);
    },
    wait: (untilSeconds) => {
      const before = events.length;
      for (;;) {
        const wake = bench.state.wakeAtMs;
        if (wake === undefined || wake > untilSeconds * 1_000) break;
        const now = { ...instant(wake / 1_000, bench.state.boot), monoMs: wake };
        take(step(bench.state, { kind: "tick", now }, rules));
        if (bench.state.wakeAtMs === wake) throw new Error(`asked twice for ${wake} ms`);
      }
      return events.slice(before);
    },
    story: () =>
      events.map((event) => `${round(event.at.monoMs / 1_000)} ${event.kind} ${event.rule}`),
  };
  const take = (result: ReturnType<typeof step>): void => {
    bench.state = result.state;
    ({ sounding } = result);
    events.push(...result.events);
    actions.push(...result.actions);
  };
  return bench;
};

const round = (value: number): number => Math.round(value * 10) / 10;

/** A small, repeatable noise within ±`width`, different for every seed. */
export const noise = (seed: number, width: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return ((state >>> 8) / 2 ** 23 - 1) * width;
  };
};

export interface Exposure {
  readonly ppm: number;
  readonly everySeconds: number;
  readonly minutes: number;
  /** The first reading comes this long after the gas. */
  readonly phaseSeconds?: number;
  readonly noise?: () => number;
  readonly rules?: DetectorRules;
}

/** Minutes from the beginning of a steady exposure to the urgent CO alarm; `undefined`: none came. */
export const minutesToCoAlarm = (exposure: Exposure): number | undefined => {
  const bench = openBench(exposure.rules);
  const first = exposure.phaseSeconds ?? 0;
  for (let at = first; at <= exposure.minutes * 60; at += exposure.everySeconds) {
    bench.says(at, co(exposure.ppm + (exposure.noise?.() ?? 0)));
    const alarm = bench.events.find((one) => one.rule === "co" && one.priority === 1);
    if (alarm !== undefined) return alarm.at.monoMs / 60_000;
  }
  return undefined;
};
