/**
 * `node --expose-gc tools/bench/judge-states.ts`: how fast `step` judges, with the state of 10,000 and of 100,000
 * detectors, and what a detector costs in memory. Figures and targets: `docs/judge-benchmark.md`.
 */
import { bootId, detectorId } from "#domain/ids.ts";
import { epochMs, monoMs, percentLel, percentVolume, ppm, seconds } from "#domain/quantity.ts";
import type { Finding, Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { defaultLimits } from "#rules/limits/sets.ts";
import { initialState, step, type DetectorRules, type DetectorState } from "#rules/step.ts";
import { median } from "./statistics.ts";

const rules: DetectorRules = { limits: defaultLimits, silenceAfter: seconds(180) };
const boot = bootId("bench-boot");
const position = { line: "mqtt", place: "bench" };

/** As a gateway's clock tells it: some microseconds past the boot, a whole millisecond of the day. */
const at = (ms: number): Instant => ({
  bootId: boot,
  monoMs: monoMs(ms),
  wallMs: epochMs(Date.UTC(2026, 10, 22) + Math.trunc(ms)),
});
const co = (level: number): Finding => ({ kind: "level", level: { gas: "co", ppm: ppm(level) } });
const methane = (level: number): Finding => ({
  kind: "level",
  level: { gas: "methane", lel: percentLel(level), lelPercentVolume: percentVolume(5) },
});

export interface Figures {
  readonly detectors: number;
  readonly case: Case;
  /** Of samples of 50,000 steps, µs of this thread's CPU time a step. */
  readonly medianUs: number;
  readonly slowestUs: number;
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

/** In a gateway the directory has the names, whatever is remembered of their detectors. */
const ids = Array.from({ length: 100_000 }, (_, index) => detectorId(`d${index}`));

/** One reading of a batch of detectors; answers the CPU time it took, in µs. */
const stepBatch = (
  states: DetectorState[],
  from: number,
  startMs: number,
  findings: readonly Finding[],
): number => {
  const reports = states.slice(from, from + batch).map(({ detector }, index): Report => {
    const receivedAt = at(startMs + ((from + index) % 9_973) / 10);
    // It tells its own time, as the native form does.
    const deviceAtMs = epochMs(receivedAt.wallMs - 40);
    return { detector, position, receivedAt, deviceAtMs, findings };
  });
  // CPU time, not time on the wall: others may be at work on this machine.
  const start = process.threadCpuUsage();
  for (const [index, report] of reports.entries()) {
    const before = states[from + index];
    if (before === undefined) continue;
    const { state, sounding } = step(before, { kind: "report", report }, rules);
    if (sounding !== "none") throw new Error("the bench alarmed");
    states[from + index] = state;
  }
  const { user, system } = process.threadCpuUsage(start);
  return user + system;
};

/** One reading of every detector, round after round, until there are so many samples. */
const measure = (detectors: number, kind: Case, samples: number): Figures => {
  const states = ids.slice(0, detectors).map((id) => initialState(id, at(0)));
  const { findings, before: roundsBefore, apartMs } = cases[kind];
  for (let round = 1; round <= roundsBefore; round += 1)
    for (let from = 0; from < detectors; from += batch)
      stepBatch(states, from, round * apartMs, findings);
  // The system counts CPU time in ticks of some milliseconds: a sample is many batches.
  const samplesUs: number[] = [];
  let spentUs = 0;
  let done = 0;
  for (let round = 1; samplesUs.length < samples; round += 1) {
    for (let from = 0; from < detectors; from += batch) {
      spentUs += stepBatch(states, from, roundsBefore * apartMs + round * 10_000, findings);
      done += batch;
      if (done % stepsPerSample > 0) continue;
      samplesUs.push(spentUs / stepsPerSample);
      spentUs = 0;
    }
  }
  const full = heap();
  // What goes when the states go, while the list and the names stay.
  states.fill(initialState(detectorId("nobody"), at(0)));
  const empty = heap();
  return {
    detectors,
    case: kind,
    medianUs: round2(median(samplesUs)),
    slowestUs: round2(Math.max(...samplesUs)),
    bytesPerDetector:
      full === undefined || empty === undefined
        ? undefined
        : Math.round((full - empty) / detectors),
  };
};

const stepsPerSample = 50_000;

const batch = 1_000;

const heap = (): number | undefined => {
  if (globalThis.gc === undefined) return undefined;
  // One may still find what was given up a moment ago.
  for (let time = 0; time < 3; time += 1) globalThis.gc();
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
export const benchJudge = (samples = 9): readonly Figures[] => {
  for (const kind of kinds) measure(1_000, kind, 2);
  return [10_000, 100_000].flatMap((detectors) =>
    kinds.map((kind) => measure(detectors, kind, samples)),
  );
};

if (import.meta.main) console.table(benchJudge());
