/**
 * `node tools/bench/judge-states.ts`: how fast `step` judges, with the state of 10,000 and of 100,000
 * detectors, and what a detector costs in memory. Targets: `docs/performance.md` §3.
 * Run with `--expose-gc` for the memory figures.
 */
import { bootId, detectorId } from "#domain/ids.ts";
import { epochMs, monoMs, percentLel, percentVolume, ppm, seconds } from "#domain/quantity.ts";
import type { Finding, Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { defaultLimits } from "#rules/limits/sets.ts";
import { initialState, step, type DetectorRules, type DetectorState } from "#rules/step.ts";

const rules: DetectorRules = { limits: defaultLimits, silenceAfter: seconds(180) };
const boot = bootId("bench-boot");
const position = { line: "mqtt", place: "bench" };

const at = (ms: number): Instant => ({ bootId: boot, monoMs: monoMs(ms), wallMs: epochMs(ms) });
const co = (level: number): Finding => ({ kind: "level", level: { gas: "co", ppm: ppm(level) } });
const methane = (level: number): Finding => ({
  kind: "level",
  level: { gas: "methane", lel: percentLel(level), lelPercentVolume: percentVolume(5) },
});

export interface Figures {
  readonly detectors: number;
  readonly case: "quiet" | "co building up";
  readonly perSecond: number;
  /** Of batches of 1,000 steps, µs a step. */
  readonly medianUs: number;
  readonly p99Us: number;
  readonly bytesPerDetector: number | undefined;
}

/** One reading of every detector, round after round, until `steps` are done. */
const measure = (detectors: number, kind: Figures["case"], steps: number): Figures => {
  const before = heap();
  const states: DetectorState[] = Array.from({ length: detectors }, (_, index) =>
    initialState(detectorId(`d${index}`), at(0)),
  );
  const findings = kind === "quiet" ? [co(2), methane(0.5)] : [co(60), methane(0.5)];
  const batchUs: number[] = [];
  let done = 0;
  let spentMs = 0;
  for (let round = 1; done < steps; round += 1) {
    for (let from = 0; from < detectors && done < steps; from += batch) {
      const reports = states.slice(from, from + batch).map(({ detector }, index): Report => {
        const receivedAt = at(round * 10_000 + ((from + index) % 9_973) / 10);
        return { detector, position, receivedAt, findings };
      });
      const start = performance.now();
      for (const [index, report] of reports.entries()) {
        const state = states[from + index];
        if (state !== undefined)
          states[from + index] = step(state, { kind: "report", report }, rules).state;
      }
      const tookMs = performance.now() - start;
      spentMs += tookMs;
      done += reports.length;
      batchUs.push((tookMs * 1_000) / reports.length);
    }
  }
  const after = heap();
  batchUs.sort((a, b) => a - b);
  return {
    detectors,
    case: kind,
    perSecond: Math.round((done / spentMs) * 1_000),
    medianUs: round2(batchUs[Math.floor(batchUs.length / 2)] ?? 0),
    p99Us: round2(batchUs[Math.floor(batchUs.length * 0.99)] ?? 0),
    bytesPerDetector:
      before === undefined || after === undefined || states.length === 0
        ? undefined
        : Math.round((after - before) / detectors),
  };
};

const batch = 1_000;

const heap = (): number | undefined => {
  if (globalThis.gc === undefined) return undefined;
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};

const round2 = (value: number): number => Math.round(value * 100) / 100;

/** All cases, smallest first; the first run of each kind warms the machine up. */
export const benchJudge = (steps = 1_000_000): readonly Figures[] => {
  for (const kind of ["quiet", "co building up"] as const) measure(1_000, kind, 200_000);
  return [10_000, 100_000].flatMap((detectors) => [
    measure(detectors, "quiet", steps),
    measure(detectors, "co building up", Math.max(steps / 2, detectors * 2)),
  ]);
};

if (import.meta.main) console.table(benchJudge());
