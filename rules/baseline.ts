import { combustibleGases, type Gas } from "#domain/gas.ts";
import type { DetectorId } from "#domain/ids.ts";
import { monoMs, type MonoMs } from "#domain/quantity.ts";
import type { Condition, Finding, Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { amount, isSound } from "./level.ts";
import type { Standing } from "./memory.ts";
import type { Baseline } from "./street/drift.ts";

/**
 * What a detector reads when nothing is wrong, for comparison with its neighbours: the lowest good
 * level of each quarter of a day. Nobody cooks for six hours on end, so even a busy kitchen shows
 * its quiet level in each.
 *
 * One flat list of numbers, because every detector of a street has one: which gases it measures (the
 * place of their list in {@link gasLists}), when the quarter that is filling began, then rows with a
 * level in ppm or %LEL of each of these gases: this quarter's, the one before, and so on. NaN: none.
 * {@link unpackQuiet} says it in words.
 */
export type QuietLevels = readonly number[];

/** The same in words, as it is saved. */
export interface UnpackedQuiet {
  /** When the quarter that is filling began. */
  readonly fromMs: MonoMs;
  readonly gases: readonly {
    readonly gas: Gas;
    /** ppm or %LEL, so far in this quarter. */
    readonly lowest: number | undefined;
    /** Of the quarters before in which it was heard, oldest first, at most four. */
    readonly before: readonly number[];
  }[];
}

export const quarterMs = 21_600_000;
const quarters = 4;
const gases: readonly Gas[] = ["co", ...combustibleGases];
/** All that a detector may measure, from nothing to every gas; those of one are always in this order. */
const gasLists: readonly (readonly Gas[])[] = gases.reduce<readonly (readonly Gas[])[]>(
  (lists, gas) => lists.concat(lists.map((list) => list.concat(gas))),
  [[]],
);
/** Where the rows begin. */
const head = 2;

const gasesOf = (quiet: QuietLevels): readonly Gas[] => gasLists[quiet[0] ?? 0] ?? [];
/** When the quarter that is filling began. */
export const fromMsOf = (quiet: QuietLevels): number => quiet[1] ?? 0;

/**
 * Takes in the good levels of a report; the same list when they say nothing new. `standing` is what
 * the detector has reported of itself before: while it warms up, tests itself or has failed, its
 * levels say nothing.
 */
export const noteQuiet = (
  known: QuietLevels | undefined,
  report: Report,
  { monoMs: nowMs }: Instant,
  standing: readonly Standing[],
): QuietLevels | undefined => {
  if (isDisturbed(report, standing)) return known;
  let quiet = known;
  for (const finding of report.findings) {
    if (finding.kind !== "level" || finding.overRange === true || !isSound(finding.level)) continue;
    quiet ??= [0, nowMs];
    if (nowMs - fromMsOf(quiet) >= quarterMs) quiet = turnOver(quiet, nowMs);
    quiet = lower(quiet, finding.level.gas, amount(finding.level));
  }
  return quiet;
};

/** It warms up, tests itself or has failed: what it says of a gas proves nothing. */
export const isDisturbed = (report: Report, standing: readonly Standing[]): boolean =>
  standing.some(isDisturbing) || report.findings.some(isDisturbance);

const disturbing: ReadonlySet<Condition> = new Set(["warming-up", "self-test", "sensor-fault"]);

const isDisturbing = ({ condition }: Standing): boolean => disturbing.has(condition);

const isDisturbance = (finding: Finding): boolean =>
  finding.kind === "condition"
    ? finding.present && disturbing.has(finding.condition)
    : finding.kind === "no-level" && finding.quality === "warming-up";

const turnOver = (quiet: QuietLevels, nowMs: MonoMs): QuietLevels => {
  const unpacked = unpackQuiet(quiet);
  return packQuiet({
    fromMs: nowMs,
    gases: unpacked.gases.map(({ gas, lowest, before }) => ({
      gas,
      lowest: undefined,
      before: lowest === undefined ? before : before.concat(lowest).slice(-quarters),
    })),
  });
};

const lower = (quiet: QuietLevels, gas: Gas, level: number): QuietLevels => {
  const column = gasesOf(quiet).indexOf(gas);
  if (column === -1) {
    const { fromMs, gases: known } = unpackQuiet(quiet);
    return packQuiet({ fromMs, gases: known.concat({ gas, lowest: level, before: [] }) });
  }
  const lowest = quiet[head + column];
  return lowest !== undefined && lowest <= level ? quiet : quiet.with(head + column, level);
};

/** In words; a gas that was never read is not there. */
export const unpackQuiet = (quiet: QuietLevels): UnpackedQuiet => {
  const known = gasesOf(quiet);
  const unpacked = known.map((gas, column) => {
    const [lowest = NaN, ...before] = quiet
      .slice(head)
      .filter((_, at) => at % known.length === column);
    const heard = before.filter((level) => !Number.isNaN(level)).toReversed();
    return { gas, lowest: Number.isNaN(lowest) ? undefined : lowest, before: heard };
  });
  return { fromMs: monoMs(fromMsOf(quiet)), gases: unpacked };
};

export const packQuiet = ({ fromMs, gases: known }: UnpackedQuiet): QuietLevels => {
  const measured = gases.filter((gas) => known.some((one) => one.gas === gas));
  const list = gasLists.findIndex((one) => one.join() === measured.join());
  const rows = 1 + Math.max(0, ...known.map(({ before }) => before.length));
  const quiet = Array.from({ length: head + rows * measured.length }, () => NaN);
  quiet[0] = list;
  quiet[1] = fromMs;
  for (const { gas, lowest = NaN, before } of known) {
    const column = measured.indexOf(gas);
    for (const [row, level] of [lowest, ...before.toReversed()].entries())
      quiet[head + row * measured.length + column] = level;
  }
  return quiet;
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
  (quiet === undefined ? [] : unpackQuiet(quiet).gases).flatMap(({ gas, before }) => {
    const level = before.toSorted((a, b) => a - b)[1];
    return level === undefined || before.length < quarters ? [] : [{ detector, model, gas, level }];
  });

/** Carried over to another boot's clock. */
export const moveQuiet = (
  quiet: QuietLevels | undefined,
  move: (time: MonoMs) => MonoMs,
): QuietLevels | undefined => quiet?.with(1, move(monoMs(fromMsOf(quiet))));
