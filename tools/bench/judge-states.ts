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
  readonly case: Case;
  readonly perSecond: number;
  /** Of batches of 1,000 steps, µs of this thread's CPU time a step. */
  readonly medianUs: number;
  readonly p99Us: number;
  readonly bytesPerDetector: number | undefined;
}

/** What every detector says, and what it has said before: so many rounds, so far apart. */
const cases = {
  quiet: { findings: [co(2), methane(0.5)], before: 0, apartMs: 0 },
  // All four quarters of a day are kept then, of both gases.
  "quiet for a day": { findings: [co(2), methane(0.5)], before: 60, apartMs: 1_800_000 },
  "building up": { findings: [co(60), methane(0.5)], before: 0, apartMs: 0 },
  // Too little for any alarm, and as long as any mean goes back.
  "a little CO for nine hours": { findings: [co(9), methane(0.5)], before: 108, apartMs: 300_000 },
} as const;
type Case = keyof typeof cases;

/** One reading of a batch of detectors; answers the CPU time it took, in µs. */
const stepBatch = (
  states: DetectorState[],
  from: number,
  startMs: number,
  findings: readonly Finding[],
): number => {
  const reports = states.slice(from, from + batch).map(({ detector }, index): Report => {
    const receivedAt = at(startMs + ((from + index) % 9_973) / 10);
    return { detector, position, receivedAt, findings };
  });
  // CPU time, not time on the wall: others may be at work on this machine.
  const start = process.threadCpuUsage();
  for (const [index, report] of reports.entries()) {
    const state = states[from + index];
    if (state !== undefined)
      states[from + index] = step(state, { kind: "report", report }, rules).state;
  }
  const { user, system } = process.threadCpuUsage(start);
  return user + system;
};

/** One reading of every detector, round after round, until `steps` are done. */
const measure = (detectors: number, kind: Case, steps: number): Figures => {
  const before = heap();
  const states: DetectorState[] = Array.from({ length: detectors }, (_, index) =>
    initialState(detectorId(`d${index}`), at(0)),
  );
  const { findings, before: roundsBefore, apartMs } = cases[kind];
  for (let round = 1; round <= roundsBefore; round += 1)
    for (let from = 0; from < detectors; from += batch)
      stepBatch(states, from, round * apartMs, findings);
  const batchUs: number[] = [];
  let spentUs = 0;
  for (let round = 1; batchUs.length * batch < steps; round += 1) {
    for (let from = 0; from < detectors; from += batch) {
      const tookUs = stepBatch(states, from, roundsBefore * apartMs + round * 10_000, findings);
      spentUs += tookUs;
      batchUs.push(tookUs / batch);
    }
  }
  const after = heap();
  if (states.some((state) => state.episodes.length > 0)) throw new Error("the bench alarmed");
  batchUs.sort((a, b) => a - b);
  return {
    detectors,
    case: kind,
    perSecond: Math.round((batchUs.length * batch * 1_000_000) / spentUs),
    medianUs: round2(batchUs[Math.floor(batchUs.length / 2)] ?? 0),
    p99Us: round2(batchUs[Math.floor(batchUs.length * 0.99)] ?? 0),
    bytesPerDetector:
      before === undefined || after === undefined
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

const kinds: readonly Case[] = [
  "quiet",
  "quiet for a day",
  "building up",
  "a little CO for nine hours",
];

/** All cases, smallest first; the first run of each kind warms the machine up. */
export const benchJudge = (steps = 500_000): readonly Figures[] => {
  for (const kind of kinds) measure(1_000, kind, 100_000);
  return [10_000, 100_000].flatMap((detectors) =>
    kinds.map((kind) => measure(detectors, kind, steps)),
  );
};

if (import.meta.main) console.table(benchJudge());
