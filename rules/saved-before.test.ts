/** A state that was saved by the version of 2026-11-22: twenty minutes of CO and a trace of methane. */
import { expect, test } from "vitest";
import { co, instant, lel, openBench } from "#test/compliance/timetable.ts";
import { reviveState, saveState } from "./step.ts";

const saved = {
  version: 1,
  detector: "d1",
  at: {
    bootId: "boot-one-2026",
    monoMs: 1200000,
    wallMs: 1795288800000,
  },
  heard: true,
  wakeAtMs: 1380000,
  memory: {
    co: {
      ppm: 80,
      readAtMs: 1200000,
      doneToMs: 1200000,
      built: 0.3076923076923077,
      cohb: 2.169567920096234,
      incomplete: false,
      exposure: {
        bins: [18600000, 20100000, 21600000, 23100000],
        fillingFromMs: 1200000,
        filling: 0,
      },
    },
    gases: [
      {
        level: {
          gas: "methane",
          lel: 3,
          lelPercentVolume: 5,
        },
        readAtMs: 1200000,
        low: {
          alarm: false,
        },
        high: {
          alarm: false,
        },
        recent: [
          {
            atMs: 1140000,
            lel: 3,
          },
          {
            atMs: 1200000,
            lel: 3,
          },
        ],
        rising: false,
      },
    ],
    verdicts: [],
    overRange: [],
    standing: [],
    warming: [],
    badGases: [],
    watched: [
      {
        gas: "co",
        value: 80,
        sinceMs: 1200000,
        atMs: 1200000,
        stuck: false,
        jumps: 0,
      },
      {
        gas: "methane",
        value: 3,
        sinceMs: 0,
        atMs: 1200000,
        stuck: false,
        jumps: 0,
      },
    ],
    spells: [],
    broken: [],
    silent: false,
  },
  episodes: [],
  life: [],
  holds: [],
  quiet: {
    fromMs: 0,
    gases: [
      {
        gas: "co",
        lowest: 60,
        before: [],
      },
      {
        gas: "methane",
        lowest: 3,
        before: [],
      },
    ],
  },
};

test("is read as it was written, and saved in the same form", () => {
  const revived = reviveState(JSON.stringify(saved), instant(1_200));
  if (!revived.ok) throw new Error(revived.error.en);
  expect(JSON.parse(saveState(revived.value))).toEqual({
    ...saved,
    heard: false,
    wakeAtMs: 1_200_000,
  });
});

test("goes on to its alarm at the second it would have had without a restart", () => {
  const revived = reviveState(JSON.stringify(saved), instant(1_200));
  if (!revived.ok) throw new Error(revived.error.en);
  const restarted = openBench();
  restarted.state = revived.value;
  const whole = openBench();
  for (let minute = 0; minute <= 20; minute += 1) whole.says(minute * 60, co(60 + minute), lel(3));
  for (let minute = 21; minute <= 90; minute += 1)
    for (const home of [restarted, whole]) home.says(minute * 60, co(80), lel(3));
  expect(restarted.story()).toEqual(whole.story());
  expect(restarted.story().at(-1)).toContain("worsened co");
});
