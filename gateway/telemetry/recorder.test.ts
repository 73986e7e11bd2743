import { expect, test } from "vitest";
import { bootId, detectorId } from "#domain/ids.ts";
import { epochMs, monoMs, percentLel, percentVolume, ppm } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import { createRecorder, type Circumstances, type Recorder } from "./recorder.ts";

const startMs = 1_795_000_020_000; // a full minute
const co = (value: number): Finding => ({ kind: "level", level: { gas: "co", ppm: ppm(value) } });
const bad: Finding = { kind: "no-level", gas: "co", quality: "sentinel", raw: "65535" };

const openStory = (options: { readonly drill?: boolean } = {}) => {
  const recorder = createRecorder({ drill: options.drill ?? false, deadBands: {} });
  const says = (
    atMs: number,
    finding: Finding,
    about: Partial<Circumstances & { detector: string }> = {},
  ): void => {
    const takenAt = {
      bootId: bootId("boot-1"),
      monoMs: monoMs(atMs),
      wallMs: epochMs(startMs + atMs),
    };
    const detector = detectorId(about.detector ?? "kitchen");
    recorder.note(
      {
        detector,
        position: { line: "mqtt", place: "x" },
        receivedAt: takenAt,
        findings: [finding],
      },
      {
        takenAt,
        late: false,
        warmingUp: false,
        testing: false,
        profile: "native",
        silenceMs: 60_000,
        ...about,
      },
    );
  };
  return { recorder, says };
};
const stretchesOf = (recorder: Recorder) =>
  recorder.take(true).blocks.flatMap(({ stretches }) => stretches);

test("a quiet minute is one stretch, and a single sample of 400 ppm stands out of it", () => {
  const { recorder, says } = openStory();
  for (let second = 0; second < 120; second += 1) {
    says(second * 1_000, co(second === 90 ? 400 : second % 3));
  }
  expect(stretchesOf(recorder)).toEqual([
    { atMs: 0, forMs: 59_000, count: 60, min: 0, max: 200, sum: 6_000 },
    { atMs: 60_000, forMs: 29_000, count: 30, min: 0, max: 200, sum: 3_000 },
    { atMs: 90_000, forMs: 0, count: 1, min: 40_000, max: 40_000, sum: 40_000 },
    { atMs: 91_000, forMs: 28_000, count: 29, min: 0, max: 200, sum: 3_000 },
  ]);
});

test("what is no value is a quality, a warm-up too, and silence is nothing at all", () => {
  const { recorder, says } = openStory();
  says(0, co(1));
  says(1_000, bad);
  says(2_000, co(300), { warmingUp: true });
  says(3_000, co(2));
  says(200_000, co(2));
  const stretches = stretchesOf(recorder);
  expect(stretches.map(({ quality }) => quality)).toEqual([
    undefined,
    "sentinel",
    "warming-up",
    undefined,
    undefined,
  ]);
  expect(stretches.map(({ atMs }) => atMs)).toEqual([0, 1_000, 2_000, 3_000, 200_000]);
});

test("test and drill are curves of their own", () => {
  const { recorder, says } = openStory();
  says(0, co(1));
  says(1_000, co(300), { testing: true });
  says(2_000, co(1));
  expect(recorder.take(true).blocks.map(({ series }) => series.mark)).toEqual(["real", "test"]);
  const drill = openStory({ drill: true });
  drill.says(0, co(1), { testing: true });
  expect(drill.recorder.take(true).blocks.map(({ series }) => series.mark)).toEqual(["drill"]);
});

test("two explosive limits are two curves; without a value the one there is takes it", () => {
  const { recorder, says } = openStory();
  const methane = (limit: number): Finding => ({
    kind: "level",
    level: { gas: "methane", lel: percentLel(3), lelPercentVolume: percentVolume(limit) },
  });
  says(0, methane(5));
  says(1_000, { kind: "no-level", gas: "methane", quality: "not-a-number", raw: "NaN" });
  says(2_000, methane(4.4));
  const { blocks } = recorder.take(true);
  expect(blocks.map(({ series }) => series.lelPercentVolume)).toEqual([5, 4.4]);
  expect(blocks[0]?.stretches).toHaveLength(2);
});

test("a full block is there at once, a quiet one only when all are asked for", () => {
  const { recorder, says } = openStory();
  for (let second = 0; second <= 61; second += 1) says(second * 1_000, co(second * 10));
  expect(recorder.take(false).blocks).toHaveLength(1);
  expect(recorder.take(false).blocks).toHaveLength(0);
  expect(recorder.take(true).blocks).toHaveLength(1);
  expect(recorder.take(true).blocks).toHaveLength(0);
});

test("a sensor gone mad writes in full for half an hour, then a bounded trickle with its peaks", () => {
  const { recorder, says } = openStory();
  const day = 86_400;
  for (let second = 0; second < day; second += 1) {
    const spike = second === 80_000 ? 990 : 0;
    says(second * 1_000, co(second % 2 === 0 ? spike : 500));
  }
  const stretches = stretchesOf(recorder);
  // Half an hour at once, 240 an hour since, and the block that is open.
  expect(stretches.length).toBeLessThan(1_800 + 24 * 240 + 2 * 61);
  expect(stretches.reduce((sum, { count }) => sum + count, 0)).toBe(day);
  const highest = stretches.map((one) => (one.quality === undefined ? one.max : 0));
  expect(Math.max(...highest)).toBe(99_000);
});

test("a detector's own history goes beside the live curve and keeps its dates", () => {
  const { recorder, says } = openStory();
  says(3_600_000, co(1));
  says(0, co(100), { late: true });
  says(3_601_000, co(1));
  says(60_000, co(120), { late: true });
  const { blocks } = recorder.take(true);
  expect(blocks.map(({ startWallMs }) => startWallMs - startMs)).toEqual([3_600_000, 0]);
  expect(blocks.map(({ stretches }) => stretches.length)).toEqual([1, 2]);
});

test("names without end are recorded up to a thousand, and what is not is counted", () => {
  const { recorder, says } = openStory();
  for (let n = 0; n < 1_500; n += 1) says(n, co(1), { detector: `d-${n}`, profile: undefined });
  says(2_000, co(1));
  const { blocks, lost } = recorder.take(true);
  expect(blocks).toHaveLength(1_001);
  expect(lost).toMatchObject([{ reason: "strangers", readings: 500, fromMs: startMs + 1_000 }]);
});

test("the wall clock is set in the middle of a block: the block is dated by the newer", () => {
  const { recorder, says } = openStory();
  says(0, co(1), {
    takenAt: { bootId: bootId("boot-1"), monoMs: monoMs(0), wallMs: epochMs(5_000) },
  });
  says(10_000, co(1));
  const { blocks } = recorder.take(true);
  expect(blocks.map(({ startWallMs }) => startWallMs)).toEqual([startMs]);
});
