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
 * One flat list of numbers, because every detector of a street has one: how many columns there are
 * (one for each gas of {@link gases}, up to the last that was read), when the quarter that is filling
 * began, then rows of columns in ppm or %LEL: this quarter's, the one before, and so on. NaN: none.
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
const columnOf: ReadonlyMap<Gas, number> = new Map(gases.map((gas, column) => [gas, column]));
/** Where the rows begin. */
const head = 2;

const columnsOf = (quiet: QuietLevels): number => quiet[0] ?? 0;
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
  if (standing.some(isDisturbing) || report.findings.some(isDisturbance)) return known;
  let quiet = known;
  for (const finding of report.findings) {
    if (finding.kind !== "level" || finding.overRange === true || !isSound(finding.level)) continue;
    quiet ??= [0, nowMs];
    if (nowMs - fromMsOf(quiet) >= quarterMs) quiet = turnOver(quiet, nowMs);
    quiet = lower(quiet, columnOf.get(finding.level.gas) ?? 0, amount(finding.level));
  }
  return quiet;
};

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

const lower = (quiet: QuietLevels, column: number, value: number): QuietLevels => {
  if (column >= columnsOf(quiet)) return lower(widen(quiet, column + 1), column, value);
  const lowest = quiet[head + column];
  return lowest !== undefined && lowest <= value ? quiet : quiet.with(head + column, value);
};

/** The same with so many columns. */
const widen = (quiet: QuietLevels, columns: number): QuietLevels => {
  const { fromMs, gases: known } = unpackQuiet(quiet);
  return pack(fromMs, columns, known);
};

/** In words; a gas that was never read is not there. */
export const unpackQuiet = (quiet: QuietLevels): UnpackedQuiet => {
  const columns = columnsOf(quiet);
  const unpacked = gases.slice(0, columns).flatMap((gas, column) => {
    const [lowest = NaN, ...before] = quiet.slice(head).filter((_, at) => at % columns === column);
    const heard = before.filter((level) => !Number.isNaN(level)).toReversed();
    if (Number.isNaN(lowest) && heard.length === 0) return [];
    return [{ gas, lowest: Number.isNaN(lowest) ? undefined : lowest, before: heard }];
  });
  return { fromMs: monoMs(fromMsOf(quiet)), gases: unpacked };
};

export const packQuiet = ({ fromMs, gases: known }: UnpackedQuiet): QuietLevels =>
  pack(fromMs, Math.max(0, ...known.map(({ gas }) => (columnOf.get(gas) ?? 0) + 1)), known);

const pack = (fromMs: MonoMs, columns: number, known: UnpackedQuiet["gases"]): QuietLevels => {
  const rows = 1 + Math.max(0, ...known.map(({ before }) => before.length));
  const quiet = [columns, fromMs, ...Array.from({ length: columns * rows }, () => NaN)];
  for (const { gas, lowest = NaN, before } of known) {
    const column = columnOf.get(gas) ?? 0;
    for (const [row, level] of [lowest, ...before.toReversed()].entries())
      quiet[head + row * columns + column] = level;
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
