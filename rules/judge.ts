import type { AlarmEvent } from "#domain/alarm.ts";
import { after, monoMs, type MonoMs } from "#domain/quantity.ts";
import type { Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { coRule } from "./co.ts";
import { combustibleRule } from "./combustible.ts";
import { act } from "./act.ts";
import { conditionRules, sensorFaultRule } from "./conditions.ts";
import { whatBreaks } from "./hush.ts";
import { deviceAlarmCoRule, deviceAlarmGasRule } from "./device-alarm.ts";
import { turn, type Turn } from "./episodes.ts";
import { expire, follow, holdOn, nextExpiry, owe, type ActionEvent, type Hush } from "./life.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import type { UsableRules } from "./limits/check.ts";
import {
  noNotes,
  tidyMemory,
  withNotes,
  type BrokenRule,
  type Memory,
  type Spell,
} from "./memory.ts";
import { isSound } from "./level.ts";
import { overRangeRule } from "./over-range.ts";
import { readingFaultRule } from "./reading-fault.ts";
import { isHeard } from "./readings.ts";
import { earlier, never, type Context, type Rule } from "./rule.ts";
import { silenceRule } from "./silence.ts";
import {
  lastHeard,
  noEpisodes,
  tidyAlarms,
  type Alarms,
  type DetectorState,
  type Episode,
} from "./state.ts";
import { examine } from "./suspects.ts";

/** In this order: reported states come first, because the others ask for them. */
export const allRules: readonly Rule[] = [
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

export interface Judged {
  readonly state: DetectorState;
  readonly events: readonly AlarmEvent[];
  readonly actions: readonly ActionEvent[];
}

/**
 * Lets every rule judge one report, or the passing of time. A rule that throws keeps its memory and
 * its open episode as they were, is named by `reading-fault`, and the others run.
 */
export const judge = (
  state: DetectorState,
  report: Report | undefined,
  at: Instant,
  rules: UsableRules,
  ruleList: readonly Rule[] = allRules,
): Judged => {
  const heard = report !== undefined && isHeard(report);
  const anchor = heard ? at : lastHeard(state);
  const { limits, silenceAfter } = rules;
  const { holds } = state.alarms;
  const hush = atMost(state.alarms.hush, at, limits);
  const silentFromMs = anchor.monoMs;
  const context: Context = { nowMs: at.monoMs, limits, silenceAfter, silentFromMs };
  const held = expire(holds, at.monoMs);
  const round = judgeAll(state, report, { at, context, held: held.held }, rules.broken, ruleList);
  const broken = hush && whatBreaks(hush, round.events, round.memory, limits);
  const hushOver = hush !== undefined && (broken !== undefined || at.monoMs >= hush.untilMs);
  const actions = held.ended.map((hold) => {
    const kind = hold.kind === "shelved" ? "shelving-expired" : "service-hold-expired";
    return act(kind, state, at, hold.rule, hold.by, hold.reason);
  });
  if (hushOver) {
    const as = broken === undefined ? "hush-expired" : "hush-broken";
    actions.push(act(as, state, at, "all", hush.by, broken ?? hush.reason));
  }
  const alarms = sameAlarms(state.alarms, {
    episodes: sameEpisodes(state.alarms.episodes, round.episodes),
    life: follow(state.alarms.life, round.events, limits),
    holds: held.held,
    hush: hushOver ? undefined : hush,
    history: state.alarms.history,
  });
  const wake = earlier(round.wakeAtMs, nextExpiry(held.held, alarms.hush));
  const next: DetectorState = {
    detector: state.detector,
    boot: anchor.bootId,
    atMs: anchor.monoMs,
    atWallMs: anchor.wallMs,
    heard: state.heard || heard,
    // Never in the past: a caller that ticks when asked must not be kept busy by a rounding error.
    wakeAtMs: Number.isFinite(wake) ? monoMs(Math.max(wake, at.monoMs + 1)) : undefined,
    memory: tidyMemory(round.memory),
    alarms,
    lag: state.lag,
    quiet: state.quiet,
  };
  return { state: isSame(state, next) ? state : next, events: round.events, actions };
};

/** A restart with a clock that ran back cannot tell how much of it was left: never more than all. */
const atMost = (hush: Hush | undefined, { monoMs: now }: Instant, { life }: LimitSet) => {
  const latest = after(now, life.hushAtMost.value);
  return hush !== undefined && hush.untilMs > latest ? { ...hush, untilMs: latest } : hush;
};

interface Round {
  readonly memory: Memory;
  readonly episodes: readonly Episode[];
  readonly events: readonly AlarmEvent[];
  readonly wakeAtMs: MonoMs;
}

interface Setting {
  readonly at: Instant;
  readonly context: Context;
  readonly held: Alarms["holds"];
}

const judgeAll = (
  state: DetectorState,
  report: Report | undefined,
  { at, context, held }: Setting,
  badLimits: readonly BrokenRule[],
  ruleList: readonly Rule[],
): Round => {
  const { limits } = context;
  const broken: BrokenRule[] = [...badLimits];
  let memory = withoutOldSpells(state.memory, context);
  let believed = report;
  if (report !== undefined) ({ memory, report: believed } = examine(memory, report, context));
  let wakeAtMs = spellsEnd(memory, context);
  const onlyLevels = memory.notes === noNotes && hasOnlyLevels(believed);
  const events: AlarmEvent[] = [];
  const episodes: Episode[] = [];
  for (const rule of ruleList) {
    const open = episodeOf(state.alarms.episodes, rule.id);
    if (onlyLevels && open === undefined && rule.ignoresLevels === true) continue;
    try {
      if (rule.id === "reading-fault") memory = withBroken(memory, broken);
      // What a rule has taken in stays, even if judging it fails: other rules ask for it.
      memory = rule.perceive(memory, believed, context);
      if (open === undefined && rule.rests(memory)) continue;
      const opinion = rule.judge(memory, context);
      wakeAtMs = earlier(wakeAtMs, rule.wakeAt(memory, context));
      if (open === undefined && !opinion.stands) continue;
      const severe = open?.severe === true || (opinion.stands && opinion.severe === true);
      const next: Turn = turn(rule.id, open, opinion, {
        detector: state.detector,
        at,
        limits,
        // A hold that goes on is the same object, so that nothing seems to have changed.
        held: sameHeld(open?.held, holdOn(held, rule.id, severe)),
        spell: memory.notes.spells.find((spell) => spell.rule === rule.id),
      });
      wakeAtMs = earlier(wakeAtMs, next.wakeAtMs);
      memory = withSpell(memory, open, next);
      if (next.episode !== undefined) {
        episodes.push(owe(next.episode, open, next.event, state.alarms.life));
      }
      if (next.event !== undefined) events.push(next.event);
    } catch (error) {
      broken.push({ rule: rule.id, reason: String(error).slice(0, 200) });
      if (open !== undefined) episodes.push(open);
    }
  }
  return { memory, episodes, events, wakeAtMs };
};

const episodeOf = (episodes: readonly Episode[], rule: Rule["id"]): Episode | undefined => {
  for (const episode of episodes) if (episode.rule === rule) return episode;
  return undefined;
};

const sameHeld = (before: Episode["held"], now: Episode["held"]): Episode["held"] =>
  before !== undefined &&
  now !== undefined &&
  before.by === now.by &&
  before.who === now.who &&
  before.reason === now.reason
    ? before
    : now;

const withBroken = (memory: Memory, broken: readonly BrokenRule[]): Memory =>
  broken.length === 0 && memory.notes.broken.length === 0 ? memory : withNotes(memory, { broken });

/** When an episode is over, what is remembered is how often its condition began. */
const withSpell = (memory: Memory, open: Episode | undefined, next: Turn): Memory => {
  if (open === undefined || next.episode !== undefined) return memory;
  const spell: Spell = { rule: open.rule, times: open.times, fromMs: open.spellFromMs };
  const others = memory.notes.spells.filter((one) => one.rule !== open.rule);
  return withNotes(memory, { spells: others.concat(spell) });
};

const spellEnd = (spell: Spell, { limits }: Context): MonoMs =>
  monoMs(spell.fromMs + limits.chatter.value.within);

const withoutOldSpells = (memory: Memory, context: Context): Memory => {
  const { spells } = memory.notes;
  if (spells.length === 0) return memory;
  const isOld = (spell: Spell): boolean => spellEnd(spell, context) <= context.nowMs;
  if (!spells.some(isOld)) return memory;
  return withNotes(memory, { spells: spells.filter((spell) => !isOld(spell)) });
};

const spellsEnd = ({ notes }: Memory, context: Context): MonoMs =>
  notes.spells.reduce<MonoMs>((first, spell) => earlier(first, spellEnd(spell, context)), never);

const hasOnlyLevels = (report: Report | undefined): boolean =>
  report === undefined ||
  report.findings.every(
    (finding) => finding.kind === "level" && finding.overRange !== true && isSound(finding.level),
  );

const sameAlarms = (before: Alarms, after: Alarms): Alarms => {
  const same =
    after.episodes === before.episodes &&
    after.life === before.life &&
    after.holds === before.holds &&
    after.hush === before.hush;
  return same ? before : tidyAlarms(after);
};

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
  a.atMs === b.atMs &&
  a.atWallMs === b.atWallMs &&
  a.heard === b.heard &&
  a.wakeAtMs === b.wakeAtMs &&
  a.memory === b.memory &&
  a.alarms === b.alarms;
