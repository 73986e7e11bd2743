/** The only door of judgement: a state, an input, the rules in force; out come state and events. */
import type { AlarmEvent } from "#domain/alarm.ts";
import type { Sounding } from "#domain/buzzer.ts";
import type { DetectorId } from "#domain/ids.ts";
import { monoMs, type DurationMs, type MonoMs } from "#domain/quantity.ts";
import type { Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { doseFloor } from "./co-dose.ts";
import { coRule } from "./co.ts";
import { combustibleRule } from "./combustible.ts";
import { conditionRules, sensorFaultRule } from "./conditions.ts";
import { deviceAlarmCoRule, deviceAlarmGasRule } from "./device-alarm.ts";
import { turn } from "./episodes.ts";
import { isSound } from "./level.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import { emptyMemory, isEmpty, type BrokenRule, type Memory } from "./memory.ts";
import { overRangeRule } from "./over-range.ts";
import { readingFaultRule } from "./reading-fault.ts";
import { isHeard } from "./readings.ts";
import { examine } from "./suspects.ts";
import { earlier, never, type Context, type Opinion, type Rule } from "./rule.ts";
import { rebase } from "./saved-state.ts";
import { silenceRule } from "./silence.ts";
import { noEpisodes, soundingOf, type DetectorState, type Episode } from "./state.ts";

export { reviveState, saveState } from "./saved-state.ts";
export { isQuiet, statusOf, type DetectorState, type Episode } from "./state.ts";

/** What holds for one detector: its limits (site overrides applied) and how long it may be silent. */
export interface DetectorRules {
  readonly limits: LimitSet;
  readonly silenceAfter: DurationMs;
}

export type JudgeInput =
  | { readonly kind: "report"; readonly report: Report }
  | { readonly kind: "tick"; readonly now: Instant };

export interface Step {
  readonly state: DetectorState;
  readonly events: readonly AlarmEvent[];
  readonly sounding: Sounding;
}

/** A detector nobody has heard yet; its silence counts from `now`. */
export const initialState = (detector: DetectorId, now: Instant): DetectorState => ({
  detector,
  at: now,
  heard: false,
  // Due at once: the first tick sets the true time, which depends on the rules.
  wakeAtMs: now.monoMs,
  memory: emptyMemory,
  episodes: noEpisodes,
});

/**
 * Judges one input. Pure, and it never throws: a rule that fails of itself is left out of this
 * step, named by a `reading-fault`, and the others run.
 *
 * When nothing changed the state is the same object and the events are one shared empty array. A
 * report that says nothing but "all well" makes a new state that differs only in when it was heard.
 * An input that is older than the state is judged as if it came now: time does not run back.
 */
export const step = (before: DetectorState, input: JudgeInput, rules: DetectorRules): Step => {
  const given = input.kind === "tick" ? input.now : input.report.receivedAt;
  const state = given.bootId === before.at.bootId ? before : rebase(before, given);
  if (input.kind === "tick") {
    if (state.wakeAtMs !== undefined && given.monoMs < state.wakeAtMs) return unchanged(state);
    return judge(state, undefined, given, rules);
  }
  if (isAllWell(state, input.report, rules.limits)) {
    const at = latest(state.at, given);
    return unchanged({
      detector: state.detector,
      at,
      heard: true,
      wakeAtMs: monoMs(at.monoMs + rules.silenceAfter),
      memory: emptyMemory,
      episodes: noEpisodes,
    });
  }
  return judge(state, input.report, given, rules);
};

const noEvents: readonly AlarmEvent[] = [];

/** In this order reported states come first, because the others ask for them. */
const allRules: readonly Rule[] = [
  sensorFaultRule,
  ...conditionRules,
  coRule,
  combustibleRule,
  deviceAlarmCoRule,
  deviceAlarmGasRule,
  overRangeRule,
  silenceRule,
  // Last: it also tells which of the others failed.
  readingFaultRule,
];

const unchanged = (state: DetectorState): Step => ({
  state,
  events: noEvents,
  sounding: state.episodes === noEpisodes ? "none" : soundingOf(state.episodes),
});

const latest = (a: Instant, b: Instant): Instant => (b.monoMs >= a.monoMs ? b : a);

/** The way nearly every reading goes: nothing is remembered, and nothing in it is worth remembering. */
const isAllWell = (state: DetectorState, report: Report, limits: LimitSet): boolean => {
  if (state.memory !== emptyMemory || state.episodes !== noEpisodes) return false;
  const lowGas = limits.gas.watchFrom.value;
  for (const finding of report.findings) {
    if (finding.kind !== "level" || finding.overRange === true || !isSound(finding.level)) {
      const harmless =
        (finding.kind === "condition" && !finding.present) ||
        (finding.kind === "verdict" && !finding.alarming);
      if (!harmless) return false;
    } else if (
      finding.level.gas === "co" ? finding.level.ppm >= doseFloor : finding.level.lel >= lowGas
    ) {
      return false;
    }
  }
  return report.findings.length > 0;
};

const judge = (
  state: DetectorState,
  report: Report | undefined,
  given: Instant,
  rules: DetectorRules,
): Step => {
  const at = latest(state.at, given);
  const heard = report !== undefined && isHeard(report);
  const anchor = heard ? at : state.at;
  const context: Context = {
    nowMs: at.monoMs,
    limits: rules.limits,
    silenceAfter: rules.silenceAfter,
    silentFromMs: anchor.monoMs,
  };
  let { memory } = state;
  let believed = report;
  if (report !== undefined) ({ memory, report: believed } = examine(memory, report, context));
  let wake: MonoMs = never;
  const events: AlarmEvent[] = [];
  const broken: BrokenRule[] = [];
  const episodes: Episode[] = [];
  for (const rule of allRules) {
    const open = state.episodes.find((episode) => episode.rule === rule.id);
    try {
      if (rule === readingFaultRule) memory = withBroken(memory, broken);
      const known = rule.perceive(memory, believed, context);
      const opinion: Opinion = rule.judge(known, context);
      const next = turn(rule.id, open, opinion, state.detector, at);
      wake = earlier(wake, rule.wakeAt(known, context));
      if (open !== undefined && next.episode === open && !opinion.stands) {
        wake = earlier(wake, monoMs(open.raisedAtMs + 1));
      }
      memory = known;
      if (next.episode !== undefined) episodes.push(next.episode);
      if (next.event !== undefined) events.push(next.event);
    } catch (error) {
      broken.push({ rule: rule.id, reason: String(error).slice(0, 200) });
      if (open !== undefined) episodes.push(open);
    }
  }
  const next: DetectorState = {
    detector: state.detector,
    at: anchor,
    heard: state.heard || heard,
    // Never in the past: a caller that ticks when asked must not be kept busy by a rounding error.
    wakeAtMs: wake === never ? undefined : monoMs(Math.max(wake, at.monoMs + 1)),
    memory: isEmpty(memory) ? emptyMemory : memory,
    episodes: sameEpisodes(state.episodes, episodes),
  };
  return {
    state: isSame(state, next) ? state : next,
    events: events.length === 0 ? noEvents : events,
    sounding: soundingOf(next.episodes),
  };
};

const withBroken = (memory: Memory, broken: readonly BrokenRule[]): Memory =>
  broken.length === 0 && memory.broken.length === 0 ? memory : { ...memory, broken };

const sameEpisodes = (
  before: readonly Episode[],
  after: readonly Episode[],
): readonly Episode[] => {
  if (after.length === 0) return noEpisodes;
  const same =
    after.length === before.length && after.every((episode, index) => episode === before[index]);
  return same ? before : after;
};

const isSame = (a: DetectorState, b: DetectorState): boolean =>
  a.at === b.at &&
  a.heard === b.heard &&
  a.wakeAtMs === b.wakeAtMs &&
  a.memory === b.memory &&
  a.episodes === b.episodes;
