/** The only door of judgement: a state, an input, the rules in force; out come state and events. */
import type { AlarmEvent } from "#domain/alarm.ts";
import type { Sounding } from "#domain/buzzer.ts";
import type { DetectorId } from "#domain/ids.ts";
import { monoMs, type DurationMs } from "#domain/quantity.ts";
import type { Finding, Report } from "#domain/reading.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { isDisturbed, noteQuiet } from "./baseline.ts";
import { doseFloor } from "./co-dose.ts";
import { obey, type Command } from "./commands.ts";
import { judge } from "./judge.ts";
import {
  adopt,
  asHistory,
  beginHistory,
  endHistory,
  endsBadly,
  recallPeaks,
  stillShown,
  takenAt,
  tellTime,
} from "./late.ts";
import { isSound } from "./level.ts";
import { dangerRules, type ActionEvent } from "./life.ts";
import { usable, type UsableRules } from "./limits/check.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import { emptyMemory } from "./memory.ts";
import { earlier } from "./rule.ts";
import { rebase } from "./saved-state.ts";
import {
  lastHeard,
  noAlarms,
  noEpisodes,
  soundingOf,
  tidyAlarms,
  withAlarms,
  type Alarms,
  type DetectorState,
} from "./state.ts";

export type { Command } from "./commands.ts";
export { lifeOf, lifeStates, type ActionEvent, type LifeState } from "./life.ts";
export { reviveState, saveState } from "./saved-state.ts";
export { isQuiet, statusOf, type DetectorState, type Episode } from "./state.ts";

/** What holds for one detector: its limits (site overrides applied) and how long it may be silent. */
export interface DetectorRules {
  readonly limits: LimitSet;
  readonly silenceAfter: DurationMs;
}

export type JudgeInput =
  /** `late`: known to be history; otherwise told by the device's own time, see `late.ts`. */
  | { readonly kind: "report"; readonly report: Report; readonly late?: true }
  | { readonly kind: "tick"; readonly now: Instant }
  | { readonly kind: "command"; readonly command: Command; readonly now: Instant };

export interface Step {
  readonly state: DetectorState;
  readonly events: readonly AlarmEvent[];
  readonly sounding: Sounding;
  /** What people did, and what ended by its limit. */
  readonly actions: readonly ActionEvent[];
  /** Why a command was not carried out; nothing has changed then. */
  readonly refused?: Bilingual;
}

/** A detector nobody has heard yet; its silence counts from `now`. */
export const initialState = (detector: DetectorId, now: Instant): DetectorState => ({
  detector,
  boot: now.bootId,
  atMs: now.monoMs,
  atWallMs: now.wallMs,
  heard: false,
  // Due at once: the first tick sets the true time, which depends on the rules.
  wakeAtMs: now.monoMs,
  memory: emptyMemory,
  alarms: noAlarms,
  lag: undefined,
  quiet: undefined,
});

/**
 * Judges one input. Pure, and it never throws: a rule that fails of itself is left out of this
 * step, named by a `reading-fault`, and the others run; a limit that is no number is replaced by the
 * default and named likewise.
 *
 * When nothing changed the state is the same object and the events are one shared empty array. A
 * report that says nothing but "all well" makes a new state that differs only in when it was heard.
 * An input that is older than the state is judged as if it came now: time does not run back.
 */
export const step = (before: DetectorState, input: JudgeInput, rules: DetectorRules): Step => {
  const given = input.kind === "report" ? input.report.receivedAt : input.now;
  const state = given.bootId === before.boot ? before : rebase(before, given);
  const known = usable(rules);
  switch (input.kind) {
    case "tick":
      if (state.wakeAtMs !== undefined && given.monoMs < state.wakeAtMs) return unchanged(state);
      return pass(state, given, known);
    case "report":
      return take(state, input.report, input.late === true, known);
    case "command": {
      const obeyed = obey(state, input.command, given, known.limits);
      if (!obeyed.ok) return { ...unchanged(state), refused: obeyed.error };
      const { action, events: ended = nothing } = obeyed.value;
      const result = pass(obeyed.value.state, given, known);
      const events = ended.length === 0 ? result.events : ended.concat(result.events);
      return { ...result, events, actions: [action, ...result.actions] };
    }
  }
};

const nothing: readonly never[] = [];

const unchanged = (state: DetectorState): Step => ({
  state,
  events: nothing,
  sounding: soundNow(state),
  actions: nothing,
});

const soundNow = ({ alarms }: DetectorState): Sounding =>
  alarms.hush === undefined ? soundingOf(alarms.episodes) : "none";

/** `given`, or when the state was last heard if that is later. */
const latest = (state: DetectorState, given: Instant): Instant =>
  given.monoMs >= state.atMs ? given : lastHeard(state);

const take = (
  state: DetectorState,
  report: Report,
  saidLate: boolean,
  rules: UsableRules,
): Step => {
  const { lag, late } = tellTime(state, report, rules.limits.lateAfter.value);
  if (saidLate || late) return takeHistory({ ...state, lag }, report, rules);
  const at = latest(state, report.receivedAt);
  const quiet = noteQuiet(state.quiet, report, at, state.memory.notes.standing);
  const over = isContradicted(state, report) ? state.alarms.history : undefined;
  const alarms = over === undefined ? state.alarms : withoutHistory(state.alarms);
  const past = over === undefined ? nothing : endHistory(state, at, rules.limits);
  if (
    alarms.history === undefined &&
    past.length === 0 &&
    rules.broken.length === 0 &&
    isAllWell(state, report, rules.limits)
  ) {
    return unchanged({
      detector: state.detector,
      boot: at.bootId,
      atMs: at.monoMs,
      atWallMs: at.wallMs,
      heard: true,
      wakeAtMs: monoMs(at.monoMs + rules.silenceAfter),
      memory: emptyMemory,
      alarms,
      lag,
      quiet,
    });
  }
  const fresh =
    lag === state.lag && alarms === state.alarms && quiet === state.quiet
      ? state
      : { ...state, lag, alarms, quiet };
  if (over === undefined) return finish(judge(fresh, report, at, rules));
  const memory = adopt(fresh.memory, stillShown(over, report, rules.limits));
  const judged = judge({ ...fresh, memory }, report, at, rules);
  return finish({ ...judged, events: judged.events.concat(past) });
};

const withoutHistory = (alarms: Alarms): Alarms =>
  alarms.history === undefined ? alarms : tidyAlarms({ ...alarms, history: undefined });

/**
 * A live word says what is true now of its gas, and history has nothing to add to that. A word about
 * another gas, or of a sensor that warms up, says nothing of the alarm that history ends with.
 */
const isContradicted = (
  { alarms: { history }, memory }: DetectorState,
  report: Report,
): boolean => {
  if (history === undefined || isDisturbed(report, memory.notes.standing)) return false;
  const said = new Set(report.findings.flatMap(gasSaid));
  if (said.size === 0) return false;
  return history.state.alarms.episodes.every(
    ({ rule, gas }) => !dangerRules.has(rule) || (gas !== undefined && said.has(gas)),
  );
};

const gasSaid = (finding: Finding): readonly string[] => {
  if (finding.kind === "verdict") return [finding.gas];
  return finding.kind === "level" && isSound(finding.level) ? [finding.level.gas] : [];
};

/** Time passes; history that ended badly and was contradicted by nothing becomes the present. */
const pass = (state: DetectorState, given: Instant, rules: UsableRules): Step => {
  const at = latest(state, given);
  const { history } = state.alarms;
  if (history?.dueMs === undefined || at.monoMs < history.dueMs) {
    return finish(judge(state, undefined, at, rules));
  }
  const alarms = withoutHistory(state.alarms);
  const memory = adopt(state.memory, history.state.memory);
  const present = judge({ ...state, memory, alarms }, undefined, at, rules);
  const judged = recallPeaks(present, history.state);
  const past = endHistory(state, at, rules.limits);
  const events = judged.events.map((event): AlarmEvent => ({ ...event, late: true }));
  return finish({ ...judged, events: events.concat(past) });
};

const takeHistory = (state: DetectorState, report: Report, rules: UsableRules): Step => {
  const taken = takenAt(report, state.lag);
  const { history } = state.alarms;
  const before = history?.state ?? beginHistory(state, taken);
  const past = judge(before, report, latest(before, taken), rules);
  const now = latest(state, report.receivedAt);
  const due = monoMs(now.monoMs + rules.limits.lateSettles.value);
  const dueMs = endsBadly(past.state) ? (history?.dueMs ?? due) : undefined;
  // It lives, whatever it tells of: the present hears it, and judges none of its values.
  const alive = { ...report, findings: [proofOfLife] };
  const telling = withAlarms(state, { history: { state: past.state, dueMs } });
  const judged = judge(telling, alive, now, rules);
  return finish({ ...judged, events: [...past.events.map(asHistory), ...judged.events] });
};

/** Not muted: a state no rule asks for. */
const proofOfLife: Finding = { kind: "condition", condition: "muted", present: false };

const finish = ({ state, events, actions }: ReturnType<typeof judge>): Step => {
  const due = state.alarms.history?.dueMs;
  const wakeAtMs = due === undefined ? state.wakeAtMs : earlier(due, state.wakeAtMs ?? due);
  const waking = wakeAtMs === state.wakeAtMs ? state : { ...state, wakeAtMs };
  return {
    state: waking,
    events: events.length === 0 ? nothing : events,
    sounding: soundNow(waking),
    actions: actions.length === 0 ? nothing : actions,
  };
};

/** The way nearly every reading goes: nothing is remembered, and nothing in it is worth remembering. */
const isAllWell = (
  { memory, alarms }: DetectorState,
  report: Report,
  limits: LimitSet,
): boolean => {
  if (memory !== emptyMemory) return false;
  if (alarms.episodes !== noEpisodes || alarms.holds.length > 0 || alarms.hush !== undefined) {
    return false;
  }
  const watchFrom = limits.gas.watchFrom.value;
  for (const finding of report.findings) {
    if (finding.kind !== "level" || finding.overRange === true || !isSound(finding.level)) {
      const harmless =
        (finding.kind === "condition" && !finding.present) ||
        (finding.kind === "verdict" && !finding.alarming);
      if (!harmless) return false;
    } else if (
      finding.level.gas === "co"
        ? finding.level.ppm >= doseFloor
        : finding.level.lel >= watchFrom || limits.gas.lelTable !== undefined
    ) {
      return false;
    }
  }
  return report.findings.length > 0;
};
