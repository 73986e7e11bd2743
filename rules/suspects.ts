import type { Finding, Report } from "#domain/reading.ts";
import { doseFloor } from "./co-dose.ts";
import { amount, isSound } from "./level.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import type { Memory, Watch } from "./memory.ts";
import type { Context } from "./rule.ts";

/**
 * Numbers that look like levels but are not believed:
 *
 * - stuck: exactly the same, not near zero, for hours. It stops counting, unless it is high enough
 *   to be an alarm or to count towards a mean;
 * - an impossible fall: from a level worth watching to next to nothing, faster than any sensor can
 *   follow. It is never a value and never clears; a second later the fall is possible.
 *
 * A jump upwards is believed at once, however steep: that side errs towards an alarm.
 *
 * Answers the report without the findings that are not believed.
 */
export const examine = (
  memory: Memory,
  report: Report,
  context: Context,
): { readonly memory: Memory; readonly report: Report } => {
  let { watched } = memory;
  let doubted: Finding[] | undefined;
  for (const finding of report.findings) {
    if (finding.kind !== "level" || finding.overRange === true || !isSound(finding.level)) continue;
    const { gas } = finding.level;
    const value = amount(finding.level);
    const before = watchOf(watched, gas);
    if (before === undefined && value < floorOf(gas, context)) continue;
    const { watch, doubt } =
      before === undefined ? begin(gas, value, context) : look(before, value, context);
    if (doubt) (doubted ??= []).push(finding);
    watched = replace(watched, before, watch);
  }
  const believed =
    doubted === undefined
      ? report
      : { ...report, findings: report.findings.filter((finding) => !doubted.includes(finding)) };
  return {
    memory: watched === memory.watched ? memory : { ...memory, watched },
    report: believed,
  };
};

const watchOf = (watched: readonly Watch[], gas: Watch["gas"]): Watch | undefined => {
  for (const one of watched) if (one.gas === gas) return one;
  return undefined;
};

/** The newest goes last. Nearly always there is one only. */
const replace = (
  watched: readonly Watch[],
  before: Watch | undefined,
  next: Watch | undefined,
): readonly Watch[] => {
  const others = watched.filter((one) => one !== before);
  if (others.length === 0) return next === undefined ? [] : [next];
  return next === undefined ? others : others.concat(next);
};

/** A gas whose numbers are doubted so much that people must know: stuck, or jumping again and again. */
export const suspect = ({ watched }: Memory): Watch | undefined => {
  for (const one of watched) if (one.stuck || one.jumps >= jumpsForFault) return one;
  return undefined;
};

const jumpsForFault = 3;
/** Jumps further apart than this do not add up. */
const jumpSpellMs = 600_000;

const floorOf = (gas: Watch["gas"], { limits }: Context): number =>
  gas === "co" ? doseFloor : limits.gas.watchFrom.value;

const begin = (gas: Watch["gas"], value: number, { nowMs }: Context) => ({
  watch: { gas, value, sinceMs: nowMs, atMs: nowMs, stuck: false, jumps: 0, jumpedAtMs: undefined },
  doubt: false,
});

const look = (
  before: Watch,
  value: number,
  context: Context,
): { readonly watch: Watch | undefined; readonly doubt: boolean } => {
  const { nowMs, limits } = context;
  const { gas } = before;
  const floor = floorOf(gas, context);
  if (value < before.value && value < before.value * possibleRest(nowMs - before.atMs) - floor) {
    const again = before.jumpedAtMs !== undefined && nowMs - before.jumpedAtMs < jumpSpellMs;
    const jumps = again ? before.jumps + 1 : 1;
    return { watch: { ...before, jumps, jumpedAtMs: nowMs }, doubt: true };
  }
  const calm = before.jumpedAtMs === undefined || nowMs - before.jumpedAtMs >= jumpSpellMs;
  if (value < floor && calm) return { watch: undefined, doubt: false };
  const same = value === before.value;
  const sinceMs = same ? before.sinceMs : nowMs;
  const stuck = same && value >= floor && nowMs - sinceMs >= limits.stuckAfter.value;
  const jumps = calm ? 0 : before.jumps;
  const jumpedAtMs = calm ? undefined : before.jumpedAtMs;
  return {
    watch: { gas, value, sinceMs, atMs: nowMs, stuck, jumps, jumpedAtMs },
    doubt: stuck && value < countsFrom(gas, limits),
  };
};

/** What is stuck this high goes on counting beside its fault: towards an alarm, or a mean of WHO. */
const countsFrom = (gas: Watch["gas"], { co, gas: combustible }: LimitSet): number =>
  gas === "co"
    ? co.averages.reduce<number>((least, one) => Math.min(least, one.ppm), co.clearBelow.value)
    : combustible.low.clearBelow.value;

/**
 * The least share of a level that can be left after `durationMs`: a tenth after one second.
 * Catalytic and electrochemical sensors need 10 to 30 s for that; our own choice is far outside.
 */
const possibleRest = (durationMs: number): number => 10 ** (-durationMs / 1_000);
