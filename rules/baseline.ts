import type { Gas } from "#domain/gas.ts";
import type { DetectorId } from "#domain/ids.ts";
import type { MonoMs } from "#domain/quantity.ts";
import type { Condition, Finding, Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { amount, isSound } from "./level.ts";
import type { Standing } from "./memory.ts";
import type { Baseline } from "./street/drift.ts";

/**
 * What a detector reads when nothing is wrong, for comparison with its neighbours: the lowest good
 * level of each quarter of a day. Nobody cooks for six hours on end, so even a busy kitchen shows
 * its quiet level in each.
 */
export interface QuietLevels {
  /** When the quarter that is filling began. */
  readonly fromMs: MonoMs;
  readonly gases: readonly QuietGas[];
}

export interface QuietGas {
  readonly gas: Gas;
  /** ppm or %LEL, so far in this quarter. */
  readonly lowest: number | undefined;
  /** Of the quarters before in which it was heard, oldest first, at most four. */
  readonly before: readonly number[];
}

export const quarterMs = 21_600_000;
const quarters = 4;
/** Shared: there are as many of these as there are gases on a street. */
const noLows: readonly number[] = [];

/**
 * Takes in the good levels of a report; the same object when they say nothing new. `standing` is
 * what the detector has reported of itself before: while it warms up, tests itself or has failed,
 * its levels say nothing.
 */
export const noteQuiet = (
  known: QuietLevels | undefined,
  report: Report,
  { monoMs: nowMs }: Instant,
  standing: readonly Standing[],
): QuietLevels | undefined => {
  if (standing.some(({ condition }) => disturbing.has(condition))) return known;
  if (report.findings.some(isDisturbance)) return known;
  let quiet = known;
  for (const finding of report.findings) {
    if (finding.kind !== "level" || finding.overRange === true || !isSound(finding.level)) continue;
    quiet ??= { fromMs: nowMs, gases: [] };
    if (nowMs - quiet.fromMs >= quarterMs) quiet = turnOver(quiet, nowMs);
    quiet = lower(quiet, finding.level.gas, amount(finding.level));
  }
  return quiet;
};

const disturbing: ReadonlySet<Condition> = new Set(["warming-up", "self-test", "sensor-fault"]);

const isDisturbance = (finding: Finding): boolean =>
  finding.kind === "condition"
    ? finding.present && disturbing.has(finding.condition)
    : finding.kind === "no-level" && finding.quality === "warming-up";

const turnOver = ({ gases }: QuietLevels, nowMs: MonoMs): QuietLevels => ({
  fromMs: nowMs,
  gases: gases.map(({ gas, lowest, before }) => ({
    gas,
    lowest: undefined,
    before: lowest === undefined ? before : before.concat(lowest).slice(-quarters),
  })),
});

const lower = (quiet: QuietLevels, gas: Gas, value: number): QuietLevels => {
  const mine = quiet.gases.find((one) => one.gas === gas);
  if (mine?.lowest !== undefined && mine.lowest <= value) return quiet;
  const next = { gas, lowest: value, before: mine?.before ?? noLows };
  return { ...quiet, gases: quiet.gases.filter((one) => one !== mine).concat(next) };
};

/**
 * The quiet level of each gas over the last day: the second lowest quarter, so that one false dip
 * does not decide. Nothing before a day is full.
 */
export const baselinesOf = (
  detector: DetectorId,
  model: string,
  quiet: QuietLevels | undefined,
): readonly Baseline[] =>
  (quiet?.gases ?? []).flatMap(({ gas, before }) => {
    const level = before.toSorted((a, b) => a - b)[1];
    return level === undefined || before.length < quarters ? [] : [{ detector, model, gas, level }];
  });

/** Carried over to another boot's clock. */
export const moveQuiet = (
  quiet: QuietLevels | undefined,
  move: (time: MonoMs) => MonoMs,
): QuietLevels | undefined => quiet && { ...quiet, fromMs: move(quiet.fromMs) };
