import { expect, test } from "vitest";
import { createPollTimetable, type PollTimetable } from "./poll-timetable.ts";

const unit = (periodMs: number, probeCostMs = 400) => ({
  periodMs,
  minGapMs: 0,
  probeCostMs: () => probeCostMs,
});

/** Plays the bus: each poll takes `pollMs`, a probe of a unit that is away its cost. */
const play = (
  timetable: PollTimetable,
  untilMs: number,
  isAway: (index: number, nowMs: number) => boolean = () => false,
  pollMs = 25,
) => {
  const turns: { kind: string; index: number; atMs: number }[] = [];
  let nowMs = 0;
  while (nowMs < untilMs) {
    const turn = timetable.next(nowMs);
    if (turn.kind === "wait") {
      expect(turn.untilMs).toBeGreaterThan(nowMs);
      nowMs = turn.untilMs;
      continue;
    }
    turns.push({ kind: turn.kind, index: turn.index, atMs: nowMs });
    const away = isAway(turn.index, nowMs);
    nowMs += away ? 400 : pollMs;
    (away ? timetable.failed : timetable.read)(turn.index, nowMs);
  }
  return turns;
};

test("slots do not drift, however long the answers take", () => {
  const turns = play(createPollTimetable([unit(1_000)], 0), 10_000, undefined, 173);
  expect(turns.map((turn) => turn.atMs)).toEqual(Array.from({ length: 10 }, (_, n) => n * 1_000));
});

test("units with one period follow one another in the same order", () => {
  const turns = play(createPollTimetable([unit(1_000), unit(1_000), unit(1_000)], 0), 3_000);
  expect(turns.map((turn) => turn.index)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
});

test("a slot that was missed is left out, not made up for", () => {
  const timetable = createPollTimetable([unit(100)], 0);
  timetable.read(0, 350);
  expect(timetable.next(350)).toEqual({ kind: "wait", untilMs: 400 });
});

test("a unit that is away is probed after 1, 2, 4 and then every 7 seconds", () => {
  const probes = play(createPollTimetable([unit(1_000)], 0), 30_000, () => true);
  const gaps = probes.slice(1).map((probe, i) => probe.atMs - (probes[i]?.atMs ?? 0) - 400);
  expect(gaps.slice(0, 5)).toEqual([1_000, 2_000, 4_000, 7_000, 7_000]);
});

test("a unit that is away shifts no slot of the others", () => {
  const units = Array.from({ length: 8 }, () => unit(1_000));
  const turns = play(createPollTimetable(units, 0), 60_000, (index) => index === 3);
  const others = turns.filter((turn) => turn.index !== 3 && turn.atMs >= 2_000);
  for (const { index, atMs } of others) {
    const place = index > 3 ? index - 1 : index;
    expect(atMs % 1_000).toBe(place * 25);
  }
  expect(others).toHaveLength(7 * 58);
});

test("a unit that is back is seen within 10 s, whenever it comes back", () => {
  for (let backAtMs = 500; backAtMs < 40_000; backAtMs += 333) {
    const units = Array.from({ length: 8 }, () => unit(1_000));
    const isAway = (index: number, nowMs: number) => index === 3 && nowMs < backAtMs;
    const turns = play(createPollTimetable(units, 0), 60_000, isAway);
    const seen = turns.find((turn) => turn.index === 3 && turn.atMs >= backAtMs);
    expect((seen?.atMs ?? Infinity) - backAtMs).toBeLessThan(10_000);
  }
});

test("a line without slack still lets a probe pass within 10 s", () => {
  const busy = Array.from({ length: 40 }, () => unit(1_000));
  const turns = play(createPollTimetable([unit(1_000), ...busy], 0), 60_000, (i) => i === 0);
  const probes = turns.filter((turn) => turn.index === 0).map((turn) => turn.atMs);
  for (const [i, atMs] of probes.slice(1).entries()) {
    expect(atMs - (probes[i] ?? 0)).toBeLessThan(10_000);
  }
  expect(probes.length).toBeGreaterThan(6);
});

test("a unit that is back keeps its old slots", () => {
  const isAway = (_: number, nowMs: number) => nowMs < 1_000;
  const turns = play(createPollTimetable([unit(1_000)], 0), 10_000, isAway);
  expect(turns.slice(2).every((turn) => turn.atMs % 1_000 === 0)).toBe(true);
});

test("the requests of one poll keep the gap the unit needs, and others go in between", () => {
  const slow = { periodMs: 2_000, minGapMs: 500, probeCostMs: () => 400 };
  const timetable = createPollTimetable([slow, unit(200)], 0);
  expect(timetable.next(0)).toEqual({ kind: "poll", index: 0 });
  timetable.partlyRead(0, 20);
  expect(timetable.next(20)).toEqual({ kind: "poll", index: 1 });
  timetable.read(1, 40);
  timetable.read(1, 240);
  timetable.read(1, 440);
  expect(timetable.next(519)).toEqual({ kind: "wait", untilMs: 520 });
  expect(timetable.next(520)).toEqual({ kind: "poll", index: 0 });
});

test("a line without units waits for ever", () => {
  expect(createPollTimetable([], 0).next(5)).toEqual({ kind: "wait", untilMs: Infinity });
});
