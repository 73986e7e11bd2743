/**
 * From readings to blocks. Called for every reading after it was judged and sounded, so it only
 * counts: nothing here waits, and what it keeps in memory is bounded.
 */
import type { Gas, Level } from "#domain/gas.ts";
import type { DetectorId } from "#domain/ids.ts";
import type { BadQuality, Report } from "#domain/reading.ts";
import { hundredthsPerUnit, type Series, type TelemetryMark } from "#domain/telemetry.ts";
import type { Instant } from "#domain/time.ts";
import { deadBandOf, type DeadBand } from "./dead-bands.ts";
import {
  addReading,
  beginBlock,
  closeBlock,
  coarsen,
  follows,
  stretchesIn,
  type OpenBlock,
} from "./open-block.ts";
import type { Block, Lost } from "./store.ts";

/** What is known of a reading beside its report. */
export interface Circumstances {
  /** When it was taken: for a detector's own history, before it arrived. */
  readonly takenAt: Instant;
  /** Part of a history that came late: kept in blocks of its own beside the live ones. */
  readonly late: boolean;
  readonly warmingUp: boolean;
  readonly testing: boolean;
  /** Absent: nobody has registered the device. */
  readonly profile?: string | undefined;
  /** Longer without a reading than this is a gap. */
  readonly silenceMs: number;
}

export interface RecorderOptions {
  readonly drill: boolean;
  /** By profile, from the site file. */
  readonly deadBands: Readonly<Record<string, DeadBand>>;
}

export interface Recorded {
  readonly blocks: readonly Block[];
  readonly lost: readonly Lost[];
}

export interface Recorder {
  readonly note: (report: Report, circumstances: Circumstances) => void;
  /** Blocks that are full; with `all`, also those still open. Each is given once. */
  readonly take: (all: boolean) => Recorded;
}

const stretchesPerBlock = 60;
/**
 * What one curve may write: in full detail for half an hour at a reading a second, and 240
 * stretches an hour for ever. Past that neighbours are merged, so that a sensor gone mad cannot
 * wear out the card. Canary's own choice.
 */
const stretchesAtOnce = 1_800;
const stretchesPerMs = 240 / 3_600_000;
/** Unregistered devices recorded in one day; names can be invented without end. */
const strangersMax = 1_000;
const strangersForgottenMs = 86_400_000;

interface Curve {
  readonly series: Series;
  readonly deadBand: number;
  open: OpenBlock | undefined;
  /** Stretches it may still write in full detail, as of `allowedAtMs`. */
  allowance: number;
  allowedAtMs: number;
}

export const createRecorder = (options: RecorderOptions): Recorder => {
  const curves = createCurves(options);
  const strangers = createStrangers();
  let full: Block[] = [];
  let lost: readonly Lost[] = [];

  const close = (curve: Curve): void => {
    if (curve.open === undefined) return;
    full.push(closeBlock(curve.open, curve.series));
    curve.open = undefined;
  };

  const add = (curve: Curve, at: Instant, value: number | BadQuality): void => {
    if (curve.open !== undefined && !follows(curve.open, at)) close(curve);
    const block = (curve.open ??= beginBlock(at));
    const { silenceMs } = curve.series;
    addReading(block, at, value, { deadBand: curve.deadBand, silenceMs });
    if (stretchesIn(block) <= stretchesPerBlock) return;
    if (mayWrite(curve, at.monoMs)) close(curve);
    else coarsen(block, silenceMs);
  };

  return {
    note: ({ detector, findings }, about) => {
      for (const finding of findings) {
        if (finding.kind !== "level" && finding.kind !== "no-level") continue;
        if (about.profile === undefined && !strangers.admit(detector, about.takenAt)) {
          lost = countStranger(lost, about.takenAt.wallMs);
          return;
        }
        if (finding.kind === "no-level") {
          add(curves.of(detector, finding.gas, undefined, about), about.takenAt, finding.quality);
          continue;
        }
        const { level } = finding;
        const limit = level.gas === "co" ? undefined : level.lelPercentVolume;
        const value = about.warmingUp ? "warming-up" : hundredthsOf(level);
        add(curves.of(detector, level.gas, limit, about), about.takenAt, value);
      }
    },
    take: (all) => {
      if (all) curves.sweep(close);
      const taken = { blocks: full, lost };
      full = [];
      lost = [];
      return taken;
    },
  };
};

/** Every curve that has spoken lately; a detector's own history has curves beside the live ones. */
const createCurves = (options: RecorderOptions) => {
  const byDetector = new Map<string, readonly Curve[]>();
  let newestMs = 0;

  const open = (
    key: string,
    series: Series,
    { profile, takenAt }: Circumstances,
    known: readonly Curve[],
  ): Curve => {
    const own = profile === undefined ? undefined : options.deadBands[profile];
    const curve: Curve = {
      series,
      deadBand: deadBandOf(series.gas, own),
      open: undefined,
      allowance: stretchesAtOnce,
      allowedAtMs: takenAt.monoMs,
    };
    byDetector.set(key, [...known, curve]);
    return curve;
  };

  return {
    /** `limit`: the explosive limit of the level; absent without a level, and for CO. */
    of: (
      detector: DetectorId,
      gas: Gas,
      limit: number | undefined,
      about: Circumstances,
    ): Curve => {
      const key = about.late ? `late ${detector}` : detector;
      const mark: TelemetryMark = options.drill ? "drill" : about.testing ? "test" : "real";
      const known = byDetector.get(key) ?? none;
      newestMs = Math.max(newestMs, about.takenAt.monoMs);
      for (const curve of known) {
        const { series } = curve;
        if (series.gas !== gas || series.mark !== mark) continue;
        if (limit === undefined || series.lelPercentVolume === limit) return curve;
      }
      const { silenceMs } = about;
      const named = limit === undefined ? {} : { lelPercentVolume: limit };
      return open(key, { detector, gas, mark, silenceMs, ...named }, about, known);
    },
    /** Closes what is open, and forgets whoever has been quiet and owes nothing. */
    sweep: (close: (curve: Curve) => void): void => {
      for (const [key, known] of byDetector) {
        const quiet = known.every(({ open }) => open === undefined);
        known.forEach(close);
        const owesNothing = known.every((one) => allowanceAt(one, newestMs) >= stretchesAtOnce);
        if (quiet && owesNothing) byDetector.delete(key);
      }
    },
  };
};

const none: readonly Curve[] = [];

const allowanceAt = ({ allowance, allowedAtMs }: Curve, nowMs: number): number =>
  Math.min(stretchesAtOnce, allowance + Math.max(0, nowMs - allowedAtMs) * stretchesPerMs);

/** Takes a block's worth from the allowance, when there is one. */
const mayWrite = (curve: Curve, nowMs: number): boolean => {
  const allowance = allowanceAt(curve, nowMs);
  if (allowance < stretchesPerBlock) return false;
  curve.allowance = allowance - stretchesPerBlock;
  curve.allowedAtMs = nowMs;
  return true;
};

const hundredthsOf = (level: Level): number =>
  Math.round((level.gas === "co" ? level.ppm : level.lel) * hundredthsPerUnit);

const createStrangers = () => {
  const known = new Set<DetectorId>();
  let sinceMs = 0;
  return {
    admit: (detector: DetectorId, { monoMs }: Instant): boolean => {
      if (known.has(detector)) return true;
      if (monoMs - sinceMs >= strangersForgottenMs) {
        known.clear();
        sinceMs = monoMs;
      }
      if (known.size >= strangersMax) return false;
      known.add(detector);
      return true;
    },
  };
};

/** One entry, however many readings of strangers are not recorded until the next time it is taken. */
const countStranger = (lost: readonly Lost[], wallMs: number): readonly Lost[] => {
  const [before] = lost;
  return before === undefined
    ? [{ reason: "strangers", fromMs: wallMs, toMs: wallMs, readings: 1 }]
    : [
        {
          ...before,
          fromMs: Math.min(before.fromMs, wallMs),
          toMs: Math.max(before.toMs, wallMs),
          readings: before.readings + 1,
        },
      ];
};
